-- The servers that share this database, so that what waits on the disk of one of them is known to
-- all. Whoever stops in good order with nothing waiting takes its row away.
create table nodes (
  id uuid not null primary key,
  -- Host and folder, for people.
  place text not null,
  seen_ms bigint not null,
  -- Turns that waited in its spool when it was seen, and when the oldest of all that waits came.
  waiting bigint not null,
  oldest_ms bigint
);
