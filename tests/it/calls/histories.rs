//! Simulated histories of one server, its spool and its store: callers press keys, platforms repeat
//! and replay, the database refuses, forgets to answer and falls silent, the server is killed and
//! started again, all of it drawn from a seed and on a clock that only the history moves. After each
//! one every key that was answered with the next question stands once, and counts once.
//!
//! `AFTERCALL_TEST_SEED=17` runs one history again; `AFTERCALL_TEST_HISTORIES=100000` runs more.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aftercall::desk::{Answer, Speak};
use aftercall::interview::{
    Fact, Handover, Input, Order, Outcome, Recording, Start, State, Step, step,
};
use aftercall::store::{Outage, Store};
use aftercall::telemetry::Counters;
use tokio::time::{Duration, Instant};

use self::life::{Life, Stage};
use super::{Dice, T};
use crate::harness::given;

mod life;

/// Histories in an ordinary run: some ten seconds.
const HISTORIES: u64 = 300;
/// Things that happen in each.
const STEPS: u64 = 30;
/// Callers in each, at most.
const CALLERS: usize = 3;
/// Longer than a turn waits for the database.
const BUDGET: Duration = Duration::from_millis(700);
/// Longer than a notice waits for it.
const PATIENCE: Duration = Duration::from_secs(4);
/// Longer than the pause between two looks whether the database is back.
const PROBE: Duration = Duration::from_millis(1100);

/// One turn that was answered.
struct Told {
    /// The document that was answered, and with what.
    before: Speak,
    sent: Vec<Input>,
    heard: Order,
    /// It came again with other keys, at a server that could not know who was first.
    unsure: bool,
}

/// One caller.
struct Call {
    id: String,
    /// The first document.
    begun: Speak,
    turns: Vec<Told>,
    /// The document that waits for keys; `None` when the call is over.
    open: Option<Speak>,
    /// What was sent to a server that died over it.
    unanswered: Option<Input>,
    /// Keys that the caller has made up their mind to press.
    plan: Vec<&'static str>,
    hung_up: bool,
}

impl Call {
    fn is_over(&self) -> bool {
        self.open.is_none()
    }
}

struct History<'a> {
    stage: &'a Stage,
    seed: u64,
    dice: Dice,
    now: i64,
    folder: tempfile::TempDir,
    counters: Arc<Counters>,
    life: Option<Life>,
    outage: Outage,
    calls: Vec<Call>,
    /// Replays with other keys that came while the database could not say who was first.
    unsure: u64,
    log: Vec<String>,
}

impl Drop for History<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("AFTERCALL_TEST_SEED={}:\n  {}", self.seed, self.log.join("\n  "));
        }
    }
}

fn speak(answer: Answer) -> Option<Speak> {
    match answer {
        Answer::Speak(speak) => Some(*speak),
        Answer::Leave { .. } => None,
        other => panic!("{other:?}"),
    }
}

/// The state without what it carries for others to store.
fn bare(state: &State) -> State {
    State { unsaved: None, start: Vec::new(), ..state.clone() }
}

impl<'a> History<'a> {
    fn new(stage: &'a Stage, seed: u64) -> Self {
        // In memory where that can be had: nothing here cuts the power.
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        let folder = folder.expect("a folder");
        std::fs::write(folder.path().join("aftercall.db"), &stage.empty).expect("written");
        let counters = Arc::default();
        let life = Life::begin(stage, folder.path(), &counters, Outage::None);
        Self {
            stage,
            seed,
            dice: Dice::new(seed),
            now: T,
            folder,
            counters,
            life: Some(life),
            outage: Outage::None,
            calls: Vec::new(),
            unsure: 0,
            log: Vec::new(),
        }
    }

    fn life(&self) -> &Life {
        self.life.as_ref().expect("a server")
    }

