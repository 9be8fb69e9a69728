-- Calls that fell outside the sample, counted beside those that were offered: what a total over
-- agents, queues and days is weighted by. From now on the program counts them; here are those of
-- before, in the generation and on the day in which each interview counts.
insert into funnel_tally (gen, day, survey, language, channel, kind, agent, team, queue, stage, n)
select c.gen, case when c.gen < i.counted then i.day_before else i.day end, i.survey, i.language,
    i.channel, c.kind, c.agent, c.team, c.queue, 'sampled_out', count(*)
from interviews i join credits c on c.interview = i.id
where i.ineligible in ('sampled_out', 'agent_cap')
group by c.gen, case when c.gen < i.counted then i.day_before else i.day end, i.survey, i.language,
    i.channel, c.kind, c.agent, c.team, c.queue;

-- What was packed of those days is read from the tallies until it is packed again.
update tally_spans set changed = changed + 1
where exists (
  select 1 from funnel_tally f
  where f.gen = tally_spans.gen and f.stage = 'sampled_out'
    and f.day between tally_spans.first and tally_spans.last
);

-- A program that does not count them would leave counts that are wrong, and cannot read packs that
-- hold them. Whatever the migrations before this one need, it is no more than this.
update meta set value = '9' where name = 'min_reader' and cast(value as integer) < 9;
