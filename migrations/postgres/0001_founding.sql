-- What a store says of itself: min_reader, caller_key fingerprint, time zone in force, credit rule
-- in force for each survey; `call_records` is locked by whoever writes records of calls.
create table meta (
  name text not null primary key,
  value text not null
);

-- Who serves callers and how they are grouped. Codes come from hand-overs and records.
create table teams (
  id bigint not null primary key,
  name text not null unique
);
create table queues (
  id bigint not null primary key,
  name text not null unique
);
create table agents (
  id bigint not null primary key,
  code text not null unique,
  name text not null
);
create table agent_team (
  agent bigint not null references agents (id),
  from_ms bigint not null,
  to_ms bigint,
  team bigint not null references teams (id),
  primary key (agent, from_ms)
);

-- Every survey version that was ever asked, whole, so that old answers keep their meaning.
create table surveys (
  version bigint not null primary key,
  name text not null,
  definition text not null,
  first_seen_ms bigint not null
);
create index surveys_by_name on surveys (name, first_seen_ms);

-- One customer contact, from call records. A call is found by any of its names.
create table calls (
  id uuid not null primary key,
  caller_hash uuid,
  started_ms bigint,
  ended_ms bigint,
  channel text not null,
  language text,
  direction text,
  ended_by text,
  customer text,
  case_ref text,
  received_ms bigint not null
);
create index calls_by_caller on calls (caller_hash, started_ms);
create table call_names (
  name text not null primary key,
  call_id uuid not null references calls (id)
);
create index call_names_by_call on call_names (call_id);
create table legs (
  call_id uuid not null references calls (id),
  leg text not null,
  agent bigint references agents (id),
  team bigint references teams (id),
  queue bigint references queues (id),
  started_ms bigint,
  answered_ms bigint,
  ended_ms bigint,
  talk_seconds bigint,
  ended_by text,
  handed_over boolean,
  transferred_to text,
  -- the order in which the call's legs became known
  seq bigint not null,
  primary key (call_id, leg)
);
create index legs_by_leg on legs (leg);

-- Calls whose records changed and whose interviews must still be linked anew; `stamp` grows with
-- each change, so that a change during the linking is not forgotten.
create table relinks (
  call_id uuid not null primary key,
  stamp bigint not null
);

-- One row for each start request that was decided, also where a rule said no.
create table interviews (
  id uuid not null primary key,
  provider text not null,
  call_ref text,
  handover text not null,
  survey bigint not null references surveys (version),
  language text not null,
  channel text not null,
  day bigint not null,
  started_ms bigint not null,
  limit_ms bigint not null,
  caller_hash uuid,
  caller_last text,
  -- the number encrypted, while the caller may still ask to be called back, and after a wish
  caller_sealed bytea,
  -- '' when offered, else the rule that said no
  ineligible text not null,
  -- what the start decided, as JSON, so that a repeated start gets the same document
  opening text not null,
  -- newest turn, when it was recorded, and the state after it
  turn bigint not null,
  recorded_ms bigint not null,
  state bytea not null,
  -- index of the question that the newest turn left open; null where none is
  open_question bigint,
  started boolean not null,
  -- as the newest turn saw it; `disposition` also takes in failure and comments without a turn
  turns_disposition text not null,
  disposition text not null,
  -- why it failed, by our fault or the platform's
  failed text,
  -- when it ended by its own last word
  finished_ms bigint,
  -- the first hang-up notice: when and what it said
  ended_ms bigint,
  ended_how text,
  closed boolean not null,
  -- the turn at which the provider's fallback address got this interview's open question
  fallback_turn bigint,
  -- newest generation of the tallies that counts this interview
  counted bigint not null,
  -- its day in the generations before that one
  day_before bigint not null,
  -- what the hand-over said; kept beside what records say
  said_agent bigint references agents (id),
  said_team bigint references teams (id),
  said_queue bigint references queues (id),
  said_leg text,
  said_talk bigint,
  said_call text,
  conflicts text,
  -- the call it is linked to, and how: none, handover, record, inferred
  call_id uuid references calls (id),
  link text not null
);
create index interviews_by_day on interviews (day, id);
create index interviews_by_start on interviews (started_ms, id);
create index interviews_by_call_ref on interviews (call_ref, started_ms);
create index interviews_by_said_call on interviews (said_call);
create index interviews_by_said_leg on interviews (said_leg);
create index interviews_by_call on interviews (call_id);
create index interviews_open on interviews (closed, limit_ms);
create index interviews_by_caller on interviews (caller_hash, started_ms);

