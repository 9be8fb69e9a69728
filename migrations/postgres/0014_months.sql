-- Tables that grow with every call, in partitions by month.
--
-- An id begins with its day (six bytes, days since 1970-01-01, high byte first), so an id alone
-- says in which partition its row is, and no key and no statement changes. The program makes the
-- months ahead and drops them when all in them is old enough. What no month is made for is in the
-- `_rest` partition, and nothing is amiss.
--
-- What is there stays where it is: the old table becomes the partition `_old` for ids from before,
-- which are hashes and lie above those that begin with a day, but for one in four thousand million,
-- which is moved. That costs a reading of each table, and of the foreign keys between them, with
-- the tables locked: about a minute for ten million answers, in which servers keep what callers
-- say. The audit log is copied, by its months.
--
-- turns, answers, credits, legs and call_units have no foreign key to their interview or call any
-- more: whoever writes them holds its row locked, a month goes as a whole, and `aftercall doctor`
-- tells what belongs to nothing.
alter table call_names drop constraint call_names_call_id_fkey;
alter table legs drop constraint legs_call_id_fkey;
alter table call_units drop constraint call_units_call_id_fkey;
alter table interviews drop constraint interviews_call_id_fkey;
alter table hand_links drop constraint hand_links_call_id_fkey;
alter table hand_links drop constraint hand_links_interview_fkey;
alter table turns drop constraint turns_interview_fkey;
alter table answers drop constraint answers_interview_fkey;
alter table credits drop constraint credits_interview_fkey;
alter table comments drop constraint comments_interview_fkey;
alter table callbacks drop constraint callbacks_interview_fkey;
alter table cases drop constraint cases_interview_fkey;
alter table link_history drop constraint link_history_interview_fkey;
alter table marks drop constraint marks_interview_fkey;
alter table observations drop constraint observations_interview_fkey;

-- The same columns, keys and indexes under the same names.
do $$
declare
  parted record;
  made record;
  filled boolean;
begin
  for parted in select v.name, v.name || '_old' as old, v.name || '_rest' as rest, v.key
    from (values
      ('calls', 'id'), ('legs', 'call_id'), ('call_units', 'call_id'), ('interviews', 'id'),
      ('turns', 'interview'), ('answers', 'interview'), ('credits', 'interview')
    ) as v (name, key)
  loop
    execute format('alter table %I rename to %I', parted.name, parted.old);
    execute format('create table %I (like %I including defaults) partition by range (%I)',
      parted.name, parted.old, parted.key);
    execute format('create table %I partition of %I default', parted.rest, parted.name);
    for made in select conname as name, pg_get_constraintdef(oid) as text from pg_constraint
      where conrelid = parted.old::regclass and contype in ('p', 'f')
    loop
      execute format('alter table %I rename constraint %I to %I',
        parted.old, made.name, 'old_' || made.name);
      execute format('alter table %I add constraint %I %s', parted.name, made.name, made.text);
    end loop;
    for made in select c.relname as name, pg_get_indexdef(c.oid) as text
      from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = parted.old::regclass and not i.indisprimary
    loop
      execute format('alter index %I rename to %I', made.name, 'old_' || made.name);
      execute regexp_replace(made.text, ' ON \S+ ', format(' ON %I ', parted.name));
    end loop;
    execute format('with low as (delete from %I where %I < %L returning *)
        insert into %I select * from low',
      parted.old, parted.key, '00000001-0000-0000-0000-000000000000', parted.rest);
    execute format('select exists (select from %I)', parted.old) into filled;
    if filled then
      execute format('alter table %I attach partition %I for values from (%L) to (maxvalue)',
        parted.name, parted.old, '00000001-0000-0000-0000-000000000000');
    else
      execute format('drop table %I', parted.old);
    end if;
  end loop;
end $$;
alter table interviews_rest set (fillfactor = 60);

alter table call_names add constraint call_names_call_id_fkey
  foreign key (call_id) references calls (id);
alter table interviews add constraint interviews_call_id_fkey
  foreign key (call_id) references calls (id);
alter table hand_links add constraint hand_links_call_id_fkey
  foreign key (call_id) references calls (id);
alter table hand_links add constraint hand_links_interview_fkey
  foreign key (interview) references interviews (id);
alter table comments add constraint comments_interview_fkey
  foreign key (interview) references interviews (id);
alter table callbacks add constraint callbacks_interview_fkey
  foreign key (interview) references interviews (id);
alter table cases add constraint cases_interview_fkey
  foreign key (interview) references interviews (id);
alter table link_history add constraint link_history_interview_fkey
  foreign key (interview) references interviews (id);
alter table marks add constraint marks_interview_fkey
  foreign key (interview) references interviews (id);
alter table observations add constraint observations_interview_fkey
  foreign key (interview) references interviews (id);

-- The audit log goes by its own times, in UTC. A partitioned table's key must hold what it is
-- parted by; that no number is given twice, without which the chain could fork, a trigger sees to.
alter table audit rename to audit_old;
alter table audit_old rename constraint audit_pkey to old_audit_pkey;
alter index audit_by_act rename to old_audit_by_act;
create table audit (like audit_old) partition by range (at_ms);
create table audit_rest partition of audit default;
alter table audit add constraint audit_pkey primary key (seq, at_ms);
create index audit_by_act on audit (act, seq);
do $$
declare
  month timestamp;
begin
  for month in select generate_series(
    date_trunc('month', to_timestamp(min(at_ms) / 1000) at time zone 'UTC'),
    to_timestamp(max(at_ms) / 1000) at time zone 'UTC', '1 month') from audit_old
  loop
    execute format('create table %I partition of audit for values from (%s) to (%s)',
      to_char(month, '"audit_"YYYY"_"MM'),
      extract(epoch from month) * 1000, extract(epoch from month + interval '1 month') * 1000);
  end loop;
end $$;
insert into audit select * from audit_old;
drop table audit_old;
insert into meta (name, value) values ('audit_log', 'one at a time');
create function audit_number() returns trigger language plpgsql as $$
begin
  -- One at a time, over all servers; what the one before has written is seen.
  perform from meta where name = 'audit_log' for update;
  if exists (select from audit where seq = new.seq) then
    return null;
  end if;
  return new;
end $$;
create trigger audit_number before insert on audit for each row execute function audit_number();
