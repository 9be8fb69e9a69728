-- What must still go out, and what went: webhooks and mails. The id is a hash of what it is about
-- and to whom it goes, so that the same thing is written down once, whoever finds it and how often.
create table deliveries (
  id text not null primary key,
  -- webhook or mail
  kind text not null,
  -- name of the webhook's section, or the address
  target text not null,
  -- interview.completed, score.low, case.opened, report.day, report.week, report.month
  event text not null,
  -- the interview, or the period
  subject text not null,
  body text not null,
  created_ms integer not null,
  -- when it is tried next; in the future while somebody tries it
  next_ms integer not null,
  tries integer not null,
  -- waiting, delivered, dead
  status text not null,
  -- what was wrong last time
  reason text,
  done_ms integer
);
create index deliveries_due on deliveries (status, next_ms);
create index deliveries_by_time on deliveries (created_ms, id);

-- Follow-ups on one caller, at most one for an interview.
create table cases (
  id text not null primary key,
  interview blob not null unique references interviews (id),
  opened_ms integer not null,
  -- low_score, callback
  reason text not null,
  owner text,
  due_ms integer,
  -- open, closed
  status text not null,
  outcome text,
  closed_ms integer
);
create index cases_by_time on cases (opened_ms, id);
create index cases_by_status on cases (status);

-- Whether what follows from an interview's end was written down; of those that are here already
-- nothing follows. The index holds those that are not told yet: its columns never change, so that
-- turns do not touch it.
alter table interviews add column told boolean not null default true;
create index interviews_to_tell on interviews (started_ms, id) where closed and not told;
