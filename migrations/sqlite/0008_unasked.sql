-- What records of calls tell beside interviews: calls that nobody asked about, and who called again.
--
-- Whether the interview's call has a record that names an agent.
alter table interviews add column recorded boolean not null default false;

-- The local day of a call's end, null while nobody looked at it; why it was left out: '' it could
-- have been asked, short_talk, closed_hours, … unhandled (no agent spoke with the caller), or
-- channel; whether an interview belongs to it; the newest generation of the tallies that counts
-- it, 0 for none, and the language that it is counted under.
alter table calls add column day integer;
alter table calls add column left_out text;
alter table calls add column asked boolean not null default false;
alter table calls add column counted integer not null default 0;
alter table calls add column counted_language text not null default '';
create index calls_by_day on calls (day, id);
create index calls_by_customer on calls (customer, started_ms) where customer is not null;
create index calls_by_case on calls (case_ref, started_ms) where case_ref is not null;
create index calls_by_receipt on calls (received_ms, id) where caller_hash is not null;

-- For whom a call counts while no interview belongs to it: as in credits.
create table call_units (
  call_id blob not null references calls (id),
  kind integer not null,
  agent integer not null,
  team integer not null,
  queue integer not null,
  primary key (call_id, kind, agent, team, queue)
);

-- Whether callers who were asked called again: quiet, repeat; or why nobody can say: called_back
-- (we called them), often (more than so many calls), unknown (nothing to find a call by).
create table observations (
  interview blob not null primary key references interviews (id),
  day integer not null,
  outcome text not null
);
create index observations_by_day on observations (day, interview);

-- Packs hold stages that older programs do not know.
update meta set value = '8' where name = 'min_reader' and cast(value as integer) < 8;
