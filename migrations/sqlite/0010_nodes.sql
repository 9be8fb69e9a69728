-- The servers that share this database, so that what waits on the disk of one of them is known to
-- all. Whoever stops in good order with nothing waiting takes its row away.
create table nodes (
  id blob not null primary key,
  -- Host and folder, for people.
  place text not null,
  seen_ms integer not null,
  -- Turns that waited in its spool when it was seen, and when the oldest of all that waits came.
  waiting integer not null,
  oldest_ms integer
);
