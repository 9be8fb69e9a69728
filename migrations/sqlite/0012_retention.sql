-- How long things are kept.
--
-- Days before this one are closed: the interviews, answers and calls behind their tallies are gone
-- or going, and the tallies stay as they are.
alter table tally_state add column closed_before integer not null default 0;

-- Where the audit log begins since its oldest entries went: number and hash of the last of them,
-- and how many of them were in the chain, sealed with its key. One row at most, with id 1.
create table audit_cut (
  id integer not null primary key,
  seq integer not null,
  chained integer not null,
  hash blob not null,
  at_ms integer not null,
  seal blob not null
);

create index offers_by_time on offers (at_ms);

-- A program that knows nothing of closed days would count them anew from facts that are gone.
update meta set value = '12' where name = 'min_reader' and cast(value as integer) < 12;
