//! One input: what it changes, and what happened.

use super::keys::{self, Meaning};
use super::say::{Choices, offered_languages, order};
use super::{
    Command, Ending, Fact, Input, Item, Keys, Lead, Millis, Opening, Outcome, Place, Recording,
    State, Step, path,
};
use crate::survey::{Kind, Survey};

/// A document that is open longer than this counts no longer, so that a clock that jumps costs a
/// caller at most one slice of the whole call's time.
const LONGEST_TURN_MS: Millis = 90_000;
/// A call with more turns than this is ended, whatever the reason.
const MOST_TURNS: u8 = 100;
/// Repeats and menu openings at one item; more count as silence.
const MOST_REPEATS: u8 = 3;
/// Items in a row without a usable key that end the interview.
const MOST_UNANSWERED: u8 = 2;

/// The first document of an interview. The same opening at the same time gives the same step; its
/// facts are empty but for a survey that has nothing to ask.
///
/// With a language that the survey speaks, greeting and first item are one breath. Without one the
/// call opens with the language choice if the survey offers it, else in the default language.
/// The state's `call_mark` is 0; whoever knows the call sets it.
pub fn begin(survey: &Survey, opening: &Opening, now: Millis) -> Step {
    let known = opening.lang.filter(|lang| survey.languages.contains(lang));
    let state = State {
        id: opening.id,
        survey: survey.version,
        call_mark: 0,
        turn: 1,
        lang: known.unwrap_or_else(|| survey.default_language()),
        started_ms: now,
        recorded_ms: now,
        elapsed_ms: 0,
        never_ask: opening.never_ask,
        callback: opening.callback,
        consent: opening.consent,
        finish_key_grace_ms: opening.finish_key_grace_ms,
        key_wait_ms: opening.key_wait_ms,
        place: Place::Language { round: 0, back_to: None },
        lead: Lead::Nothing,
        hearings: 1,
        wrong: 0,
        repeats: 0,
        repeated: false,
        spilled: false,
        unanswered_run: 0,
        manager: false,
        unsaved: None,
        start: Vec::new(),
        items: vec![None; survey.questions.len()],
    };
    let mut turn = Turn::new(survey, state);
    let choose = survey.choose_language && survey.languages.len() > 1;
    if known.is_some() || !choose {
        turn.open();
        // What never applied is told by the turn that passes it: a start has no facts.
        turn.state.items.fill(None);
        turn.facts.retain(|fact| matches!(fact, Fact::Ended(_)));
    }
    turn.done()
}

/// What one input brings about. Never panics, also for a state that does not fit the survey; an
/// interview that is over stays as it is.
pub fn step(survey: &Survey, state: &State, input: &Input, now: Millis) -> Step {
    let mut turn = Turn::new(survey, state.clone());
    if state.over().is_some() {
        return turn.done();
    }
    let since = now.saturating_sub(state.recorded_ms).max(0);
    turn.state.items.resize(survey.questions.len(), None);
    if fits(survey, state.place) {
        let grace = Millis::from(state.finish_key_grace_ms);
        let waited = match state.place {
            Place::Question(question) if grace > 0 => waited_ms(survey, state, question),
            _ => 0,
        };
        turn.take(input, since < grace, since < grace + waited);
    } else {
        turn.go_on();
    }

    let slice = u32::try_from(since.min(LONGEST_TURN_MS)).unwrap_or(0);
    let state = &mut turn.state;
    state.elapsed_ms = state.elapsed_ms.saturating_add(slice);
    state.recorded_ms = now;
    state.turn = state.turn.saturating_add(1);
    // Checked after the input was taken: what the caller said in the last second is kept, and a
    // recording that was running is finished.
    let late = Millis::from(state.elapsed_ms) >= Millis::from(survey.max_seconds) * 1000;
    if state.over().is_none() && (late || state.turn > MOST_TURNS) {
        turn.end(Ending::Limit);
    }
    turn.done()
}

