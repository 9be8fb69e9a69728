-- Rules made in the page for who is asked: for one queue, or for all (empty). A rule is never
-- changed, only followed by another one; the newest that has begun is in force.
create table survey_switch (
  queue text not null,
  seq bigint not null,
  -- ask; nobody; settings: as the settings say, as if there were no rule
  does text not null,
  -- '' = as hand-over and settings say
  survey text not null,
  -- of a hundred calls
  share bigint not null,
  -- offers to one caller within so many days; 0 days = no cap
  caller_offers bigint not null,
  caller_days bigint not null,
  -- offers a day for each agent; 0 = no cap
  agent_day bigint not null,
  from_ms bigint not null,
  by_whom text not null,
  at_ms bigint not null,
  primary key (queue, seq)
);

-- Shares lowered by a cap for each agent, in thousandths, fixed before the first call of the day.
-- Agent and queue '' say that the day is fixed.
create table survey_share (
  day bigint not null,
  agent text not null,
  queue text not null,
  share bigint not null,
  primary key (day, agent, queue)
);

-- Versions made in the page, and returns to the files. The newest of a survey is asked.
create table survey_published (
  name text not null,
  seq bigint not null,
  version bigint not null references surveys (version),
  -- page, or file: each node asks what its files say
  source text not null,
  -- survey.toml, words and the list of sounds as JSON; '' for file
  files text not null,
  by_whom text not null,
  at_ms bigint not null,
  primary key (name, seq)
);

-- Sounds of versions made in the page, by SHA-256.
create table survey_sound (
  digest bytea not null primary key,
  wav bytea not null
);

-- What is being edited and not yet asked.
create table survey_draft (
  name text not null primary key,
  revision bigint not null,
  -- the version that was being edited
  base bigint not null,
  edits text not null,
  by_whom text not null,
  at_ms bigint not null
);
