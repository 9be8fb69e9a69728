//! Who holds the phone: presses keys, speaks, hangs up, and lets time pass.

use std::collections::VecDeque;
use std::future::Future;

use tokio::sync::mpsc;
use tokio::time::{Duration, Instant};

use super::script::{self, ScriptError, Word};

/// What a caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Presses a key.
    Key(char),
    /// Begins to speak.
    Speaks,
    /// Stops speaking.
    Pauses,
    /// Hangs up.
    HangsUp,
}

/// What the platform now waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Keys; the prompt takes that many milliseconds to hear.
    Keys {
        /// Until the last audible piece has been heard.
        prompt_ms: i64,
    },
    /// A recording, which begins after that many milliseconds of beep.
    Speech {
        /// Until the beep is over.
        prompt_ms: i64,
    },
}

/// The person, script or browser at the phone. Its clock is the call's clock.
pub trait Caller: Send {
    /// Milliseconds since the call began.
    fn now_ms(&self) -> i64;

    /// Something else took that long. A virtual clock moves on; a real one has already.
    fn spent(&mut self, millis: i64);

    /// The platform begins to ask. Not called while keys of an earlier Ask are still under way.
    fn asked(&mut self, asked: Asked);

    /// Lets time pass until `until_ms` on the call's clock, or until the caller does something
    /// before that moment.
    fn wait(&mut self, until_ms: i64) -> impl Future<Output = Option<Act>> + Send;

    /// Whether keys already decided on are still to come.
    fn busy(&self) -> bool {
        false
    }
}

/// Between two keys pressed in one go.
const KEY_GAP_MS: i64 = 200;
/// Between the last spoken word and the key that ends a recording.
const FINISH_GAP_MS: i64 = 300;

/// A caller who follows a script on a virtual clock. Missing words are silence.
#[derive(Clone, Debug)]
pub struct Scripted {
    now_ms: i64,
    words: VecDeque<Word>,
    plan: VecDeque<(i64, Act)>,
    later_ms: i64,
    misplaced: Vec<String>,
}

impl Scripted {
    /// Reads the words of `--keys`.
    ///
    /// # Errors
    /// The first word without a meaning.
    pub fn new(script: &str) -> Result<Self, ScriptError> {
        Ok(Self::of(script::words(script)?))
    }

    /// A caller who says these words.
    pub fn of(words: Vec<Word>) -> Self {
        Self {
            now_ms: 0,
            words: words.into(),
            plan: VecDeque::new(),
            later_ms: 0,
            misplaced: Vec::new(),
        }
    }

    /// Words that no Ask took, for an error after the call.
    pub fn left_over(&self) -> usize {
        self.words.len()
    }

    /// Each `say:` where keys were asked for: what was said was not recorded.
    pub fn misplaced(&self) -> &[String] {
        &self.misplaced
    }

    fn plan_keys(&mut self, mut at: i64, keys: &str) {
        for key in keys.chars() {
            self.plan.push_back((at, Act::Key(key)));
            at += KEY_GAP_MS;
        }
    }

    /// The word after `say:` belongs to it if it is `#` or `bye`.
    fn next_is(&mut self, word: &Word) -> bool {
        let yes = self.words.front() == Some(word);
        if yes {
            self.words.pop_front();
        }
        yes
    }
}

impl Caller for Scripted {
    fn now_ms(&self) -> i64 {
        self.now_ms
    }

    fn spent(&mut self, millis: i64) {
        self.now_ms += millis.max(0);
    }