/// Whether the survey has the question that the place stands at.
fn fits(survey: &Survey, place: Place) -> bool {
    match place {
        Place::Question(question)
        | Place::Menu(Item::Question(question))
        | Place::Manager(Item::Question(question))
        | Place::Language { back_to: Some(Item::Question(question)), .. } => {
            usize::from(question) < survey.questions.len()
        }
        _ => true,
    }
}

/// How long a key may have waited on the platform before it was handed over.
fn waited_ms(survey: &Survey, state: &State, question: u8) -> Millis {
    match survey.questions.get(usize::from(question)).map(|q| keys::keys_of(&q.kind)) {
        Some(Keys::OneOrTen) => Millis::from(state.key_wait_ms),
        _ => 0,
    }
}

/// One turn in the making.
struct Turn<'a> {
    survey: &'a Survey,
    /// The order in which this interview asks.
    order: Vec<u8>,
    state: State,
    facts: Vec<Fact>,
}

impl<'a> Turn<'a> {
    fn new(survey: &'a Survey, state: State) -> Self {
        Self { survey, order: path::asking_order(survey, state.id), state, facts: Vec::new() }
    }

    fn done(self) -> Step {
        let order = order(self.survey, &self.state);
        Step { state: self.state, facts: self.facts, order }
    }

    /// `quick`: it came within the grace after its document; `maybe_quick`: it may have been
    /// pressed within it, and come later.
    fn take(&mut self, input: &Input, quick: bool, maybe_quick: bool) {
        if maybe_quick && keys::lone_finish_key(input) && !self.state.spilled {
            // It belongs to the answer before. The very same document is said again, since the
            // caller heard no more than its first second.
            self.facts.push(Fact::Spill);
            self.state.spilled = true;
            return;
        }
        if quick && keys::begins_with_digit(input) {
            self.facts.push(Fact::Early);
        }
        match self.state.place {
            Place::Language { round, back_to } => self.choose_language(round, back_to, input),
            Place::Menu(item) => self.choose(item, input),
            Place::Manager(item) => {
                if keys::digit(input) == Some(9) {
                    self.call_manager(item);
                } else {
                    self.return_to(item);
                }
            }
            Place::Consent => self.answer(Item::Consent, input),
            Place::Question(question) => self.answer(Item::Question(question), input),
            Place::OfferManager => self.answer(Item::OfferManager, input),
            Place::Over(_) => {}
        }
    }

    /// The input at an item.
    fn answer(&mut self, item: Item, input: &Input) {
        match keys::meaning(self.survey, item, input) {
            Meaning::Answer(value) => self.answered(item, value),
            Meaning::Recorded(recording) => self.recorded(item, recording),
            Meaning::Star => self.star(item),
            Meaning::Skip => {
                self.facts.push(Fact::Command(Command::Skip));
                self.state.unanswered_run = 0;
                self.leave_without(item, Outcome::Skipped);
            }
            Meaning::Unspoken => self.leave_without(item, Outcome::Skipped),
            Meaning::Back => match Choices::of(self.survey, &self.state, item).back {
                Some(question) => self.back(question),
                None => self.wrong(item),
            },
            Meaning::Manager => self.nine(item),
            Meaning::Silence => self.silent(item),
            Meaning::Wrong => self.wrong(item),
        }
    }

    fn answered(&mut self, item: Item, value: u8) {
        match item {
            Item::Consent => {
                let agreed = value > 0;
                self.facts.push(Fact::Consent(agreed));
                if agreed { self.go_on() } else { self.end(Ending::NoConsent) }
            }
            Item::Question(question) => {
                self.set(question, Outcome::Answered(value));
                self.state.unanswered_run = 0;
                self.go_on();
            }
            Item::OfferManager if value > 0 => self.call_manager(item),
            Item::OfferManager => self.end(Ending::Finished),
        }
    }

    fn recorded(&mut self, item: Item, recording: &Recording) {
        if let Item::Question(question) = item {
            self.facts.push(Fact::Comment { question, recording: recording.clone() });
        }
        self.answered(item, 1);
    }

