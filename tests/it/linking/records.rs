//! Records of calls: late, early, in parts, repeated, guessed.

use aftercall::desk::records::Routed;
use aftercall::store::By;
use aftercall::store::calls::Put;
use aftercall::store::report::{Cut, Unit};
use aftercall::survey::Credit;
use sqlx::{Connection, PgConnection};

use super::*;
use crate::harness::both;
use crate::store::{JUDGE, change, number};

both! {
    async fn a_late_record_takes_over_from_the_hand_over(database: Database) {
        let centre = Centre::open(database).await;
        let id = centre.interview(T, "CA1", said("A", "sales"), None).await;
        assert_eq!(
            centre.stands(id).await,
            ("handover".into(), vec!["A - sales".into()], "all - sales".into())
        );
        let taken = centre.tell(&[json!({
            "provider_call": "CA1", "started": T - 10 * MINUTE,
            "legs": [leg("1", "B", "support", -9, -1)],
        })]).await;
        assert_eq!((taken.accepted, taken.refused.len()), (1, 0));
        assert_eq!(
            centre.stands(id).await,
            ("record".into(), vec!["B - support".into()], "all - support".into())
        );
        let one = centre.one(id).await;
        assert_eq!(one["handed_over"]["agent"], "A", "what was said is kept");
        assert_eq!(one["disagrees"], true);
        // Answers that come afterwards count for the new agent.
        centre.answer(id, 2, 2, T + 20_000).await;
        centre.adds_up().await;
    }

    async fn an_interview_finds_the_record_that_came_before(database: Database) {
        let centre = Centre::open(database).await;
        centre.tell(&[json!({"call": "4711", "provider_call": "CA1", "parent_call": "CA0",
            "legs": [leg("L-77", "A", "sales", -9, -1)]})]).await;
        let mut by_call = said("", "");
        by_call.call = Some("4711".into());
        let mut by_leg = said("", "");
        by_leg.leg = Some("L-77".into());
        for (call_ref, said) in [
            ("CA1", said("", "")),
            ("CA0", said("", "")),
            ("", by_call),
            ("", by_leg),
        ] {
            let id = centre.interview(T, call_ref, said.clone(), None).await;
            assert_eq!(centre.stands(id).await.0, "none");
            assert!(centre.desk().link(id).await.expect("links"));
            assert_eq!(centre.stands(id).await.1, ["A - sales"], "{call_ref} {said:?}");
            assert!(!centre.desk().link(id).await.expect("links"), "again changes nothing");
        }
        centre.adds_up().await;
    }

    async fn an_id_of_another_day_is_another_call(database: Database) {
        let centre = Centre::open(database).await;
        let month = 30 * 24 * HOUR;
        centre.tell(&[json!({"provider_call": "17", "started": T - 10 * MINUTE,
            "legs": [leg("L-1", "A", "sales", -9, -1)]})]).await;
        centre.tell(&[json!({"call": "18", "legs": [leg("L-2", "A", "sales", -9, -1)]})]).await;
        let mut by_leg = said("", "");
        by_leg.leg = Some("L-2".into());
        for (call_ref, said) in [("17", said("", "")), ("18", said("", "")), ("", by_leg)] {
            let id = centre.interview(T + month, call_ref, said, None).await;
            centre.desk().link(id).await.expect("links");
            assert_eq!(centre.stands(id).await.0, "none", "{call_ref}");
        }
        centre.adds_up().await;
    }

    async fn parts_in_any_order_and_twice_come_to_the_same(database: Database) {
        let centre = Centre::open(database).await;
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        for (n, order) in orders.into_iter().enumerate() {
            let (call, sid) = (format!("call-{n}"), format!("CA-{n}"));
            let parts = [
                json!({"call": call, "started": T - HOUR,
                    "legs": [leg("1", "A", "sales", -50, -30)]}),
                json!({"provider_call": sid, "legs": [leg("2", "B", "support", -30, -1)]}),
                json!({"call": call, "provider_call": sid, "ended": T}),
            ];
            let id = centre.interview(T, &sid, said("", ""), None).await;
            for at in order {
                centre.tell(&[parts[at].clone()]).await;
                centre.adds_up().await;
                centre.tell(&[parts[at].clone()]).await;
            }
            let expected = ("record".into(), vec!["B - support".into()], "all - support".into());
            assert_eq!(centre.stands(id).await, expected, "{order:?}");
            let legs = centre.one(id).await["legs"].as_array().map(Vec::len);
            assert_eq!(legs, Some(2), "{order:?}");
        }
        // All of them at once, in one request.
        let id = centre.interview(T, "CA-x", said("", ""), None).await;
        centre.tell(&[
            json!({"call": "x", "legs": [leg("1", "A", "sales", -50, -30)]}),
            json!({"provider_call": "CA-x", "legs": [leg("2", "B", "support", -30, -1)]}),
            json!({"call": "x", "provider_call": "CA-x"}),
        ]).await;
        assert_eq!(centre.one(id).await["legs"].as_array().map(Vec::len), Some(2));
        centre.adds_up().await;
    }

    async fn four_rules_on_a_call_with_five_legs(database: Database) {
        let centre = Centre::open(database).await;
        let mut missed = leg("missed", "M", "night", -6, -5);
        missed["talk"] = json!(0);
        let legs = json!([
            leg("first", "A", "sales", -60, -40),
            leg("long", "B", "support", -40, -20),
            leg("same", "C", "support", -20, 0),
            missed,
            // Later than the interview: somebody called back.
            leg("later", "D", "night", 5, 50),
        ]);
        let id = centre.interview(T, "CA1", said("", ""), None).await;
        centre.tell(&[json!({"provider_call": "CA1", "legs": legs})]).await;
        let cases: [(Credit, &[&str]); 4] = [
            (Credit::Last, &["C - support"]),
            (Credit::First, &["A - sales"]),
            // B and C talked equally long: the later one.
            (Credit::Longest, &["C - support"]),
            (Credit::Every, &["A - sales", "B - support", "C - support"]),
        ];
        for (rule, expected) in cases {
            centre.recount_by(rule).await;
            let (link, agents, whole) = centre.stands(id).await;
            assert_eq!(agents, expected, "{rule:?}");
            assert_eq!((link.as_str(), whole.as_str()), ("record", "all - support"), "{rule:?}");
            centre.adds_up().await;
        }
        // A recount puts the survey's own rule back.
        centre.desk().recount(&|_| {}).await.expect("recounts");
        assert_eq!(centre.stands(id).await.1, ["C - support"]);
        centre.adds_up().await;
    }

    async fn an_agent_who_served_twice_counts_once(database: Database) {
        let centre = Centre::open(database).await;
        centre.recount_by(Credit::Every).await;
        let id = centre.interview(T, "CA1", said("", ""), None).await;
        centre.tell(&[json!({"provider_call": "CA1", "legs": [
            leg("1", "A", "sales", -60, -40), leg("2", "B", "support", -40, -20),
            leg("3", "A", "support", -20, 0),
        ]})]).await;
        assert_eq!(centre.stands(id).await.1, ["A - support", "B - support"]);
        centre.adds_up().await;
    }

    async fn the_team_is_that_of_the_leg_s_day(database: Database) {
        let centre = Centre::open(database).await;
        let csv = "code,name,team,from,to\n\
            A,Rasa,red,2025-01-01,2026-01-19\n\
            A,Rasa,blue,2026-01-20,\n";
        let done = centre.desk().import_agents(csv.as_bytes(), &mut |_| {}).await.expect("imports");
        assert_eq!((done.taken, done.bad), (2, vec![]));
        let cases = [
            // The leg began the evening before, when Rasa was red.
            ("CA1", said("", ""), leg("1", "A", "q", -15 * 60, 0), "A red q"),
            ("CA2", said("", ""), leg("1", "A", "q", -5, 0), "A blue q"),
            // Without a time: the team at the interview.
            ("CA3", said("", ""), json!({"leg": "1", "agent": "A", "queue": "q"}), "A blue q"),
            // The record's own team goes before the calendar.
            ("CA4", said("", ""), json!({"leg": "1", "agent": "A", "team": "green"}), "A green -"),
        ];
        for (call, said, leg, expected) in cases {
            let id = centre.interview(T, call, said, None).await;
            centre.tell(&[json!({"provider_call": call, "legs": [leg]})]).await;
            assert_eq!(centre.stands(id).await.1, [expected], "{call}");
        }
        // The hand-over's team goes before the record's where it names the same agent.
        let mut told = said("A", "");
        told.team = Some("white".into());
        let id = centre.interview(T, "CA5", told, None).await;
        centre.tell(&[json!({"provider_call": "CA5",
            "legs": [{"leg": "1", "agent": "A", "team": "green", "queue": "q"}]})]).await;
        assert_eq!(centre.stands(id).await.1, ["A white q"]);
        assert_eq!(centre.disagrees(id).await, (true, 2), "with the record and with the calendar");
        // Rasa was red when the leg began, and blue when the interview did.
        for (call, team, disagree) in [("CA6", "red", (false, 0)), ("CA7", "blue", (true, 1))] {
            let mut told = said("A", "");
            told.team = Some(team.into());
            let id = centre.interview(T, call, told, None).await;
            assert_eq!(centre.disagrees(id).await.0, team == "red", "{call} without a record");
            let leg = leg("1", "A", "q", -15 * 60, 0);
            centre.tell(&[json!({"provider_call": call, "legs": [leg]})]).await;
            assert_eq!(centre.disagrees(id).await, disagree, "{call}");
        }
        centre.adds_up().await;
    }

    async fn a_guess_only_where_one_call_fits(database: Database) {
        let centre = Centre::open(database).await;
        let number = "+37060000001";
        let call = |name: &str, agent: &str, from: i64, to: i64| json!({
            "call": name, "caller": number,
            "started": T + from * MINUTE, "ended": T + to * MINUTE,
            "legs": [leg("1", agent, "q", from, to)],
        });
        let hash = centre.desk().caller(Some("tw"), number).map(|(hash, _)| hash);
        let start = centre.interview(T, "", said("", ""), hash).await;
        centre.tell(&[call("c1", "A", -20, -10)]).await;
        assert_eq!(centre.stands(start).await, ("inferred".into(), vec!["A - q".into()], "all - q".into()));
        // The limit is four hours after the call, and a call that is yet to come is none.
        centre.tell(&[call("old", "B", -300, -241), call("next", "B", 2, 9)]).await;
        assert_eq!(centre.stands(start).await.0, "inferred");
        // A second one that fits: nobody can tell.
        centre.tell(&[call("c2", "B", -239, -238)]).await;
        assert_eq!(centre.stands(start).await, ("none".into(), vec![], "all - -".into()));
        centre.adds_up().await;
        // Known by id, it is no guess any more.
        let mut sure = call("c1", "A", -20, -10);
        sure["provider_call"] = json!("CA9");
        let named = centre.interview(T, "CA9", said("", ""), hash).await;
        centre.tell(&[sure]).await;
        assert_eq!(centre.stands(named).await.0, "record");
        // A guess does not contradict the agent that the hand-over named.
        let told = centre.interview(T, "", said("B", "q"), hash).await;
        centre.desk().link(told).await.expect("links");
        let (link, agents, _) = centre.stands(told).await;
        assert_eq!((link.as_str(), agents), ("inferred", vec!["B - q".to_owned()]));
        let other = centre.interview(T, "", said("Z", "q"), hash).await;
        centre.desk().link(other).await.expect("links");
        assert_eq!(centre.stands(other).await.0, "handover");
        centre.adds_up().await;
    }

    /// The platform's own notice of the end names the call and how long it lasted, but nobody who
    /// served it; that must not hide the centre's record.
    async fn a_notice_of_the_end_keeps_no_record_away(database: Database) {
        let centre = Centre::open(database).await;
        let provider = centre.app.site.config.providers["tw"].clone();
        let ended = |name: &str| Routed {
            event: "completed".into(),
            calls: vec![name.to_owned()],
            at_ms: Some(T + MINUTE),
            lasted: Some(600),
            ..Routed::default()
        };
        for (order, number) in [(true, "+37060000001"), (false, "+37060000002")] {
            let name = format!("CA{order}");
            let hash = centre.desk().caller(Some("tw"), number).map(|(hash, _)| hash);
            let id = centre.interview(T, &name, said("", ""), hash).await;
            let record = json!({
                "call": format!("own-{order}"), "caller": number,
                "started": T - 10 * MINUTE, "ended": T - MINUTE,
                "legs": [leg("1", "A", "q", -10, -1)],
            });
            if order {
                centre.app.site.desk.routing(&provider, ended(&name), T).await;
                assert_eq!(centre.stands(id).await.0, "none");
                centre.tell(&[record]).await;
            } else {
                centre.tell(&[record]).await;
                centre.app.site.desk.routing(&provider, ended(&name), T).await;
            }
            let found = ("inferred".into(), vec!["A - q".into()], "all - q".into());
            assert_eq!(centre.stands(id).await, found, "notice first: {order}");
        }
        centre.adds_up().await;
    }

    /// A record that the centre itself gave for the call is its call, whatever it leaves out:
    /// nobody else's agent is guessed in its place.
    async fn a_record_without_an_agent_is_no_reason_to_guess(database: Database) {
        let centre = Centre::open(database).await;
        let number = "+37060000003";
        let hash = centre.desk().caller(Some("tw"), number).map(|(hash, _)| hash);
        let mut by_call = said("", "");
        by_call.call = Some("4711".into());
        let by_own_id = centre.interview(T, "", by_call, hash).await;
        let by_platform_id = centre.interview(T, "CA7", said("", ""), hash).await;
        let mut queue_only = leg("1", "", "q", -9, -1);
        queue_only.as_object_mut().expect("a leg").remove("agent");
        for record in [
            json!({"call": "4711", "caller": number, "started": T - 10 * MINUTE, "legs": [queue_only]}),
            json!({"provider_call": "CA7", "legs": [queue_only]}),
            json!({"call": "4710", "caller": number, "started": T - 30 * MINUTE,
                "ended": T - 15 * MINUTE, "legs": [leg("1", "BOB", "q", -30, -15)]}),
        ] {
            centre.tell(&[record]).await;
        }
        for id in [by_own_id, by_platform_id] {
            assert_eq!(centre.stands(id).await, ("none".into(), vec![], "all - q".into()));
        }
        centre.adds_up().await;
    }

    async fn what_has_no_agent_waits_and_links_itself(database: Database) {
        let centre = Centre::open(database).await;
        let id = centre.interview(T, "CA1", said("", "sales"), None).await;
        let waiting = centre.waiting().await;
        assert_eq!(waiting, [id.to_string()]);
        // A record without an agent is not enough.
        centre.tell(&[json!({"provider_call": "CA1", "call": "1", "legs": [{"leg": "1", "queue": "q"}]})]).await;
        assert_eq!(centre.waiting().await, [id.to_string()]);
        assert_eq!(centre.stands(id).await.2, "all - sales");
        centre.tell(&[json!({"call": "1", "legs": [{"leg": "1", "agent": "A"}]})]).await;
        assert_eq!(centre.waiting().await, Vec::<String>::new());
        assert_eq!(centre.stands(id).await.1, ["A - q"]);
        centre.adds_up().await;
    }

    async fn what_a_stopped_node_left_is_linked_later(database: Database) {
        let centre = Centre::open(database).await;
        // The record is stored, its linking never came.
        let id = centre.interview(T, "CA1", said("", ""), None).await;
        let record = aftercall::store::calls::CallRecord {
            names: vec!["CA1".into()],
            legs: vec![aftercall::store::calls::LegRecord {
                leg: "1".into(), agent: Some("A".into()), ..Default::default()
            }],
            ..Default::default()
        };
        centre.store().put_calls(&[record], T).await.expect("stored");
        assert_eq!(centre.stands(id).await.0, "none");
        assert_eq!(centre.desk().link_rest(T).await.expect("links"), 1);
        assert_eq!(centre.stands(id).await.0, "record");
        // The interview came, its linking never did.
        let id = centre.interview(T, "CA1", said("", ""), None).await;
        assert_eq!(centre.desk().link_rest(T).await.expect("links"), 1);
        assert_eq!(centre.stands(id).await.0, "record");
        assert_eq!(centre.desk().link_rest(T).await.expect("links"), 0);
        centre.adds_up().await;
    }

    /// Until a recount by another rule and another time zone is whole, reports show the old
    /// numbers; what comes meanwhile counts in the old and in the new ones.
    async fn a_new_rule_shows_when_all_is_counted(database: Database) {
        let centre = Centre::open(database).await;
        let mut ids = Vec::new();
        for n in 0..60 {
            let sid = format!("CA{n}");
            ids.push(centre.interview(T, &sid, said("", ""), None).await);
            centre.tell(&[json!({"provider_call": sid, "legs": [
                leg("1", "A", "sales", -60, -40), leg("2", "B", "support", -40, -20)]})]).await;
        }
        let rules = [("post-call".to_owned(), Credit::First)];
        let by = By { rules: &rules, match_ms: 4 * HOUR, day_of: Some(&|_| DAY + 1), judge: &JUDGE };
        let begun = std::sync::atomic::AtomicBool::new(false);
        {
            let progress = |_| begun.store(true, Ordering::Relaxed);
            let recount = centre.store().recount(&by, &progress);
            tokio::pin!(recount);
            std::future::poll_fn(|context| {
                assert!(recount.as_mut().poll(context).is_pending(), "it was to be stopped");
                if begun.load(Ordering::Relaxed) {
                    std::task::Poll::Ready(())
                } else {
                    std::task::Poll::Pending
                }
            })
            .await;
        }
        assert_eq!(centre.offered(DAY).await, [("B".into(), 60)]);
        assert_eq!(centre.offered(DAY + 1).await, []);
        assert_eq!(centre.rule().await, Some(Credit::Last));
        for id in &ids {
            assert_eq!(centre.stands(*id).await.1, ["B - support"]);
            assert_eq!(centre.one(*id).await["day"], "2026-01-20");
            centre.answer(*id, 2, 3, T + 9_000).await;
        }
        centre.adds_up().await;
        // A new one, and one whose record changes.
        ids.push(centre.interview(T, "CA-x", said("", ""), None).await);
        centre.adds_up().await;
        centre.tell(&[json!({"provider_call": "CA-x", "legs": [
            leg("1", "A", "sales", -60, -40), leg("2", "B", "support", -40, -20)]})]).await;
        for n in [0, 20, 40, 59] {
            centre.tell(&[json!({"provider_call": format!("CA{n}"), "legs": [
                {"leg": "1", "agent": "C"}, {"leg": "2", "agent": "D"}]})]).await;
        }
        assert_eq!(centre.offered(DAY).await, [("B".into(), 57), ("D".into(), 4)]);
        centre.adds_up().await;

        centre.store().recount(&by, &|_| {}).await.expect("goes on");
        assert_eq!(centre.offered(DAY).await, []);
        assert_eq!(centre.offered(DAY + 1).await, [("A".into(), 57), ("C".into(), 4)]);
        assert_eq!(centre.rule().await, Some(Credit::First));
        assert_eq!(centre.stands(ids[1]).await.1, ["A - sales"]);
        centre.adds_up().await;
    }

    /// Another linking may have taken the call off the list; the change that just came is linked
    /// all the same, and its place on the list is not mistaken for an earlier one.
    async fn a_change_is_linked_whatever_another_node_has_done(database: Database) {
        let centre = Centre::open(database).await;
        let id = centre.interview(T, "CA1", said("", ""), None).await;
        let record = |agent: &str| aftercall::store::calls::CallRecord {
            names: vec!["CA1".into()],
            legs: vec![aftercall::store::calls::LegRecord {
                leg: "1".into(), agent: Some(agent.into()), ..Default::default()
            }],
            ..Default::default()
        };
        let put = centre.store().put_calls(&[record("A")], T).await.expect("stored");
        let [Put::Taken(call)] = put[..] else { panic!("refused") };
        let stamp = "select stamp from relinks";
        assert_eq!(number(&centre.database, stamp).await, T);
        centre.store().put_calls(&[record("A")], T - 5).await.expect("stored");
        assert_eq!(number(&centre.database, stamp).await, T + 1);
        centre.store().relink_calls(&[call], HOUR, &JUDGE).await.expect("linked");
        assert_eq!(number(&centre.database, "select count(*) from relinks").await, 0);
        centre.store().put_calls(&[record("B")], T + 7).await.expect("stored");
        assert_eq!(number(&centre.database, stamp).await, T + 7);
        change(&centre.database, "delete from relinks").await;
        assert_eq!(centre.store().relink_calls(&[call], HOUR, &JUDGE).await.expect("linked"), 1);
        assert_eq!(centre.stands(id).await.1, ["B - -"]);
    }

    /// Turns, records and linkings of the same interviews at the same time, on two nodes.
    async fn all_at_once_adds_up(database: Database) {
        let centre = Centre::open(database).await;
        let other = build(&centre.database, "").await;
        let mut ids = Vec::new();
        for n in 0..20 {
            ids.push(centre.interview(T, &format!("CA{n}"), said("A", "sales"), None).await);
        }
        let turns = async {
            for value in 1..=5 {
                let all = ids.iter().map(|id| centre.answer(*id, value + 1, value, T + 9_000));
                futures_util::future::join_all(all).await;
            }
        };
        let records = |desk: &'static str, half: usize| {
            let parts: Vec<Value> = (0..20)
                .map(|n| json!({"provider_call": format!("CA{n}"), "call": format!("c{n}"),
                    "legs": [leg(desk, desk, "support", half as i64 - 9, half as i64 - 8)]}))
                .collect();
            parts.into_iter().map(read_call).enumerate().collect::<Vec<_>>()
        };
        let here = centre.desk().take_calls(records("B", 1), T);
        let there = other.site.desk.take_calls(records("C", 2), T);
        let links = other.site.desk.recount(&|_| {});
        let ((), here, there, links) = tokio::join!(turns, here, there, links);
        assert_eq!(here.expect("taken").accepted, 20);
        assert_eq!(there.expect("taken").accepted, 20);
        links.expect("linked");
        for id in ids {
            assert_eq!(centre.stands(id).await.1, ["C - support"]);
        }
        centre.adds_up().await;
    }

    async fn routing_events_in_any_order(database: Database) {
        let centre = Centre::open(database).await;
        let provider = centre.app.site.config.providers["tw"].clone();
        let event = |sid: &str, name: &str, leg: &str, agent: &str, at: i64| Routed {
            event: name.into(),
            calls: vec![sid.into()],
            agent: Some(agent.into()),
            queue: Some("sales".into()),
            leg: Some(leg.into()),
            task: Some(format!("WT{sid}")),
            at_ms: Some(T + at * MINUTE),
            lasted: None,
        };
        for (n, backwards) in [false, true].into_iter().enumerate() {
            let sid = format!("CA{n}");
            let mut events = [
                event(&sid, "reservation.created", &format!("WR-a{n}"), "A", -9),
                event(&sid, "reservation.timeout", &format!("WR-a{n}"), "A", -8),
                event(&sid, "assignment", &format!("WR-b{n}"), "B", -7),
                event(&sid, "reservation.accepted", &format!("WR-b{n}"), "B", -6),
                event(&sid, "reservation.wrapup", &format!("WR-b{n}"), "B", -1),
                event(&sid, "reservation.completed", &format!("WR-b{n}"), "B", 3),
            ];
            if backwards {
                events.reverse();
            }
            let mut by_task = said("", "");
            by_task.leg = Some(format!("WT{sid}"));
            let id = centre.interview(T, "", by_task, None).await;
            for event in &events {
                centre.app.site.desk.routing(&provider, event.clone(), T).await;
                centre.app.site.desk.routing(&provider, event.clone(), T).await;
            }
            // A was rung and did not answer.
            assert_eq!(centre.stands(id).await.1, ["B - sales"], "{backwards}");
            let legs = centre.one(id).await["legs"].clone();
            let ended = legs.as_array().expect("legs").iter()
                .find(|leg| leg["agent"] == "B").expect("B's leg")["ended"].clone();
            assert_eq!(ended, "2026-01-20T09:59:00Z", "wrap-up ends the talk");
        }
        centre.adds_up().await;
    }

    async fn csv_takes_good_lines_and_tells_bad_ones(database: Database) {
        let centre = Centre::open(database).await;
        let id = centre.interview(T, "CA1", said("", ""), None).await;
        let csv = "\u{feff}call;provider_call;started;leg;agent;queue;leg_started;talk;handed_over\r\n\
            4711;CA1;2026-01-20T09:50:00Z;1;A;sales;2026-01-20T09:50:00Z;300;no\r\n\
            4711;;;2;B;support;2026-01-20T11:55:00+02:00;120;yes\r\n\
            ;;;3;C;support;;;\r\n\
            4712;;yesterday;;;;;;\r\n\
            \r\n\
            4713;;;1;A\r\n\
            4714;;;1;A;sales;;ten;\r\n\
            4715;;;;;;;;\r\n";
        let mut bytes = 0;
        let done = centre
            .desk()
            .import_calls(csv.as_bytes(), T + HOUR, &mut |n| bytes = n)
            .await
            .expect("imports");
        assert_eq!(done.taken, 3);
        let bad: Vec<String> = done.bad.iter().map(ToString::to_string).collect();
        for (line, (number, word)) in
            bad.iter().zip([("4: ", "names no call"), ("5: ", "started"), ("7: ", "cells"), ("8: ", "talk")])
        {
            assert!(line.starts_with(number) && line.contains(word), "{bad:?}");
        }
        assert_eq!(bad.len(), 4);
        assert_eq!(bytes, csv.len() as u64, "all of the file is read");
        assert_eq!(centre.stands(id).await.1, ["B - support"]);
        let wrong = centre.desk().import_calls("call,agnet\n".as_bytes(), T, &mut |_| {}).await;
        assert!(wrong.expect_err("no such column").to_string().contains("\"agnet\""));
        let agents = "code,team,from,to\nA,red,2026-02-30,\n,red,,\nB,,2026-01-01,\nC,red,2026-02-01,2026-01-01\nD,red,,\n";
        let done = centre.desk().import_agents(agents.as_bytes(), &mut |_| {}).await.expect("imports");
        assert_eq!(done.taken, 1);
        assert_eq!(done.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2, 3, 4, 5]);
        centre.adds_up().await;
    }
}

