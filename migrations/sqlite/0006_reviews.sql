-- Whom somebody decided by hand that an interview counts for. The newest of an interview holds.
create table hand_links (
  interview blob not null references interviews (id),
  nr integer not null,
  at_ms integer not null,
  who text not null,
  -- served: for the agent, team and queue given here, where given; call: for whom the record of
  -- that call says; records: for whom hand-over and records say, as if nobody had decided
  what text not null,
  agent integer references agents (id),
  team integer references teams (id),
  queue integer references queues (id),
  call_id blob references calls (id),
  reason text not null,
  primary key (interview, nr)
);
create index hand_links_by_call on hand_links (call_id);

-- How links of interviews changed since their starts: a row for each agent after each change,
-- agent 0 where it counts for none. `who` and `reason` stand where a person did it.
create table link_history (
  interview blob not null references interviews (id),
  nr integer not null,
  agent integer not null,
  team integer not null,
  queue integer not null,
  at_ms integer not null,
  link text not null,
  call_id blob,
  who text,
  reason text,
  primary key (interview, nr, agent)
);

-- Answers that a reviewer marked as outside the agent's control; question null marks all answers
-- of the interview. Taken back: it counts no more, and stays for who asks.
create table marks (
  interview blob not null references interviews (id),
  nr integer not null,
  question integer,
  at_ms integer not null,
  who text not null,
  -- not_theirs, product, rule, wait, system, keys, test, other
  reason text not null,
  note text not null,
  taken_ms integer,
  taken_by text,
  primary key (interview, nr)
);
create index marks_in_force on marks (interview) where taken_ms is null;

-- When a person first played the recording.
alter table comments add column heard_ms integer;

-- Lists by how interviews were linked, and by the digits that a caller tells.
create index interviews_by_link on interviews (link, started_ms, id);
create index interviews_by_digits on interviews (caller_last, started_ms, id);
