-- PostgreSQL has the tables that grow with every call in partitions from here on, by ids that begin
-- with their day. SQLite has no partitions; what it gains is that new rows stand together.
insert into meta (name, value) values ('audit_log', 'one at a time');