    fn note(&mut self, what: String) {
        let away = if self.life().store.is_away() { " (away)" } else { "" };
        self.log.push(format!("{:>6} {what}, database {:?}{away}", self.now - T, self.outage));
    }

    fn took(&mut self, time: Duration) {
        self.now += i64::try_from(time.as_millis()).expect("short");
    }

    /// Whether the database, or this server's disk alone, says who was first with a turn.
    fn is_sure(&self) -> bool {
        self.outage == Outage::None && !self.life().store.is_away()
    }

    fn happen(&mut self) {
        self.now += i64::try_from(self.dice.below(3000)).expect("small");
        match self.dice.below(100) {
            0..10 => self.start(),
            10..52 => self.turn(),
            52..60 => self.replay(),
            60..65 => self.twice(),
            65..70 => self.notice(),
            70..84 => self.fail(),
            84..86 => {
                self.now -= i64::try_from(self.dice.below(60_000)).expect("small");
                self.note("the clock is set back".into());
            }
            86..94 => {
                let passed = self.life().pass(PROBE);
                self.took(passed);
                self.note("time passes".into());
            }
            _ => self.restart(false),
        }
    }

    fn some_call(&mut self, open: bool) -> Option<usize> {
        let fit: Vec<usize> =
            (0..self.calls.len()).filter(|n| !open || !self.calls[*n].is_over()).collect();
        let at = self.dice.below(u64::try_from(fit.len().max(1)).expect("small"));
        fit.get(usize::try_from(at).expect("small")).copied()
    }

    fn ask_to_start(&mut self, number: usize) -> Option<Speak> {
        let said = Handover {
            agent: Some(format!("A{}", number % 2)),
            lang: Some("en".into()),
            ..Handover::default()
        };
        let start =
            Start { number: Some(format!("+3706{number:07}")), handover: said, ..Start::default() };
        let (life, id) = (self.life(), format!("call-{number}"));
        let work = life.desk.start(
            self.stage.provider(),
            Some(&id),
            start,
            true,
            self.now,
            [u8::try_from(number).expect("few"); 16],
        );
        let (answer, took) = life.run(BUDGET, work);
        self.took(took);
        speak(answer)
    }

    fn start(&mut self) {
        let number = self.calls.len();
        if number < CALLERS && self.dice.below(3) > 0 {
            let begun = self.ask_to_start(number).expect("everybody is asked");
            self.note(format!("call {number} starts"));
            self.calls.push(Call {
                id: format!("call-{number}"),
                open: Some(begun.clone()),
                begun,
                turns: Vec::new(),
                unanswered: None,
                plan: Vec::new(),
                hung_up: false,
            });
        } else if let Some(number) = self.some_call(false) {
            let again = self.ask_to_start(number);
            self.note(format!("call {number} starts again"));
            let call = &self.calls[number];
            match again {
                Some(again) => assert_eq!(again.order, call.begun.order, "a repeated start"),
                None => assert!(call.is_over(), "nothing is asked again"),
            }
        }
    }

    /// What the caller of that number does now.
    fn input(&mut self, number: usize) -> Input {
        if let Some(input) = self.calls[number].unanswered.take() {
            return input;
        }
        let open = self.calls[number].open.as_ref().expect("a document");
        let (records, turn) = (matches!(open.order, Order::Record(_)), open.state.turn);
        if records && self.dice.below(4) > 0 {
            return Input::Recording(Recording {
                id: format!("RE-{number}-{turn}"),
                seconds: Some(5),
                key: None,
                url: Some(format!("https://recordings.example.com/{number}-{turn}")),
            });
        }
        if self.calls[number].plan.is_empty() && self.dice.below(8) == 0 {
            // The menu: one question back; another language; never again.
            self.calls[number].plan = match self.dice.below(8) {
                0 => vec!["5", "*", "*"],
                1 => vec!["2", "3", "*", "*"],
                _ => vec!["1", "*", "*"],
            };
        }
        if let Some(key) = self.calls[number].plan.pop() {
            return Input::Keys(key.into());
        }
        match self.dice.below(12) {
            0 => Input::Silence,
            1 => Input::Keys("#".into()),
            _ => Input::Keys(self.dice.one(&["1", "2", "3", "4", "5", "7", "9", "10"]).into()),
        }
    }

