-- Work that goes on in the background, each kind on one server at a time: who does it, and until
-- when nobody else may take it over.
create table leases (
  work text not null primary key,
  holder blob not null,
  until_ms integer not null
);
