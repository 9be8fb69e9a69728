//! What a state says: the open document, a function of survey and state alone.

use std::sync::Arc;

use super::keys::keys_of;
use super::{
    Ask, End, Ending, Item, Keys, Lead, Order, Outcome, Place, Record, SECOND_KEY_MS, State, path,
};
use crate::survey::{Kind, Lang, Prompt, Sound, Survey};

/// Milliseconds to think about a question.
const THINK_MS: u32 = 6000;
/// Milliseconds after the last "for X press n" of the language choice.
const THINK_LANGUAGE_MS: u32 = 2000;
/// How many languages one choice offers: more cannot be kept in mind.
const LANGUAGES: usize = 5;

/// How much of the open order a platform asks for, where it asks for it once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// All of it.
    Whole,
    /// What follows its words: they were heard to the end, and nothing was pressed.
    Heard,
    /// The second key of an answer that may have two; this is the first.
    Begun(char),
}

/// The order that is open in this state, as much of it as is asked for.
pub fn open(survey: &Survey, state: &State, open: Open) -> Order {
    match (order(survey, state), open) {
        (Order::Record(record), Open::Heard) => {
            Order::Record(Record { prompts: Vec::new(), ..record })
        }
        (Order::Ask(_), Open::Begun(_)) => ask(Vec::new(), Keys::One, SECOND_KEY_MS),
        (order, _) => order,
    }
}

/// The document that is open in this state: what `begin` or `step` said when it came to it.
///
/// A prompt that the survey lacks is left out. A state that does not fit the survey gets a goodbye.
pub fn order(survey: &Survey, state: &State) -> Order {
    let voice = Words { survey, lang: state.lang };
    match state.place {
        Place::Language { .. } => ask(
            offered_languages(survey)
                .iter()
                .filter_map(|&lang| Words { survey, lang }.get("choose-language"))
                .collect(),
            Keys::One,
            THINK_LANGUAGE_MS,
        ),
        Place::Consent => {
            let mut prompts = lead(&voice, state, "consent");
            prompts.extend(voice.get("consent"));
            ask(prompts, Keys::One, THINK_MS)
        }
        Place::Question(question) => self::question(&voice, state, question),
        Place::Menu(item) => {
            let can = Choices::of(survey, state, item);
            let said = [
                (can.back.is_some(), "menu-back"),
                (can.manager, "menu-manager"),
                (can.language, "menu-language"),
                (true, "menu-end"),
                (can.never_ask, "menu-never"),
                (true, "menu-return"),
            ];
            let said = said.iter().filter(|(can, _)| *can).filter_map(|(_, id)| voice.get(id));
            ask(said.collect(), Keys::One, THINK_MS)
        }
        Place::Manager(_) => {
            ask(voice.get("manager-again").into_iter().collect(), Keys::One, THINK_MS)
        }
        Place::OfferManager => {
            let mut prompts = lead(&voice, state, "manager");
            prompts.extend(voice.get("ask-manager"));
            ask(prompts, Keys::One, THINK_MS)
        }
        Place::Over(ending) => end(&voice, state, ending),
    }
}

/// The languages of the language choice; key n chooses the nth.
pub(super) fn offered_languages(survey: &Survey) -> &[Lang] {
    &survey.languages[..survey.languages.len().min(LANGUAGES)]
}

/// What the menu can do at an item. What cannot be had is neither read out nor taken.
pub(super) struct Choices {
    /// 1: the previous question.
    pub back: Option<u8>,
    /// 2: a manager's call.
    pub manager: bool,
    /// 3: another language.
    pub language: bool,
    /// 5: never ask again.
    pub never_ask: bool,
}

impl Choices {
    pub fn of(survey: &Survey, state: &State, item: Item) -> Self {
        let order = path::asking_order(survey, state.id);
        let back = match item {
            Item::Consent => None,
            Item::Question(question) => path::previous(&order, &state.items, Some(question)),
            Item::OfferManager => path::previous(&order, &state.items, None),
        };
        Self {
            back,
            manager: state.callback && !state.manager,
            language: survey.languages.len() > 1,
            never_ask: state.never_ask,
        }
    }
}

