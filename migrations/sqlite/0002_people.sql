-- People who sign in. An e-mail address is kept in small letters; `hash` is an argon2id text, null
-- for those who come by single sign-on alone, who are found by issuer and subject.
create table users (
  id integer not null primary key,
  email text not null unique,
  name text not null,
  hash text,
  role text not null,
  language text,
  -- the code of the agent that this person is
  agent text,
  created_ms integer not null,
  disabled_ms integer,
  issuer text,
  subject text
);
create unique index users_by_subject on users (issuer, subject);

-- Which teams somebody sees, and when; to_ms is not included and null while it lasts.
create table user_team (
  user_id integer not null references users (id),
  team text not null,
  from_ms integer not null,
  to_ms integer,
  primary key (user_id, team, from_ms)
);

-- Signed-in browsers. Only the hash of what the browser holds is kept. user_id is null for the
-- password of the settings; `mark` then names that password without telling it.
create table sessions (
  hash text not null primary key,
  user_id integer references users (id),
  mark text not null,
  created_ms integer not null,
  seen_ms integer not null,
  expires_ms integer not null,
  ended_ms integer
);
create index sessions_by_user on sessions (user_id);

-- Who saw or changed what: ids and hashes, no names, numbers, scores or search text. Rows are
-- added and never changed.
create table audit (
  seq integer not null primary key,
  at_ms integer not null,
  who text not null,
  act text not null,
  object text not null
);
create index audit_by_act on audit (act, seq);

-- What is to be reached, from a local day (days since 1970-01-01) on; team '' is the centre.
create table targets (
  measure text not null,
  team text not null,
  from_day integer not null,
  -- in thousandths: 850 is 85 %, or 0.85 of a mean
  value integer not null,
  primary key (measure, team, from_day)
);

-- Teams that a token is limited to, as a JSON list; null is no limit.
alter table tokens add column teams text;