    fn send(&mut self, id: &str, token: &str, input: &Input) -> Option<Speak> {
        let life = self.life();
        let (provider, input) = (self.stage.provider(), input.clone());
        let work = life.desk.answer(provider, Some(id), token, input, self.now);
        let (answer, took) = life.run(BUDGET, work);
        self.took(took);
        speak(answer)
    }

    fn turn(&mut self) {
        let Some(number) = self.some_call(true) else { return };
        let input = self.input(number);
        let before = self.calls[number].open.clone().expect("a document");
        let id = self.calls[number].id.clone();
        let silent = self.outage == Outage::Silent && !self.life().store.is_away();
        if silent && self.dice.below(2) == 0 {
            let answer = {
                let (life, sent) = (self.life(), input.clone());
                let desk = life.desk.clone();
                let token = before.token.clone();
                let work = desk.answer(self.stage.provider(), Some(&id), &token, sent, self.now);
                life.runtime.block_on(async {
                    tokio::select! {
                        biased;
                        answer = work => Some(answer),
                        () = life.database.holds_up() => None,
                    }
                })
            };
            if let Some(answer) = answer {
                // What was being brought beside it met the silence first.
                assert!(self.life().store.is_away(), "a silent database is waited for");
                self.note(format!("call {number}: {input:?}"));
                let heard = speak(answer).expect("an open call is answered");
                self.answered(number, before, vec![input], heard);
                return;
            }
            self.note(format!("call {number}: {input:?}, and the server dies over it"));
            self.calls[number].unanswered = Some(input);
            let commits = self.dice.below(2) == 0;
            self.restart(commits);
            return;
        }
        let heard = self.send(&id, &before.token, &input).expect("an open call is answered");
        self.note(format!("call {number}: {input:?}"));
        self.answered(number, before, vec![input], heard);
    }

    fn answered(&mut self, number: usize, before: Speak, sent: Vec<Input>, heard: Speak) {
        assert_eq!(heard.state.turn, before.state.turn + 1);
        let order = heard.order.clone();
        let call = &mut self.calls[number];
        call.open = heard.state.over().is_none().then_some(heard);
        call.turns.push(Told { before, sent, heard: order, unsure: false });
    }

    /// An old request comes again, perhaps with other keys.
    fn replay(&mut self) {
        let Some(number) = self.some_call(false) else { return };
        let turns = self.calls[number].turns.len();
        if turns == 0 {
            return;
        }
        let which = usize::try_from(self.dice.below(turns as u64)).expect("small");
        let told = &self.calls[number].turns[which];
        let (token, first) = (told.before.token.clone(), told.sent[0].clone());
        let same = told.sent.len() == 1 && self.dice.below(3) > 0;
        let input = if same { first } else { Input::Keys("3".into()) };
        let sure = self.is_sure();
        let id = self.calls[number].id.clone();
        let again = self.send(&id, &token, &input);
        self.note(format!("call {number}: turn {} again, {input:?}", which + 1));
        let sure = sure && self.is_sure();
        let call = &mut self.calls[number];
        if !same && !sure {
            call.turns[which].unsure = true;
            self.unsure += 1;
        }
        match again {
            Some(again) if !call.turns[which].unsure => {
                assert_eq!(again.order, call.turns[which].heard, "a repeated turn");
            }
            Some(_) => {}
            None => assert!(call.is_over(), "an open call is answered"),
        }
    }

