//! Packed days, months and years: reports read the same with and without them, whatever happens in
//! whatever order.

use std::collections::BTreeSet;

use aftercall::store::Unit as Credited;
use aftercall::store::report::{Apart, Ask, Cut, DropCount, Every, Group, Unit};
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::*;
use crate::harness::both;

/// Interviews that the random callers share.
const INTERVIEWS: u16 = 60;

/// Their days lie up to so many after [`DAY`], 2025-12-29: over the ends of a year and of months.
const SPREAD: i64 = 70;

/// The day of an interview; several share one.
fn day(n: u16) -> i64 {
    DAY + i64::from(n / 2) * 37 % SPREAD
}

/// All rows of a query, past the store.
async fn rows<T>(database: &Database, sql: &'static str) -> Vec<T>
where
    T: for<'r> sqlx::FromRow<'r, SqliteRow> + for<'r> sqlx::FromRow<'r, PgRow> + Send + Unpin,
{
    let all = if database.url.starts_with("sqlite:") {
        let options: sqlx::sqlite::SqliteConnectOptions = database.url.parse().expect("a url");
        let mut connection = options.connect().await.expect("the file is there");
        sqlx::query_as(sql).fetch_all(&mut connection).await
    } else {
        let mut connection = PgConnection::connect(&database.url).await.expect("it is there");
        sqlx::query_as(sql).fetch_all(&mut connection).await
    };
    all.expect("the query runs")
}

/// An interview and one of those for whom it counts.
#[derive(sqlx::FromRow)]
struct Fact {
    day: i64,
    survey: i64,
    language: String,
    channel: String,
    kind: i64,
    agent: i64,
    team: i64,
    queue: i64,
    ineligible: String,
    started: bool,
    disposition: String,
    linked: i64,
    question: i64,
    outcome: i64,
    outside_control: bool,
}

const FACTS: &str =
    "select i.day, i.survey, i.language, i.channel, c.kind, c.agent, c.team, c.queue,
        i.ineligible, i.started, i.disposition,
        (select count(*) from credits k where k.interview = i.id and k.gen = c.gen and k.kind = 1
            and k.agent > 0) as linked,
        coalesce(a.question, -1) as question, coalesce(a.outcome, -5) as outcome,
        coalesce(a.outside_control, false) as outside_control
    from interviews i join credits c on c.interview = i.id
            and c.gen = (select reading from tally_state)
        left join answers a on a.interview = i.id";

/// The same with one row for each interview and unit.
const STAGES: &str =
    "select i.day, i.survey, i.language, i.channel, c.kind, c.agent, c.team, c.queue,
        i.ineligible, i.started, i.disposition,
        (select count(*) from credits k where k.interview = i.id and k.gen = c.gen and k.kind = 1
            and k.agent > 0) as linked,
        cast(-1 as bigint) as question, cast(-5 as bigint) as outcome, false as outside_control
    from interviews i join credits c on c.interview = i.id
            and c.gen = (select reading from tally_state)";

/// Where something is counted, and as what.
type Place = (i64, i64, i64, i64, i64, String, String, String);
type Counted = BTreeMap<Place, (i64, i64)>;

/// What the facts come to, counted one by one.
async fn by_facts(database: &Database, ask: &Ask<'_>) -> Counted {
    let Ask { cut, unit, apart } = ask;
    let mut counted = Counted::new();
    let mut count = |fact: &Fact, what: String, reviewed: bool| {
        let whole = *unit == Unit::Whole;
        let in_view = (cut.from..=cut.to).contains(&fact.day)
            && fact.kind == i64::from(!whole)
            && cut.version.is_none_or(|of| i64::from(of.0) == fact.survey)
            && cut.survey.as_ref().is_none_or(|of| of == "post-call")
            && (whole || cut.agent.is_none_or(|of| of == fact.agent))
            && cut.team.is_none_or(|of| of == fact.team)
            && cut.queue.is_none_or(|of| of == fact.queue)
            && cut.language.as_ref().is_none_or(|of| *of == fact.language)
            && cut.channel.as_ref().is_none_or(|of| *of == fact.channel);
        if !in_view {
            return;
        }
        let id = |wanted: bool, id: i64| if wanted { id } else { 0 };
        let text = |wanted: bool, text: &str| if wanted { text.to_owned() } else { String::new() };
        let place = (
            apart.every.map_or(0, |every| every.start(fact.day)),
            fact.survey,
            id(apart.agent, fact.agent),
            id(apart.team, fact.team),
            id(apart.queue, fact.queue),
            text(apart.language, &fact.language),
            text(apart.channel, &fact.channel),
            what,
        );
        let n = counted.entry(place).or_default();
        n.0 += 1;
        n.1 += i64::from(reviewed);
    };
    let facts: Vec<Fact> = rows(database, FACTS).await;
    for fact in facts.iter().filter(|fact| fact.outcome != -5) {
        let what = format!("question {} outcome {}", fact.question, fact.outcome);
        count(fact, what, !fact.outside_control);
    }
    let facts: Vec<Fact> = rows(database, STAGES).await;
    for fact in &facts {
        let offered = fact.ineligible.is_empty();
        count(fact, "handed_over".into(), true);
        if offered {
            count(fact, "offered".into(), true);
        }
        if offered && fact.started {
            count(fact, "started".into(), true);
        }
        if offered && fact.linked == 0 && fact.kind == 0 {
            count(fact, "not_linked".into(), true);
        }
        if ["sampled_out", "agent_cap"].contains(&fact.ineligible.as_str()) {
            count(fact, "sampled_out".into(), true);
        }
        count(fact, fact.disposition.clone(), true);
    }
    counted
}

/// The same of what the store counts.
fn by_groups(groups: &[Group]) -> Counted {
    let mut counted = Counted::new();
    for group in groups {
        let place = |what: String| {
            let Group { start, survey, agent, team, queue, language, channel, .. } = group;
            let (language, channel) = (language.to_string(), channel.to_string());
            (*start, *survey, *agent, *team, *queue, language, channel, what)
        };
        for given in &group.answers {
            let what = format!("question {} outcome {}", given.question, given.outcome);
            counted.insert(place(what), (given.n, given.reviewed));
        }
        for (stage, n) in &group.stages {
            counted.insert(place((*stage).into()), (*n, *n));
        }
    }
    counted
}

/// Views of all kinds, some of them at random.
fn views(dice: &mut Dice) -> Vec<(Cut, Unit, Apart)> {
    let mut views = vec![
        (Cut { from: DAY, to: DAY + SPREAD, ..Cut::default() }, Unit::Agents, Apart::CELLS),
        (Cut { from: DAY, to: DAY + SPREAD, ..Cut::default() }, Unit::Whole, Apart::default()),
    ];
    for _ in 0..12 {
        let from = DAY + i64::try_from(dice.below(70)).unwrap_or(0);
        let cut = Cut {
            from,
            to: from + i64::try_from(dice.below(90)).unwrap_or(0),
            survey: (dice.below(3) == 0).then(|| "post-call".into()),
            version: (dice.below(3) == 0).then_some(VERSION),
            agent: (dice.below(3) == 0).then(|| i64::from(dice.byte(4))),
            team: (dice.below(4) == 0).then(|| i64::from(dice.byte(2))),
            queue: (dice.below(4) == 0).then(|| i64::from(dice.byte(4))),
            language: (dice.below(4) == 0).then(|| ["en", "lt"][usize::from(dice.byte(2))].into()),
            channel: (dice.below(4) == 0).then(|| "phone".into()),
            fence: None,
        };
        let every = [None, Some(Every::Day), Some(Every::Week), Some(Every::Month)];
        let apart = Apart {
            every: every[usize::from(dice.byte(4))],
            agent: dice.below(2) == 0,
            team: dice.below(2) == 0,
            queue: dice.below(2) == 0,
            language: dice.below(2) == 0,
            channel: dice.below(2) == 0,
        };
        views.push((cut, if dice.below(2) == 0 { Unit::Whole } else { Unit::Agents }, apart));
    }
    views
}

/// Compares what the store counts with what the facts come to; nothing else may be at work.
async fn check(store: &Store, database: &Database, seed: u64) {
    let views = views(&mut Dice(seed));
    let asks: Vec<Ask<'_>> =
        views.iter().map(|(cut, unit, apart)| Ask { cut, unit: *unit, apart: *apart }).collect();
    let all = store.counts(&asks).await.expect("counts");
    assert_eq!(all.len(), asks.len());
    for (ask, groups) in asks.iter().zip(&all) {
        assert_eq!(by_groups(groups), by_facts(database, ask).await, "{ask:?}");
    }
    assert!(!all[0].is_empty() && !all[1].is_empty(), "the dice made nothing happen");
}

/// One random thing that can happen.
async fn happen(store: &Store, dice: &mut Dice) {
    let n = u16::try_from(dice.below(INTERVIEWS.into())).unwrap_or(0);
    match dice.below(30) {
        0..=8 => {
            let mut one = begin(n);
            one.day = day(n);
            one.said.agent = (n % 4 > 0).then(|| format!("A{}", n % 4));
            one.channel = if n.is_multiple_of(5) { "web" } else { "phone" }.into();
            if n % 6 == 5 {
                one.ineligible = if n % 12 == 5 { "sampled_out" } else { "short_talk" }.into();
                one.disposition = Disposition::Ineligible;
            }
            store.begin(one).await.expect("written");
        }
        9..=24 => {
            let mut one = turn(n, 1 + dice.byte(12), dice.byte(6));
            let outcomes = [
                Outcome::Answered(dice.byte(11)),
                Outcome::Skipped,
                Outcome::NoMatch,
                Outcome::Withdrawn,
            ];
            one.items = vec![(dice.byte(3), outcomes[usize::from(dice.byte(4))])];
            one.started = dice.below(3) > 0;
            one.language = ["en", "lt", "ta"][usize::from(dice.byte(3))].into();
            store.record(one).await.expect("written");
        }
        25 => drop(store.end(id(n), START + 20_000, "completed").await.expect("written")),
        26..=27 => {
            let unit = |kind, agent| Credited { kind, agent, team: i64::from(n % 2), queue: agent };
            let agents: BTreeSet<i64> =
                (0..dice.below(3)).map(|_| i64::from(dice.byte(4))).collect();
            let agents = agents.into_iter().map(|agent| unit(1, agent));
            let units = std::iter::once(unit(0, 0)).chain(agents).collect();
            // Two nodes may come in each other's way here; then nothing is changed.
            let _ = store.credit(&BTreeMap::from([(id(n), units)])).await;
        }
        28 => {
            // Whatever is read meanwhile is of one moment.
            let cut = Cut { from: DAY, to: DAY + SPREAD, ..Cut::default() };
            let ask = |apart| Ask { cut: &cut, unit: Unit::Whole, apart };
            let months = Apart { language: true, ..Apart::series(Every::Month) };
            let both = store.counts(&[ask(Apart::default()), ask(months)]).await.expect("counts");
            let sum = |groups: &[Group]| -> i64 {
                groups.iter().flat_map(|group| &group.answers).map(|given| given.n).sum()
            };
            assert_eq!(sum(&both[0]), sum(&both[1]));
        }
        _ => {
            let through = DAY + i64::try_from(dice.below(100)).unwrap_or(0);
            store.roll(through).await.expect("packs");
        }
    }
}

both! {
    async fn they_read_as_the_facts_after_anything_by_two_nodes_at_once(database: Database) {
        let stores = [open(&database).await, Store::open(&database.url).await.expect("opens")];
        let callers: Vec<_> = (200..208_u64)
            .map(|seed| {
                let store = stores[usize::from(seed % 2 == 0)].clone();
                tokio::spawn(async move {
                    let mut dice = Dice(seed);
                    for _ in 0..60 {
                        happen(&store, &mut dice).await;
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.expect("runs");
        }
        // As they were left, some packed and some not, and then all packed.
        check(&stores[1], &database, 1).await;
        let (first, second) = tokio::join!(stores[0].roll(DAY + SPREAD), stores[1].roll(DAY + SPREAD));
        assert!(first.expect("packs") + second.expect("packs") > 0);
        stores[0].roll(DAY + SPREAD).await.expect("packs");
        assert_eq!(number(&database, "select count(*) from tally_spans where packed <> changed").await, 0);
        assert!(number(&database, "select count(*) from tally_packs where step = 2").await > 0);
        check(&stores[0], &database, 2).await;
        check(&stores[1], &database, 3).await;
        assert_eq!(wrong_rows(&database).await, 0);
        assert_eq!(stores[0].doctor().await.expect("read"), []);
        // The tallies by day are not read where they are packed.
        change(&database, "delete from answer_tally; delete from funnel_tally").await;
        check(&stores[0], &database, 4).await;
        for store in stores {
            store.close().await;
        }
    }

    async fn a_recount_leaves_all_of_them_packed(database: Database) {
        let store = open(&database).await;
        let mut dice = Dice(7);
        for _ in 0..150 {
            happen(&store, &mut dice).await;
        }
        store.over(DAY + SPREAD).await.expect("noted");
        store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!(number(&database, "select count(*) from tally_spans where packed <> changed").await, 0);
        assert_eq!(number(&database, "select min(gen) from tally_spans").await, 2);
        assert_eq!(number(&database, "select min(gen) from tally_packs").await, 2);
        check(&store, &database, 5).await;
        assert_eq!(store.doctor().await.expect("read"), []);
        store.close().await;
    }

    async fn a_late_change_is_read_at_once_and_packed_again(database: Database) {
        const CHANGED: &str = "select count(*) from tally_spans where packed <> changed";
        let store = open(&database).await;
        for n in 0..20 {
            let mut one = begin(n);
            one.day = day(n);
            store.begin(one).await.expect("written");
        }
        assert!(store.roll(DAY + SPREAD).await.expect("packs") > 0);
        assert_eq!(store.roll(DAY + SPREAD).await.expect("packs"), 0);
        store.record(turn(0, 1, 5)).await.expect("written");
        // The day, its month, its year.
        assert_eq!(number(&database, CHANGED).await, 3);
        check(&store, &database, 6).await;
        assert_eq!(store.roll(DAY + SPREAD).await.expect("packs"), 3);
        check(&store, &database, 7).await;
        // A day that is not over is not noted.
        let mut one = begin(30);
        one.day = DAY + SPREAD + 200;
        store.begin(one).await.expect("written");
        store.record(turn(30, 1, 5)).await.expect("written");
        assert_eq!(number(&database, CHANGED).await, 0);
        // One before all that is packed is read all the same.
        let mut one = begin(31);
        one.day = DAY - 363;
        store.begin(one).await.expect("written");
        let cut = Cut { from: DAY - 363, to: DAY - 363, ..Cut::default() };
        assert!(!store.stage_counts(&cut, Unit::Whole).await.expect("counts").is_empty());
        store.roll(DAY + SPREAD).await.expect("packs");
        assert!(!store.stage_counts(&cut, Unit::Whole).await.expect("counts").is_empty());
        assert_eq!(store.doctor().await.expect("read"), []);
        store.close().await;
    }

    async fn packs_that_are_wrong_are_named(database: Database) {
        let store = open(&database).await;
        store.begin(begin(1)).await.expect("written");
        store.record(turn(1, 1, 5)).await.expect("written");
        store.roll(DAY + 40).await.expect("packs");
        assert_eq!(store.doctor().await.expect("read"), []);
        change(&database, "delete from tally_packs where step = 1 and kind = 0").await;
        let found = store.doctor().await.expect("read");
        // The month is missing, and the year is no longer what its months are.
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].place.contains("Month") && found[0].tallied == 0, "{found:?}");
        assert!(found[1].place.contains("Year") && found[1].counted == 0, "{found:?}");
        store.recount(&AS_IS, &|_| {}).await.expect("counts");
        assert_eq!(store.doctor().await.expect("read"), []);
        store.close().await;
    }

    async fn callers_who_hang_up_are_counted_by_question_and_second(database: Database) {
        let store = open(&database).await;
        for (n, second) in [(1, 4), (2, 4), (3, 200)] {
            store.begin(begin(n)).await.expect("written");
            store.end(id(n), START + second * 1000, "completed").await.expect("written");
        }
        let cut = Cut { from: DAY, to: DAY, ..Cut::default() };
        let survey = VERSION.0.into();
        let drop = |second, n| DropCount { survey, question: 0, second, n };
        assert_eq!(store.drop_counts(&cut).await.expect("counts"), [drop(4, 2), drop(61, 1)]);
        let other = Cut { language: Some("lt".into()), ..cut };
        assert_eq!(store.drop_counts(&other).await.expect("counts"), []);
        store.close().await;
    }
}

/// Whoever changes a day without knowing that it is over is waited for, or its change would miss
/// from what is packed. SQLite has one writer at a time; PostgreSQL needs the lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_over_only_when_nobody_changes_it_unawares() {
    const WAITING: &str = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    let database = Database::postgres().await;
    let store = open(&database).await;
    store.begin(begin(1)).await.expect("written");
    let mut other = PgConnection::connect(&database.url).await.expect("it is there");
    let mut changing = other.begin().await.expect("begins");
    sqlx::query("select rolled from tally_state for share")
        .execute(&mut *changing)
        .await
        .expect("runs");
    let over = store.over(DAY);
    tokio::pin!(over);
    let waits = async { while number(&database, WAITING).await == 0 {} };
    tokio::select! {
        _ = &mut over => panic!("it did not wait"),
        () = waits => {}
    }
    changing.commit().await.expect("commits");
    over.await.expect("noted");
    store.close().await;
}
