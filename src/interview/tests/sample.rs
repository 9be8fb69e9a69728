//! A small survey made by hand, so that these tests need no survey file.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::interview::{Fact, InterviewId, Opening, Order, Outcome};
use crate::survey::{
    About, Condition, Credit, Good, Is, Kind, Lang, Prompt, Question, Sound, Speech, Survey,
    Thresholds, Version,
};

pub fn lang(code: &str) -> Lang {
    code.parse().expect("a language code")
}

pub fn scale(low: u8, high: u8) -> Kind {
    Kind::Scale { low, high, good: Good::High, satisfied: vec![high] }
}

pub const COMMENT: Kind = Kind::Comment { max_seconds: 60, silence_seconds: 3 };

pub fn question(name: &str, kind: Kind, about: About) -> Question {
    Question {
        name: name.into(),
        kind,
        measure: name.into(),
        about,
        series: name.into(),
        same_series: None,
        when: None,
        random_group: None,
        pair: None,
        dimension: None,
        means: Vec::new(),
    }
}

pub fn is(question: usize, values: &[u8]) -> Is {
    Is { question, values: values.to_vec() }
}

/// A survey of those questions with every prompt that the engine may say, in three languages.
pub fn survey(questions: Vec<Question>) -> Survey {
    let mut ids: Vec<String> = "greeting choose-language consent wrong-consent wrong-manager \
        wrong silent standing answer-yes \
        answer-no beep menu-back menu-manager menu-language menu-end menu-never menu-return \
        ask-manager manager-again manager-noted goodbye goodbye-early goodbye-unanswered \
        goodbye-never goodbye-refused sorry not-now"
        .split_whitespace()
        .map(String::from)
        .collect();
    ids.extend((0..=20).map(|n| format!("number-{n}")));
    for question in &questions {
        ids.push(format!("ask-{}", question.name));
        ids.push(format!("wrong-{}", question.name));
    }
    let languages = vec![lang("en"), lang("lt"), lang("ta")];
    let words = |lang: Lang| {
        let prompt = |id: &String| {
            let id: Arc<str> = id.as_str().into();
            let text = format!("{lang} {id}").into();
            let prompt = Prompt { id: id.clone(), lang, text, millis: 1000, sound: Sound::Human };
            (id, Arc::new(prompt))
        };
        ids.iter().map(prompt).collect::<BTreeMap<_, _>>()
    };
    Survey {
        name: "post-call".into(),
        version: Version(0x0a1b_2c3d),
        title: "After the call".into(),
        anonymous: false,
        credit: Credit::Last,
        prompts: languages.iter().map(|&lang| (lang, words(lang))).collect(),
        languages,
        choose_language: true,
        promise_seconds: 60,
        max_seconds: 180,
        hearings: 3,
        shortcuts: false,
        speech: Speech::Auto,
        thresholds: Thresholds { complete: 0.8, partial: 0.5 },
        core: 0,
        questions,
    }
}

/// Rating 1–5, solved yes/no, effort 1–5, recommend 0–10, a comment that hangs on two of them.
pub fn post_call() -> Survey {
    let mut comment = question("why", COMMENT, About::Agent);
    comment.when =
        Some(Condition::Any(vec![is(0, &[1, 2, 5]), is(3, &[0, 1, 2, 3, 4, 5, 6, 9, 10])]));
    survey(vec![
        question("csat", scale(1, 5), About::Agent),
        question("fcr", Kind::YesNo { good: true }, About::Resolution),
        question("ces", scale(1, 5), About::Resolution),
        question("nps", scale(0, 10), About::Company),
        comment,
    ])
}

/// A branch: who says no is asked why by choice and whether to try again; then a rating of ten.
pub fn branching() -> Survey {
    let mut reason = question("reason", Kind::Choice { options: 3 }, About::Resolution);
    reason.when = Some(Condition::All(vec![is(0, &[0])]));
    let mut again = question("again", Kind::Consent, About::Resolution);
    again.when = Some(Condition::All(vec![is(1, &[1, 2])]));
    let mut tell = question("tell", COMMENT, About::Resolution);
    tell.when = Some(Condition::Any(vec![is(1, &[3])]));
    survey(vec![
        question("fcr", Kind::YesNo { good: true }, About::Resolution),
        reason,
        again,
        tell,
        question("csat", scale(1, 10), About::Agent),
    ])
}

/// Two short questions; keys 0 and 9 are free for the direct commands.
pub fn short() -> Survey {
    let mut survey = survey(vec![
        question("csat", scale(1, 5), About::Agent),
        question("fcr", Kind::YesNo { good: true }, About::Resolution),
    ]);
    survey.shortcuts = true;
    survey
}

pub fn opening() -> Opening {
    Opening {
        id: InterviewId([7; 16]),
        lang: Some(lang("en")),
        consent: false,
        never_ask: true,
        callback: false,
        finish_key_grace_ms: 1200,
        key_wait_ms: 2000,
    }
}

/// A fact as one word.
pub fn word(survey: &Survey, fact: &Fact) -> String {
    let name = |question: &u8| &survey.questions[usize::from(*question)].name;
    match fact {
        Fact::Item { question, outcome: Outcome::Answered(value) } => {
            format!("{}={value}", name(question))
        }
        Fact::Item { question, outcome } => {
            format!("{}={}", name(question), format!("{outcome:?}").to_lowercase())
        }
        Fact::Comment { question, recording } => format!("{}:{}", name(question), recording.id),
        Fact::Language(lang) => format!("lang={lang}"),
        Fact::Consent(agreed) => format!("consent={agreed}"),
        Fact::Command(command) => format!("<{}>", format!("{command:?}").to_lowercase()),
        Fact::Ended(ending) => format!("end:{}", format!("{ending:?}").to_lowercase()),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// What an order says, as prompt ids; prompts not in English carry their language.
pub fn said(order: &Order) -> String {
    let (prompts, what) = match order {
        Order::Ask(ask) => (&ask.prompts, format!("{:?}/{}", ask.keys, ask.think_ms)),
        Order::Record(record) => {
            (&record.prompts, format!("record/{}/{}", record.max_seconds, record.silence_seconds))
        }
        Order::End(end) => (&end.prompts, format!("end/{:?}", end.ending)),
    };
    let ids = prompts.iter().map(|p| match p.lang.code() {
        "en" => p.id.to_string(),
        code => format!("{code}:{}", p.id),
    });
    ids.chain([what]).collect::<Vec<_>>().join(" ")
}
