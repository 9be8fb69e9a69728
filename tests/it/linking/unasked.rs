//! Calls that nobody was asked about count for coverage, reach and response rate until an
//! interview takes them; whether callers called again; hashes that do not stay.

use aftercall::report::agents::{AgentRow, Figures, Rate};
use aftercall::report::resolution::Said as SaidSo;
use aftercall::report::{Filter, ReportError, Viewer};

use super::*;
use crate::harness::both;

const RULES: &str = "[offer]\nminimum_talk_seconds = 30\n";

const QUIET: &str = r#"
title = "Quiet"
anonymous = true
languages = ["en"]
promise_seconds = 60

[[question]]
name = "rating"
core = true
kind = "scale"
scale = "1-5"
measure = "csat"
about = "agent"
good = "high"
satisfied = [4, 5]
"#;

/// A record of an incoming call that ended at [`T`] plus so many minutes.
fn call(id: &str, agent: &str, talk: i64, minutes: i64) -> Value {
    let ended = T + minutes * MINUTE;
    json!({
        "call": id, "started": ended - talk * 1000 - 20_000, "ended": ended,
        "direction": "inbound", "language": "en",
        "legs": [{"agent": agent, "team": "red", "queue": "sales", "talk": talk, "ended": ended}],
    })
}

impl Centre {
    /// The days around [`T`].
    fn filter(&self) -> Filter {
        let day = self.app.site.reports.today(T);
        Filter::days(day.yesterday().expect("a day"), day.tomorrow().expect("a day"))
    }

    async fn whole(&self, filter: &Filter) -> (Figures, Vec<AgentRow>) {
        let report = self.app.site.reports.agents(filter, &Viewer::everything(), T).await;
        let report = report.expect("a report");
        (report.centre, report.agents)
    }

    /// An interview of the call of that id, linked.
    async fn asked(&self, call: &str) -> InterviewId {
        let said = Said { call: Some(call.into()), ..said("A", "sales") };
        let id = self.interview(T + MINUTE, "", said, None).await;
        self.desk().link(id).await.expect("linked");
        id
    }
}

fn of(rate: Option<Rate>) -> Option<(u64, f64)> {
    rate.map(|rate| (rate.n, rate.score))
}

