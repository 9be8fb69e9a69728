-- What a server keeps on its own disk while the database is away.

-- What waits to be stored: one row for each part of an interview, and one for each notice.
create table waiting (
  seq       integer primary key autoincrement,
  -- Null for a notice: whose it is the database tells.
  interview blob,
  -- 0 is the interview's start, then its turns; notices have 1000.
  place     integer not null,
  at_ms     integer not null,
  -- What is to be stored, as JSON.
  item      text    not null,
  -- Why the database does not take it; null while it has not said so.
  refused   text,
  unique (interview, place)
) strict;
create index waiting_order on waiting (place, seq) where refused is null;

-- Callers who must never be asked, so that it holds after a restart without the database.
create table never_ask (caller blob primary key) strict;

-- What else a start without the database stands on.
create table kept (name text primary key, value text not null) strict;