    /// Leaves an item without a new answer; one that stands is kept.
    fn leave_without(&mut self, item: Item, outcome: Outcome) {
        match item {
            // Without consent there is nothing to go on to.
            Item::Consent => self.end(Ending::Unanswered),
            Item::OfferManager => self.end(Ending::Finished),
            Item::Question(question) => {
                if !matches!(self.item(question), Some(Outcome::Answered(_))) {
                    self.set(question, outcome);
                }
                self.go_on();
            }
        }
    }

    /// Silence at an item. A comment is not asked again: who says nothing has nothing to say.
    fn silent(&mut self, item: Item) {
        if self.is_comment(item) {
            self.leave_without(item, Outcome::Skipped);
        } else {
            self.ask_again(item, Lead::Silent, Outcome::NoInput);
        }
    }

    fn wrong(&mut self, item: Item) {
        self.facts.push(Fact::WrongKey);
        self.state.wrong = self.state.wrong.saturating_add(1);
        self.ask_again(item, Lead::Wrong, Outcome::NoMatch);
    }

    /// Asks again while hearings are left, else leaves the item with that outcome.
    fn ask_again(&mut self, item: Item, lead: Lead, outcome: Outcome) {
        if self.state.hearings < self.survey.hearings {
            self.state.hearings += 1;
            self.state.repeated = false;
            self.state.lead = lead;
            return;
        }
        if let Item::Question(question) = item
            && !matches!(self.item(question), Some(Outcome::Answered(_)))
        {
            self.state.unanswered_run = self.state.unanswered_run.saturating_add(1);
            if self.state.unanswered_run >= MOST_UNANSWERED {
                self.set(question, outcome);
                return self.end(Ending::Unanswered);
            }
        }
        self.leave_without(item, outcome);
    }

    /// `*`: repeats; on a repeated document it opens the menu.
    fn star(&mut self, item: Item) {
        if self.state.repeats >= MOST_REPEATS {
            return self.silent(item);
        }
        self.state.repeats += 1;
        if self.state.repeated {
            self.facts.push(Fact::Command(Command::Menu));
            self.state.repeated = false;
            self.state.lead = Lead::Nothing;
            self.state.place = Place::Menu(item);
        } else {
            self.facts.push(Fact::Command(Command::Repeat));
            self.state.repeated = true;
            // The greeting says who asks and is repeated with the question; the sentences on
            // silence and wrong keys are not.
            if self.state.lead != Lead::Greeting {
                self.state.lead = Lead::Nothing;
            }
        }
    }

    /// The direct key `9`: acts when it is pressed again.
    fn nine(&mut self, item: Item) {
        if !self.state.callback {
            return self.wrong(item);
        }
        if self.state.repeats >= MOST_REPEATS {
            return self.silent(item);
        }
        self.state.repeats += 1;
        self.state.repeated = false;
        if self.state.manager {
            self.state.lead = Lead::ManagerNoted;
        } else {
            self.state.lead = Lead::Nothing;
            self.state.place = Place::Manager(item);
        }
    }

    /// A choice of the menu; everything else goes back to the item.
    fn choose(&mut self, item: Item, input: &Input) {
        let can = Choices::of(self.survey, &self.state, item);
        match (keys::digit(input), can.back) {
            (Some(1), Some(question)) => self.back(question),
            (Some(2), _) if can.manager => self.call_manager(item),
            (Some(3), _) if can.language => {
                self.facts.push(Fact::Command(Command::OtherLanguage));
                self.state.place = Place::Language { round: 0, back_to: Some(item) };
            }
            (Some(4), _) => {
                self.facts.push(Fact::Command(Command::EndNow));
                self.end(Ending::EndNow);
            }
            (Some(5), _) if can.never_ask => {
                self.facts.push(Fact::NeverAsk);
                self.end(Ending::NeverAsk);
            }
            _ => self.return_to(item),
        }
    }