both! {
    async fn calls_count_until_an_interview_takes_them(database: Database) {
        let centre = Centre::with(database, RULES).await;
        let filter = centre.filter();
        let mut chat = call("c6", "A", 60, 0);
        chat["channel"] = "chat".into();
        let taken = centre.tell(&[
            call("c1", "A", 60, 0),
            call("c2", "A", 60, 1),
            call("c3", "B", 60, 2),
            // Too short a talk to be asked; nobody spoke at all; another channel.
            call("c4", "A", 10, 3),
            call("c5", "A", 0, 4),
            chat,
        ]).await;
        assert_eq!(taken.accepted, 6, "{taken:?}");
        let (whole, agents) = centre.whole(&filter).await;
        assert_eq!(of(whole.reach), Some((3, 0.0)));
        assert_eq!(of(whole.coverage), Some((4, 1.0)));
        assert_eq!(agents.iter().map(|row| of(row.figures.reach)).collect::<Vec<_>>(), [
            Some((2, 0.0)),
            Some((1, 0.0)),
        ]);
        centre.adds_up().await;

        let first = centre.asked("c1").await;
        let (whole, agents) = centre.whole(&filter).await;
        assert_eq!((whole.offered, of(whole.reach)), (1, Some((3, 1.0 / 3.0))));
        // One break-off: nobody has answered enough.
        assert_eq!(of(whole.response_rate), Some((3, 0.0)));
        assert_eq!(of(whole.coverage), Some((4, 1.0)));
        assert_eq!(of(agents[0].figures.reach), Some((2, 0.5)));
        centre.adds_up().await;

        // An interview without a record: nobody knows how many more there are.
        centre.asked("x").await;
        let (whole, _) = centre.whole(&filter).await;
        assert_eq!((whole.reach, whole.reach_reason), (None, Some("coverage")));
        assert_eq!((whole.response_rate, whole.response_rate_reason), (None, Some("coverage")));
        assert_eq!(of(whole.coverage), Some((5, 0.8)));
        centre.adds_up().await;
        // Its record comes after all.
        centre.tell(&[call("x", "A", 60, 1)]).await;
        let (whole, _) = centre.whole(&filter).await;
        assert_eq!((of(whole.reach), of(whole.coverage)), (Some((4, 0.5)), Some((5, 1.0))));
        assert_eq!(whole.reach_reason, None);
        centre.adds_up().await;

        // A record told again, otherwise: it moves to who served the caller.
        centre.tell(&[call("c2", "B", 60, 1), call("c2", "B", 60, 1)]).await;
        let mut other = call("c3", "B", 60, 2);
        other["legs"][0]["queue"] = "orders".into();
        other["language"] = "lt".into();
        centre.tell(&[other]).await;
        centre.adds_up().await;
        let before = centre.whole(&filter).await;

        centre.desk().recount(&|_| {}).await.expect("recounts");
        centre.adds_up().await;
        assert_eq!(centre.whole(&filter).await, before);

        // Of one survey nobody knows which calls would have had it.
        let filter = Filter { survey: Some("post-call".into()), ..filter };
        let (whole, _) = centre.whole(&filter).await;
        assert_eq!((whole.reach, whole.reach_reason), (None, Some("filtered")));
        assert_eq!(whole.coverage, None);

        // By hand to another call: the first one is free again.
        let call = centre.store().call_named("c3").await.expect("read").expect("known");
        let hand = aftercall::store::link::ByHand {
            interview: first,
            hand: aftercall::store::link::Hand::Call(call),
            who: "Rasa",
            reason: "wrong call",
            at_ms: T,
        };
        assert!(centre.store().link_by_hand(&hand, HOUR).await.expect("linked"));
        centre.adds_up().await;
        let (whole, _) = centre.whole(&centre.filter()).await;
        assert_eq!((whole.offered, of(whole.reach)), (2, Some((4, 0.5))));
    }

    /// No interview of an anonymous survey leads to its call, so such a call is never one that
    /// could have been asked and was not.
    async fn calls_of_an_anonymous_survey_are_not_unasked(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        crate::calls::anything::write_survey(folder.path(), "quiet", QUIET);
        let library = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/post-call");
        std::os::unix::fs::symlink(library, folder.path().join("post-call")).expect("linked");
        let prompts = folder.path().display();
        let settings =
            format!("prompts = \"{prompts}\"\n{RULES}[offer.queue.orders]\nsurvey = \"quiet\"\n");
        let centre = Centre::with(database, &settings).await;
        let mut quiet = call("c2", "A", 60, 1);
        quiet["legs"][0]["queue"] = "orders".into();
        centre.tell(&[call("c1", "A", 60, 0), quiet]).await;
        let (whole, agents) = centre.whole(&centre.filter()).await;
        assert_eq!((of(whole.reach), of(whole.coverage)), (Some((1, 0.0)), Some((2, 1.0))));
        assert_eq!(of(agents[0].figures.reach), Some((1, 0.0)));
        centre.adds_up().await;
    }

    /// What happened before calls were counted says nothing until a recount, which then counts it.
    async fn a_recount_takes_in_what_was_before(database: Database) {
        let centre = Centre::with(database, RULES).await;
        centre.tell(&[call("c1", "A", 60, 0), call("c2", "A", 60, 1)]).await;
        centre.asked("c1").await;
        let before = centre.whole(&centre.filter()).await;
        for sql in [
            "delete from call_units",
            "delete from funnel_tally where survey = 0 or stage = 'recorded'",
            "update calls set day = null, left_out = null, asked = (1 = 0), counted = 0",
            "update interviews set recorded = (1 = 0)",
        ] {
            crate::store::change(&centre.database, sql).await;
        }
        centre.adds_up().await;
        let (whole, _) = centre.whole(&centre.filter()).await;
        assert_eq!((of(whole.coverage), whole.reach_reason), (Some((1, 0.0)), Some("coverage")));
        centre.desk().recount(&|_| {}).await.expect("recounts");
        centre.adds_up().await;
        assert_eq!(centre.whole(&centre.filter()).await, before);
    }

    async fn who_called_again_is_noted_before_hashes_go(database: Database) {
        const DAYS: i64 = 24 * HOUR;
        let centre = Centre::open(database).await;
        let number = |n: i64| format!("+370612345{n:02}");
        let mut records = Vec::new();
        for n in 1..=7 {
            let mut own = call(&format!("own{n}"), "A", 60, 0);
            own["caller"] = number(n).into();
            records.push(own);
        }
        records[4]["case"] = "K5".into();
        records[6].as_object_mut().expect("a record").remove("caller");
        let mut later = |id: &str, n: i64, days: i64, queue: &str| {
            let mut more = call(id, "B", 60, days * 24 * 60);
            more["caller"] = number(n).into();
            more["legs"][0]["queue"] = queue.into();
            records.push(more);
            records.len() - 1
        };
        later("again1", 1, 2, "sales");
        // The same number about something else, and one too late.
        later("again2", 2, 2, "orders");
        later("late2", 2, 8, "sales");
        let unheard = later("again3", 3, 2, "sales");
        let back = later("again4", 4, 2, "sales");
        let case = later("again5", 50, 3, "orders");
        for more in 0..6 {
            later(&format!("often{more}"), 6, more, "sales");
        }
        records[unheard]["legs"][0]["talk"] = 0.into();
        records[back]["direction"] = "outbound".into();
        records[case]["case"] = "K5".into();
        let records: Vec<_> = records.into_iter().map(read_call).enumerate().collect();
        let told = T + 8 * DAYS;
        let taken = centre.desk().take_calls(records, told).await.expect("taken");
        assert_eq!(taken.refused, []);
        for n in 1..=7_i64 {
            let caller = centre.desk().caller(None, &number(n)).map(|(hash, _)| hash);
            let said = Said { call: Some(format!("own{n}")), ..said("A", "sales") };
            let id = centre.interview(T + MINUTE, "", said, caller.filter(|_| n != 7)).await;
            centre.desk().link(id).await.expect("linked");
            centre.settled(id, n != 1).await;
        }
        let store = centre.store();
        store.observe_since(T).await.expect("kept");
        // Nobody can know before the days are over.
        assert_eq!(store.observe(T + 6 * DAYS).await.expect("read"), 0);
        let before = centre.resolution().await;
        assert_eq!((before.n, before.young), (0, 7));
        assert_eq!(store.observe(told).await.expect("read"), 7);
        assert_eq!(store.observe(told).await.expect("read"), 0);
        let report = centre.resolution().await;
        assert_eq!(report.no, SaidSo { quiet: 0, repeat: 1 }, "the same number and queue");
        // Another queue; nobody answered; the same case.
        assert_eq!(report.yes, SaidSo { quiet: 2, repeat: 1 });
        assert_eq!((report.called_back, report.often, report.unknown), (1, 1, 1));
        assert_eq!((report.n, report.young, report.cut), (4, 0, false));

        let hashes = "select count(*) from calls where caller_hash is not null";
        assert_eq!(crate::store::number(&centre.database, hashes).await, 18);
        assert_eq!(store.forget_hashes(told + 8 * DAYS).await.expect("forgets"), 0, "not before");
        assert_eq!(store.forget_hashes(told + 8 * DAYS + 1).await.expect("forgets"), 12);
        assert_eq!(store.forget_hashes(told + 8 * DAYS + 1).await.expect("forgets"), 0);
        assert_eq!(crate::store::number(&centre.database, hashes).await, 6, "those of interviews stay");
        assert_eq!(centre.resolution().await, report, "what was noted stays");

        let (reports, everything) = (&centre.app.site.reports, Viewer::everything());
        let off = reports.resolution(&centre.filter(), &everything, false).await.expect("read");
        assert_eq!((off.on, off.n, off.asked), (false, 0, None));
        let one = Filter { agent: Some("A".into()), ..centre.filter() };
        let refused = reports.resolution(&one, &everything, true).await;
        let code = |fault| matches!(fault, ReportError::Asked { code: "resolution_of_one", .. });
        assert!(refused.is_err_and(code));
    }
}

impl Centre {
    /// The caller says whether the matter is settled.
    async fn settled(&self, id: InterviewId, yes: bool) {
        let outcome = Outcome::Answered(u8::from(yes));
        let turn = Turn {
            id,
            turn: 2,
            at_ms: T + 2 * MINUTE,
            input: Input::Keys("1".into()),
            facts: vec![Fact::Item { question: 1, outcome }],
            items: vec![(1, outcome)],
            carried: Carried::default(),
            language: "en".into(),
            state: vec![],
            open_question: Some(2),
            started: true,
            disposition: Disposition::Partial,
            ended: false,
        };
        self.store().record(turn).await.expect("recorded");
    }

    async fn resolution(&self) -> aftercall::report::resolution::ResolutionReport {
        let reports = &self.app.site.reports;
        reports.resolution(&self.filter(), &Viewer::everything(), true).await.expect("a report")
    }
}