    /// The same turn comes twice at the same moment.
    fn twice(&mut self) {
        let Some(number) = self.some_call(true) else { return };
        let input = self.input(number);
        // Who was first cannot be known where the first one's answer may be lost.
        let sure = self.is_sure();
        let other = match sure && self.dice.below(2) == 0 {
            true => Input::Keys("2".into()),
            false => input.clone(),
        };
        let before = self.calls[number].open.clone().expect("a document");
        let id = self.calls[number].id.clone();
        let life = self.life();
        let ask = |input: &Input| {
            let provider = self.stage.provider();
            life.desk.answer(provider, Some(&id), &before.token, input.clone(), self.now)
        };
        let both = async { tokio::join!(ask(&input), ask(&other)) };
        let ((one, two), took) = life.run(BUDGET, both);
        self.took(took);
        self.note(format!("call {number}: {input:?} and {other:?} at once"));
        let (one, two) = (speak(one).expect("an answer"), speak(two).expect("an answer"));
        assert_eq!(one.order, two.order, "two at once");
        assert_eq!(bare(&one.state), bare(&two.state), "two at once");
        self.answered(number, before, vec![input, other], one);
    }

    /// The call is over, or a recording is ready.
    fn notice(&mut self) {
        let Some(number) = self.some_call(false) else { return };
        let [ready, by_link] = [self.dice.below(2) == 0, self.dice.below(2) == 0];
        let call = &self.calls[number];
        let newest = call.open.as_ref().or(call.turns.last().map(|told| &told.before));
        let token = newest.map(|speak| speak.token.clone());
        let recorded = call.turns.iter().flat_map(|told| &told.sent).find_map(|sent| match sent {
            Input::Recording(recording) => Some(recording.clone()),
            _ => None,
        });
        let (life, id, now) = (self.life(), call.id.clone(), self.now);
        let (desk, provider) = (&life.desk, self.stage.provider());
        match recorded {
            Some(recording) if ready => {
                let work = desk.recording(provider, Some(&id), None, recording, true, now);
                let ((), took) = life.run(PATIENCE, work);
                self.took(took);
                self.note(format!("call {number}: a recording is ready"));
            }
            _ => {
                let token = token.filter(|_| by_link);
                let work =
                    desk.ended(provider, Some(&id), token.as_deref(), "completed", None, now);
                let ((), took) = life.run(PATIENCE, work);
                self.took(took);
                self.note(format!("call {number}: hangs up, by its link: {}", token.is_some()));
                let call = &mut self.calls[number];
                (call.open, call.hung_up) = (None, true);
            }
        }
    }

    /// The database begins or ceases to fail.
    fn fail(&mut self) {
        self.outage = match self.dice.below(8) {
            0..3 => Outage::None,
            3..5 => Outage::RefusesAfter(u32::try_from(self.dice.below(3)).expect("small")),
            5 => Outage::AnswersLost,
            _ => Outage::Silent,
        };
        let life = self.life();
        life.database.set(self.outage);
        if self.outage != Outage::Silent {
            // What was held up is so no more.
            life.runtime.block_on(async {
                while life.database.held_up() > 0 {
                    tokio::task::yield_now().await;
                }
            });
        }
        self.note("the database".into());
    }

    fn restart(&mut self, commits: bool) {
        self.note(format!("the server is killed; what was held up is committed: {commits}"));
        self.life.take().expect("a server").kill(commits);
        let life = Life::begin(self.stage, self.folder.path(), &self.counters, self.outage);
        self.life = Some(life);
    }

    /// Everything is well again, and all that waited is stored.
    fn end(&mut self) {
        self.outage = Outage::None;
        self.life().database.set(Outage::None);
        while !self.life().is_calm() {
            self.life().pass(PROBE);
        }
        self.note("all is well again".into());
        let life = self.life.take().expect("a server");
        life.runtime.block_on(async {
            life.desk.settle().await;
            let depth = life.store.spool_depth().await.expect("reads");
            assert_eq!(depth.items, 0, "{depth:?}");
            let differences = life.store.doctor().await.expect("the doctor reads");
            assert!(differences.is_empty(), "{differences:?}");
            for (number, call) in self.calls.iter().enumerate() {
                self.check(&life.store, number, call).await;
            }
            life.store.close().await;
        });
        let conflicts = self.counters.total("conflict", "");
        assert!(conflicts <= self.unsure, "{conflicts} conflicts, {} unsure", self.unsure);
    }