/// The prompts of one survey in one language.
struct Words<'a> {
    survey: &'a Survey,
    lang: Lang,
}

impl Words<'_> {
    fn get(&self, id: &str) -> Option<Arc<Prompt>> {
        self.survey.prompt(self.lang, id).cloned()
    }
}

fn ask(prompts: Vec<Arc<Prompt>>, keys: Keys, think_ms: u32) -> Order {
    Order::Ask(Ask { prompts, keys, think_ms })
}

/// The sentence before an item. The first wrong key at an item gets the sentence that names the
/// item's keys, further ones a shorter one.
fn lead(voice: &Words, state: &State, item: &str) -> Vec<Arc<Prompt>> {
    let sentence = match state.lead {
        Lead::Nothing => None,
        Lead::Greeting => voice.get("greeting"),
        Lead::Silent => voice.get("silent"),
        Lead::Wrong if state.wrong <= 1 => {
            voice.get(&format!("wrong-{item}")).or_else(|| voice.get("wrong"))
        }
        Lead::Wrong => voice.get("wrong"),
        Lead::ManagerNoted => voice.get("manager-noted"),
    };
    sentence.into_iter().collect()
}

/// A question with what stands before it: at most a lead, the standing answer in two parts, and
/// the question itself.
fn question(voice: &Words, state: &State, index: u8) -> Order {
    let index = usize::from(index);
    let Some(question) = voice.survey.questions.get(index) else {
        return end(voice, state, Ending::Finished);
    };
    let mut prompts = lead(voice, state, &question.name);
    let standing = state.items.get(index).copied().flatten();
    let text = voice.get(&format!("ask-{}", question.name));
    if let Kind::Comment { max_seconds, silence_seconds } = question.kind {
        prompts.extend(text);
        return Order::Record(Record {
            prompts,
            max_seconds,
            silence_seconds,
            beep: voice.get("beep").unwrap_or_else(|| no_sound("beep", voice.lang)),
        });
    }
    if let Some(Outcome::Answered(value)) = standing {
        let said = match question.kind {
            Kind::YesNo { .. } | Kind::Consent if value > 0 => voice.get("answer-yes"),
            Kind::YesNo { .. } | Kind::Consent => voice.get("answer-no"),
            _ => voice.get(&format!("number-{value}")),
        };
        // Without its value the sentence would break off in the middle.
        if let Some(said) = said {
            prompts.extend(voice.get("standing"));
            prompts.push(said);
        }
    }
    prompts.extend(text);
    let keys = keys_of(&question.kind);
    ask(prompts, keys, THINK_MS)
}

fn end(voice: &Words, state: &State, ending: Ending) -> Order {
    let goodbye = match ending {
        Ending::Finished if state.started(voice.survey) => "goodbye",
        // Who skipped everything is not thanked for answers.
        Ending::Finished | Ending::EndNow | Ending::Limit => "goodbye-early",
        Ending::Unanswered => "goodbye-unanswered",
        Ending::NeverAsk => "goodbye-never",
        Ending::NoConsent => "goodbye-refused",
    };
    let noted = (state.lead == Lead::ManagerNoted).then(|| voice.get("manager-noted")).flatten();
    let mut prompts: Vec<_> = noted.into_iter().collect();
    prompts.extend(voice.get(goodbye).or_else(|| voice.get("goodbye")));
    let score = match state.items.get(voice.survey.core) {
        Some(Some(Outcome::Answered(value))) => Some(*value),
        _ => None,
    };
    let disposition = state.disposition(voice.survey);
    Order::End(End { prompts, ending, disposition, score })
}

/// Stands for a prompt that must be there and is not.
fn no_sound(id: &str, lang: Lang) -> Arc<Prompt> {
    Arc::new(Prompt { id: id.into(), lang, text: "".into(), millis: 0, sound: Sound::Missing })
}