impl Centre {
    /// Brings another credit rule into force.
    async fn recount_by(&self, rule: Credit) {
        let by = By {
            rules: &[("post-call".into(), rule)],
            match_ms: 4 * HOUR,
            day_of: None,
            judge: &JUDGE,
        };
        self.store().recount(&by, &|_| {}).await.expect("recounts");
    }

    /// Interviews offered on a day, by agent.
    async fn offered(&self, day: i64) -> Vec<(String, i64)> {
        let cut = Cut { from: day, to: day, ..Cut::default() };
        let counts = self.store().stage_counts(&cut, Unit::Agents).await.expect("counts");
        let agents = self.store().agents().await.expect("agents");
        let mut offered = std::collections::BTreeMap::new();
        for row in counts.iter().filter(|row| row.stage == "offered") {
            let agent = agents.iter().find(|agent| agent.id == row.agent).expect("known");
            *offered.entry(agent.code.clone()).or_default() += row.n;
        }
        offered.into_iter().collect()
    }

    /// Whether the API says that hand-over and others disagree, and how often the page says so.
    async fn disagrees(&self, id: InterviewId) -> (bool, usize) {
        let reports = &self.app.site.reports;
        let page = reports
            .interview(crate::report::reader(), &id.to_string())
            .await
            .expect("reads")
            .expect("is there");
        (
            self.one(id).await["disagrees"] == true,
            page.disagreements.len() + usize::from(page.conflicts.is_some()),
        )
    }

