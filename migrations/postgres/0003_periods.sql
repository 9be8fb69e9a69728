-- Days, months and years of the tallies that are over, each packed into a few rows.
--
-- Days up to `rolled` are noted as changed whenever their tallies change.
alter table tally_state add column rolled bigint not null default 0;

-- step: 0 a day, 1 a month, 2 a year. What is packed is good while `packed` equals `changed`,
-- which grows with every change of its tallies. A month's row is there only with the rows of all
-- its days, a year's only with those of all its months.
create table tally_spans (
  gen bigint not null,
  step bigint not null,
  first bigint not null,
  last bigint not null,
  changed bigint not null,
  packed bigint not null,
  primary key (gen, step, first)
);

-- The counts of a span in bytes; kind 0 the whole, 1 agents, with 256 agents to a shard.
create table tally_packs (
  gen bigint not null,
  step bigint not null,
  kind bigint not null,
  first bigint not null,
  shard bigint not null,
  survey bigint not null,
  language text not null,
  channel text not null,
  body bytea not null,
  primary key (gen, step, kind, first, shard, survey, language, channel)
);

-- A program that does not note what it changes would leave packed counts that are wrong.
update meta set value = '3' where name = 'min_reader';

-- Bytes of this kind hardly get smaller, and reports read many of them.
alter table tally_packs alter column body set storage external;