    /// What is stored of a call is what its caller heard of it.
    async fn check(&self, store: &Store, number: usize, call: &Call) {
        let id = call.begun.state.id;
        let known = store.known(id).await.expect("reads").expect("a call that began is stored");
        assert_eq!(known.started_ms, call.begun.state.started_ms);
        let survey = self.stage.surveys.iter().find(|one| one.version == known.survey);
        let survey = survey.expect("a survey");
        let stored = store.turns(id).await.expect("reads");
        let more = usize::from(call.unanswered.is_some() || call.hung_up);
        let turns = call.turns.len();
        let there = stored.len();
        assert!(
            (turns..=turns + more).contains(&there),
            "call {number}: {there} turns are stored, {turns} were answered"
        );
        let mut state = bare(&call.begun.state);
        for (stored, at) in stored.iter().zip(0..) {
            assert_eq!(usize::from(stored.turn), at + 1, "call {number}: no turn is left out");
            let Some(told) = call.turns.get(at) else {
                // Nobody heard what came of it.
                if call.unanswered.as_ref() == Some(&stored.input) {
                    state = bare(&step(survey, &state, &stored.input, stored.at_ms).state);
                }
                break;
            };
            assert!(told.sent.contains(&stored.input), "call {number}: {stored:?}");
            let Step { state: after, order, .. } =
                step(survey, &state, &stored.input, stored.at_ms);
            assert_eq!(order, told.heard, "call {number}, turn {}", at + 1);
            state = bare(&after);
        }
        let expected: Vec<(i64, Outcome)> = state
            .facts()
            .into_iter()
            .filter_map(|fact| match fact {
                Fact::Item { question, outcome } => Some((i64::from(question), outcome)),
                _ => None,
            })
            .collect();
        let answers = store.answers(id).await.expect("reads");
        let answers: Vec<_> = answers.iter().map(|one| (one.question, one.outcome)).collect();
        assert_eq!(answers, expected, "call {number}");
        let recorded = stored.iter().filter(|turn| {
            let said = |fact: &Fact| matches!(fact, Fact::Comment { .. });
            turn.facts.iter().any(said)
        });
        let comments = store.comments(id).await.expect("reads");
        assert_eq!(comments.len(), recorded.count(), "call {number}: {comments:?}");
    }
}

#[test]
fn whatever_happens_every_answer_counts_once() {
    let number = |name| given(name).map(|n| n.parse::<u64>().expect("a number"));
    let seed = number("AFTERCALL_TEST_SEED");
    let many = if seed.is_some() { 1 } else { HISTORIES };
    let histories = number("AFTERCALL_TEST_HISTORIES").unwrap_or(many);
    let first = seed.unwrap_or(1);
    let (stage, next) = (Stage::new(), AtomicU64::new(first));
    let [turns, conflicts] = [AtomicU64::new(0), AtomicU64::new(0)];
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + histories {
                        return;
                    }
                    let mut history = History::new(&stage, seed);
                    for _ in 0..STEPS {
                        history.happen();
                    }
                    history.end();
                    let told: usize = history.calls.iter().map(|call| call.turns.len()).sum();
                    turns.fetch_add(told as u64, Ordering::Relaxed);
                    conflicts.fetch_add(history.counters.total("conflict", ""), Ordering::Relaxed);
                }
            });
        }
    });
    println!(
        "{histories} histories from seed {first} on, {turns:?} turns, {conflicts:?} replays whose \
         first was found later, in {:?}",
        begun.elapsed()
    );
}