    /// A key of the language choice. After two rounds without one it goes on in the language it
    /// has: at the opening the default.
    fn choose_language(&mut self, round: u8, back_to: Option<Item>, input: &Input) {
        let offered = offered_languages(self.survey);
        let chosen = keys::digit(input)
            .and_then(|digit| usize::from(digit).checked_sub(1))
            .and_then(|index| offered.get(index));
        if let Some(&lang) = chosen {
            self.facts.push(Fact::Language(lang));
            self.state.lang = lang;
        } else {
            match keys::pressed(input) {
                "" => {}
                "*" => self.facts.push(Fact::Command(Command::Repeat)),
                _ => self.facts.push(Fact::WrongKey),
            }
            if round == 0 {
                self.state.place = Place::Language { round: 1, back_to };
                return;
            }
        }
        match back_to {
            Some(item) => self.return_to(item),
            None => self.open(),
        }
    }

    /// The greeting with the first item.
    fn open(&mut self) {
        if self.state.consent {
            self.enter(Item::Consent);
        } else {
            self.go_on();
        }
        if self.state.over().is_none() {
            self.state.lead = Lead::Greeting;
        }
    }

    fn call_manager(&mut self, item: Item) {
        self.facts.push(Fact::Callback);
        self.state.manager = true;
        if item == Item::OfferManager {
            self.end(Ending::Finished);
        } else {
            self.return_to(item);
        }
        self.state.lead = Lead::ManagerNoted;
    }

    /// To the previous question, whose answer stands until a key replaces it.
    fn back(&mut self, question: u8) {
        self.facts.push(Fact::Command(Command::Back));
        self.enter(Item::Question(question));
    }

    /// Back to an item from menu, language choice or "press 9 again"; its counts go on.
    fn return_to(&mut self, item: Item) {
        self.state.place = item.into();
        self.state.repeated = false;
        self.state.lead = Lead::Nothing;
    }

    /// To the next item, or to the end.
    fn go_on(&mut self) {
        let facts = &mut self.facts;
        let next = path::settle(self.survey, &self.order, &mut self.state.items, |q, outcome| {
            facts.push(Fact::Item { question: q, outcome });
        });
        match next {
            Some(question) => self.enter(Item::Question(question)),
            None if self.offers_manager() => self.enter(Item::OfferManager),
            None => self.end(Ending::Finished),
        }
    }

    fn enter(&mut self, item: Item) {
        self.state.place = item.into();
        self.state.lead = Lead::Nothing;
        self.state.hearings = 1;
        self.state.wrong = 0;
        self.state.repeats = 0;
        self.state.repeated = false;
        self.state.spilled = false;
    }

    fn end(&mut self, ending: Ending) {
        self.facts.push(Fact::Ended(ending));
        self.state.place = Place::Over(ending);
        self.state.lead = Lead::Nothing;
    }

    fn set(&mut self, question: u8, outcome: Outcome) {
        if let Some(item) = self.state.items.get_mut(usize::from(question)) {
            *item = Some(outcome);
            self.facts.push(Fact::Item { question, outcome });
        }
    }

    fn item(&self, question: u8) -> Option<Outcome> {
        self.state.items.get(usize::from(question)).copied().flatten()
    }

    fn is_comment(&self, item: Item) -> bool {
        let Item::Question(question) = item else { return false };
        let question = self.survey.questions.get(usize::from(question));
        matches!(question.map(|q| &q.kind), Some(Kind::Comment { .. }))
    }

    /// Whether the manager is offered at the end: call-backs are on and not asked for yet, and the
    /// survey makes the offer after such answers.
    fn offers_manager(&self) -> bool {
        let poor = self.survey.manager_offer().is_some_and(|poor| {
            let item = self.state.items.get(poor.question).copied().flatten();
            matches!(item, Some(Outcome::Answered(value)) if poor.values.contains(&value))
        });
        poor && self.state.callback && !self.state.manager
    }
}
