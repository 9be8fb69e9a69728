-- Rows that change often, cheaper.
--
-- Most interviews name no call or leg of the centre's own and get their call's record later: those
-- indexes hold only rows that have something to find.
drop index interviews_by_said_call;
drop index interviews_by_said_leg;
drop index interviews_by_call;
create index interviews_by_said_call on interviews (said_call) where said_call is not null;
create index interviews_by_said_leg on interviews (said_leg) where said_leg is not null;
create index interviews_by_call on interviews (call_id) where call_id is not null;

-- Room on each page for the next version of a row: one that fits beside the old one, with no
-- indexed column changed, is not entered into the indexes again.
alter table interviews set (fillfactor = 60);
alter table answer_tally set (fillfactor = 50);
alter table funnel_tally set (fillfactor = 50);
alter table drop_tally set (fillfactor = 50);