    fn asked(&mut self, asked: Asked) {
        // What was left of a recording that ended by itself no longer matters.
        self.plan.retain(|(_, act)| matches!(act, Act::Key(_) | Act::HangsUp));
        if self.busy() {
            return;
        }
        let (prompt_ms, recording) = match asked {
            Asked::Keys { prompt_ms } => (prompt_ms, false),
            Asked::Speech { prompt_ms } => (prompt_ms, true),
        };
        while let Some(Word::Later(millis)) = self.words.front() {
            self.later_ms += *millis;
            self.words.pop_front();
        }
        let Some(word) = self.words.pop_front() else { return };
        let after = |over: bool| if over { prompt_ms / 2 } else { prompt_ms };
        let later_ms = std::mem::take(&mut self.later_ms);
        let begin = |over: bool| self.now_ms + after(over) + later_ms;
        match word {
            Word::Keys { keys, over } => self.plan_keys(begin(over), &keys),
            Word::Bye { over } => self.plan.push_back((begin(over), Act::HangsUp)),
            Word::Silence | Word::Later(_) => {}
            Word::Speak { millis, .. } if !recording => {
                self.misplaced.push(format!("say:{}", millis / 1000));
            }
            Word::Speak { millis, finish } => {
                let begins = begin(false);
                let ends = begins + millis;
                self.plan.push_back((begins, Act::Speaks));
                let hash = Word::Keys { keys: "#".into(), over: false };
                if !finish && self.next_is(&Word::Bye { over: false }) {
                    self.plan.push_back((ends, Act::HangsUp));
                    return;
                }
                self.plan.push_back((ends, Act::Pauses));
                if finish || self.next_is(&hash) {
                    self.plan.push_back((ends + FINISH_GAP_MS, Act::Key('#')));
                }
            }
        }
    }

    async fn wait(&mut self, until_ms: i64) -> Option<Act> {
        match self.plan.front().copied() {
            Some((at, act)) if at < until_ms => {
                self.plan.pop_front();
                self.now_ms = self.now_ms.max(at);
                Some(act)
            }
            _ => {
                self.now_ms = self.now_ms.max(until_ms);
                None
            }
        }
    }

    fn busy(&self) -> bool {
        self.plan.iter().any(|(_, act)| matches!(act, Act::Key(_) | Act::HangsUp))
    }
}

/// A scripted caller in real time: what is planned for a moment happens at that moment.
#[derive(Debug)]
pub struct Paced {
    script: Scripted,
    begun: Instant,
}

impl Paced {
    /// The call begins now.
    pub fn new(script: Scripted) -> Self {
        Self { script, begun: Instant::now() }
    }

    /// The script with what is left of it.
    pub fn script(&self) -> &Scripted {
        &self.script
    }
}

impl Caller for Paced {
    fn now_ms(&self) -> i64 {
        since(self.begun).max(self.script.now_ms)
    }

    fn spent(&mut self, _millis: i64) {}

    fn asked(&mut self, asked: Asked) {
        self.script.now_ms = self.now_ms();
        self.script.asked(asked);
    }

    async fn wait(&mut self, until_ms: i64) -> Option<Act> {
        let act = self.script.wait(until_ms).await;
        tokio::time::sleep_until(moment(self.begun, self.script.now_ms)).await;
        act
    }

    fn busy(&self) -> bool {
        self.script.busy()
    }
}

/// A caller who is there in person: what they do comes over a channel, and time is real. Hangs
/// up when the channel closes or nothing came for the idle limit.
#[derive(Debug)]
pub struct Live {
    acts: mpsc::Receiver<Act>,
    begun: Instant,
    idle_ms: i64,
    last_ms: i64,
}

impl Live {
    /// The call begins now.
    pub fn new(acts: mpsc::Receiver<Act>, idle: Duration) -> Self {
        let idle_ms = i64::try_from(idle.as_millis()).unwrap_or(i64::MAX);
        Self { acts, begun: Instant::now(), idle_ms, last_ms: 0 }
    }
}

impl Caller for Live {
    fn now_ms(&self) -> i64 {
        since(self.begun)
    }

    fn spent(&mut self, _millis: i64) {}

    fn asked(&mut self, _asked: Asked) {}

    async fn wait(&mut self, until_ms: i64) -> Option<Act> {
        let idle_at = self.last_ms.saturating_add(self.idle_ms);
        let deadline = moment(self.begun, until_ms.min(idle_at));
        match tokio::time::timeout_at(deadline, self.acts.recv()).await {
            Ok(Some(act)) => {
                self.last_ms = self.now_ms();
                Some(act)
            }
            Ok(None) => Some(Act::HangsUp),
            Err(_) if idle_at <= until_ms => Some(Act::HangsUp),
            Err(_) => None,
        }
    }
}

fn since(begun: Instant) -> i64 {
    i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX)
}

fn moment(begun: Instant, at_ms: i64) -> Instant {
    begun + Duration::from_millis(u64::try_from(at_ms).unwrap_or_default())
}