    async fn rule(&self) -> Option<Credit> {
        self.store().credit_in_force("post-call").await.expect("reads")
    }

    async fn waiting(&self) -> Vec<String> {
        let pairs = [("linked".to_owned(), "no".to_owned())];
        let page = aftercall::desk::browse::Page::read(pairs.into_iter()).expect("a page");
        let list = self.desk().interviews_json(&page, &Lens::all()).await.expect("a list");
        let ids = list["interviews"].as_array().expect("interviews").iter();
        ids.map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
    }
}

/// Two transactions that wait for each other: the database gives one up, and it comes again.
#[tokio::test(flavor = "multi_thread")]
async fn linking_gives_way_and_comes_again() {
    const WAITING: &str = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    let centre = Centre::open(Database::postgres().await).await;
    let record = |name: &str| aftercall::store::calls::CallRecord {
        names: vec![name.into()],
        ..Default::default()
    };
    let put = centre.store().put_calls(&[record("1"), record("2")], T).await.expect("stored");
    let mut calls: Vec<uuid::Uuid> = put
        .iter()
        .map(|put| match put {
            Put::Taken(call) => *call,
            Put::Refused(reason) => panic!("{reason}"),
        })
        .collect();
    calls.sort_unstable();
    let mut other = PgConnection::connect(&centre.database.url).await.expect("it is there");
    let mut held = other.begin().await.expect("begins");
    // The other one is never the one that is given up.
    sqlx::raw_sql("set local deadlock_timeout = '60s'").execute(&mut *held).await.expect("set");
    let touch = "update relinks set stamp = stamp where call_id = $1";
    sqlx::query(touch).bind(calls[1]).execute(&mut *held).await.expect("locked");
    let linked = centre.store().relink_calls(&calls, HOUR, &JUDGE);
    tokio::pin!(linked);
    let waits = async { while number(&centre.database, WAITING).await == 0 {} };
    tokio::select! {
        _ = &mut linked => panic!("it did not wait"),
        () = waits => {}
    }
    let against = async {
        sqlx::query(touch).bind(calls[0]).execute(&mut *held).await.expect("gets its turn");
        held.commit().await.expect("commits");
    };
    let (linked, ()) = tokio::join!(linked, against);
    linked.expect("linked in the end");
    assert_eq!(number(&centre.database, "select count(*) from relinks").await, 0);
}
