-- Surveys whose answers lead to nobody. Of their interviews nothing is kept of agent, leg or
-- caller; the provider's id of the call and the caller's hash stand only while the call is under
-- way; and after its day the interview gets a random id, and its times become that day.
alter table surveys add column anonymous boolean not null default false;
alter table interviews add column anonymous boolean not null default false;

-- Those whose traces are still to be forgotten; what the start decided goes last.
create index interviews_to_forget on interviews (day, id) where anonymous and opening <> '';

-- Each entry of the audit log holds a hash over itself and the hash of the one before; null in
-- entries from before there were hashes, on which the chain begins.
alter table audit add column hash blob;

-- A program that knows nothing of anonymous surveys would list and link their interviews.
update meta set value = '7' where name = 'min_reader';