-- For whom an interview counts, in each generation of the tallies that counts it: kind 0 the whole
-- (agent 0), kind 1 an agent; 0 = none known.
create table credits (
  interview uuid not null references interviews (id),
  gen bigint not null,
  kind bigint not null,
  agent bigint not null,
  team bigint not null,
  queue bigint not null,
  -- the interview's, for lists of an agent in their order
  started_ms bigint not null,
  primary key (interview, gen, kind, agent, team, queue)
);
create index credits_by_agent on credits (agent, started_ms, interview);

-- The transcript and the claim in one: the first row for (interview, turn) wins.
create table turns (
  interview uuid not null references interviews (id),
  turn bigint not null,
  at_ms bigint not null,
  input text not null,
  facts text not null,
  primary key (interview, turn)
);

-- How each item stands; outcome: 0.. the value, -1 skipped, -2 no input, -3 no match,
-- -4 not applicable, -5 withdrawn. `was` is the outcome just replaced.
create table answers (
  interview uuid not null references interviews (id),
  question bigint not null,
  outcome bigint not null,
  was bigint,
  turn bigint not null,
  at_ms bigint not null,
  outside_control boolean not null,
  primary key (interview, question)
);

create table comments (
  interview uuid not null references interviews (id),
  recording text not null,
  question bigint not null,
  seconds bigint,
  url text,
  file text,
  -- how often it was tried to fetch it, when the next try is due, and what was wrong last time
  tries bigint not null default 0,
  next_ms bigint not null default 0,
  reason text,
  -- expected, ready, stored, failed
  status text not null,
  at_ms bigint not null,
  primary key (interview, recording)
);

create index comments_by_status on comments (status, at_ms);

-- Counts from which all statistics come. `gen` is the generation: one is read, recount writes
-- the next.
create table tally_state (
  id bigint not null primary key,
  reading bigint not null,
  -- equals reading, or reading + 1 while a recount is under way
  writing bigint not null
);
insert into tally_state (id, reading, writing) values (1, 1, 1);
create table answer_tally (
  gen bigint not null,
  day bigint not null,
  survey bigint not null,
  question bigint not null,
  language text not null,
  channel text not null,
  kind bigint not null,
  agent bigint not null,
  team bigint not null,
  queue bigint not null,
  outcome bigint not null,
  n_raw bigint not null,
  n_reviewed bigint not null,
  primary key (gen, day, survey, question, language, channel, kind, agent, team, queue, outcome)
);
create table funnel_tally (
  gen bigint not null,
  day bigint not null,
  survey bigint not null,
  language text not null,
  channel text not null,
  kind bigint not null,
  agent bigint not null,
  team bigint not null,
  queue bigint not null,
  -- handed_over, offered, started, not_linked, or a disposition's word
  stage text not null,
  n bigint not null,
  primary key (gen, day, survey, language, channel, kind, agent, team, queue, stage)
);
create table drop_tally (
  gen bigint not null,
  day bigint not null,
  survey bigint not null,
  language text not null,
  question bigint not null,
  second bigint not null,
  n bigint not null,
  primary key (gen, day, survey, language, question, second)
);

-- Callers who must never be asked, and when a caller was last offered a survey.
create table never_ask (
  caller_hash uuid not null primary key,
  since_ms bigint not null,
  source text not null
);
create table offers (
  interview uuid not null primary key,
  caller_hash uuid not null,
  at_ms bigint not null
);
create index offers_by_caller on offers (caller_hash, at_ms);

-- Hand-overs announced before their start request.
create table handovers (
  id uuid not null primary key,
  provider text not null,
  call_ref text,
  caller_hash uuid,
  said text not null,
  at_ms bigint not null,
  expires_ms bigint not null,
  -- when a start first used it, for which call, and for which hand-over of that call; its repeats
  -- get the same
  used_ms bigint,
  used_call text,
  used_handover text
);
create index handovers_by_call on handovers (provider, call_ref);
create index handovers_by_use on handovers (provider, used_call);
create index handovers_by_caller on handovers (provider, caller_hash);

-- Callers who asked that a manager calls them.
create table callbacks (
  interview uuid not null primary key references interviews (id),
  at_ms bigint not null,
  done_ms bigint
);

-- API tokens; only the hash of a token is kept.
create table tokens (
  hash text not null primary key,
  name text not null,
  role text not null,
  at_ms bigint not null
);

-- The lowest schema number that a program must know to read this database. An expanding
-- migration leaves it; one that old programs cannot live with raises it.
insert into meta (name, value) values ('min_reader', '1');
insert into meta (name, value) values ('call_records', '');
