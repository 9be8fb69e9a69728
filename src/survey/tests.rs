//! Faulty surveys and what is said about them, and the shipped survey.

use super::*;

/// The shipped survey as values, with sounds of that length for every sentence.
pub(crate) fn shipped(millis: Option<u32>) -> Files {
    let mut files = Files {
        name: "post-call".to_owned(),
        survey: include_str!("../../prompts/post-call/survey.toml").to_owned(),
        ..Files::default()
    };
    for (code, text) in [
        ("en", include_str!("../../prompts/post-call/en.toml")),
        ("lt", include_str!("../../prompts/post-call/lt.toml")),
        ("lv", include_str!("../../prompts/post-call/lv.toml")),
        ("pl", include_str!("../../prompts/post-call/pl.toml")),
        ("ta", include_str!("../../prompts/post-call/ta.toml")),
    ] {
        let lang: Lang = code.parse().unwrap();
        files.words.insert(lang, text.to_owned());
        let prompts: toml::Table = text.parse().unwrap();
        for id in prompts["prompts"].as_table().unwrap().keys() {
            if let Some(millis) = millis {
                let clip = Clip { millis, human: false, digest: [7; 32] };
                files.clips.insert((lang, id.clone()), clip);
            }
        }
    }
    files
}

#[test]
fn the_shipped_survey_has_no_fault() {
    let parsed = parse(&shipped(Some(5_000)));
    assert_eq!(parsed.faults, []);
    let survey = parsed.survey.unwrap();
    assert_eq!(survey.questions.len(), 5);
    assert_eq!(survey.languages.len(), 5);
    assert_eq!((survey.core, survey.shortcuts, survey.max_seconds), (0, false, 210));
    assert_eq!(survey.prompt("lt".parse().unwrap(), "beep").unwrap().millis, 300);
    let choice = survey.prompt("pl".parse().unwrap(), "choose-language").unwrap();
    assert_eq!(&*choice.text, "Aby rozmawiać po polsku, proszę nacisnąć 4.");
}

/// A small survey that is in order, for spoiling: one language, two questions.
fn small() -> Files {
    let survey = r#"title = "Small"
languages = ["en"]
promise_seconds = 20

[[question]]
name = "rating"
kind = "scale"
scale = "1-5"
measure = "csat"
about = "agent"

[[question]]
name = "solved"
kind = "yes-no"
measure = "fcr"
about = "resolution"
"#;
    with_words("small", survey)
}

/// Files with words and sounds for whatever that survey says.
pub(super) fn with_words(name: &str, survey: &str) -> Files {
    let mut files = Files { name: name.to_owned(), survey: survey.to_owned(), ..Files::default() };
    for _ in 0..2 {
        // The first round finds out which languages and prompts there are.
        let Some(parsed) = parse(&files).survey.or_else(|| built(&files)) else { break };
        for lang in parsed.languages.clone() {
            let mut text = "[prompts]\n".to_owned();
            for id in needed(&parsed.questions, parsed.languages.len() > 1) {
                let place = if id == "choose-language" { " {key}" } else { "" };
                text.push_str(&format!("{id} = \"Say {id}{place}\"\n"));
                let clip = Clip { millis: 1000, human: true, digest: [1; 32] };
                files.clips.insert((lang, id), clip);
            }
            files.words.insert(lang, text);
        }
    }
    files
}

/// The survey without its words, which is not handed out.
fn built(files: &Files) -> Option<Survey> {
    let mut files = files.clone();
    for code in ["en", "lt", "lv", "pl", "ta", "de"] {
        files.words.insert(code.parse().ok()?, "[prompts]\n".to_owned());
    }
    parse(&files).survey
}

/// Each fault as `file:line: level: message`.
fn told(files: &Files) -> Vec<String> {
    parse(files).faults.iter().map(ToString::to_string).collect()
}

#[test]
fn the_small_survey_has_no_fault() {
    assert_eq!(told(&small()), [] as [&str; 0]);
    let survey = parse(&small()).survey.unwrap();
    assert!(survey.shortcuts, "0 and 9 are free, so the shortcuts are on");
    assert_eq!(longest_ms(&survey, survey.default_language()), 3_000 + 2 * 5_000);
}

/// What a caller expected and found, how they felt and how others are.
fn paired() -> Files {
    let survey = r#"title = "Expected and found"
languages = ["en"]
promise_seconds = 40

[[question]]
name = "expected"
kind = "scale"
scale = "1-7"
measure = "expectation"
about = "company"

[[question]]
name = "found"
kind = "scale"
scale = "1-7"
measure = "perception"
about = "company"
pair = "expected"
dimension = "reliability"

[[question]]
name = "felt"
kind = "choice"
options = 3
measure = "emotion"
about = "agent"
means = ["positive", "neutral", "negative"]

[[question]]
name = "others"
kind = "choice"
options = 3
measure = "comparison"
about = "company"
means = ["better", "same", "worse"]
"#;
    with_words("paired", survey)
}

#[test]
fn pairs_and_meanings_are_read_and_their_faults_told() {
    assert_eq!(told(&paired()), [] as [&str; 0]);
    let survey = parse(&paired()).survey.unwrap();
    let [_, found, felt, others] = &survey.questions[..] else { panic!("four questions") };
    assert_eq!((found.pair, found.dimension.as_deref()), (Some(0), Some("reliability")));
    assert_eq!(felt.means, [Means::Positive, Means::Neutral, Means::Negative]);
    assert_eq!(others.means[2], Means::Worse);
    // What was stored before there were such keys is read as well.
    let mut stored = serde_json::to_value(&survey.questions[0]).unwrap();
    assert!(stored.as_object_mut().unwrap().remove("pair").is_none(), "left out where empty");
    assert_eq!(serde_json::from_value::<Question>(stored).unwrap(), survey.questions[0]);
    for (from, to, wanted) in [
        ("\"expected\"\ndim", "\"expect\"\ndim", "18: error: `pair` names \"expect\", but no"),
        (
            "pair = \"expected\"\ndimension = \"reliability\"\n",
            "",
            "16: warning: \"found\" has no `pair`",
        ),
        ("pair = \"expected\"\n", "", "18: error: `dimension` is of a question with a `pair`"),
        ("\"expectation\"", "\"attribute\"", "18: error: the `pair` \"expected\" is no measure"),
        ("\"1-7\"", "\"1-5\"", "18: error: \"found\" and its `pair` \"expected\" need one"),
        ("\"perception\"", "\"attribute\"", "18: error: \"found\" has a `pair`, which is of"),
        ("[\"positive\", ", "[", "27: error: `means` has 2 words for 3 choices"),
        ("[\"positive\"", "[\"glad\"", "27: error: \"glad\" is nothing that a choice means"),
        ("[\"positive\"", "[\"better\"", "27: error: no choice of emotion means better"),
        ("means = [\"better\", \"same\", \"worse\"]\n", "", "33: warning: \"others\" does not say"),
        ("\"comparison\"", "\"other\"", "35: error: `means` is of measure = \"emotion\""),
        (
            "kind = \"choice\"\noptions = 3\nmeasure = \"emotion\"",
            "kind = \"yes-no\"\nmeasure = \"emotion\"",
            "26: error: \"felt\" is no choice",
        ),
    ] {
        let mut files = paired();
        assert!(files.survey.contains(from), "{from}");
        files.survey = files.survey.replacen(from, to, 1);
        let told = told(&files);
        assert!(told.iter().any(|fault| fault.contains(wanted)), "{wanted}: {told:#?}");
    }
}

#[test]
fn choices_that_mean_something_else_need_a_new_series() {
    let files = paired();
    let stored = parse(&files).survey.unwrap();
    let mut turned = files.clone();
    turned.survey = files.survey.replacen("\"better\", \"same\"", "\"same\", \"better\"", 1);
    let told = compare(&turned, &parse(&turned).survey.unwrap(), &stored);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].message.contains("what its choices mean"), "{told:?}");
    let mut silent = stored.clone();
    silent.questions.iter_mut().for_each(|q| q.means.clear());
    assert_eq!(compare(&files, &stored, &silent), [], "said for the first time");
}

/// A change to the small survey, and the one fault it must bring.
#[test]
fn each_fault_is_told_with_its_line() {
    let solved = "name = \"solved\"";
    let cases: &[(&str, &str, &str)] = &[
        // The file
        ("title = \"Small\"", "title = ", "1: error: this is not TOML"),
        ("title = \"Small\"", "title = \"Small\"\ntitel = 1", "2: error: unknown key `titel`"),
        ("title = \"Small\"\n", "", "1: error: `title` is missing"),
        ("title = \"Small\"", "title = 5", "1: error: `title` must be a text in quotes, not 5"),
        ("[\"en\"]", "[\"en\", \"en\"]", "2: error: en stands twice"),
        ("[\"en\"]", "[\"english\"]", "2: error: \"english\" is not a language"),
        ("[\"en\"]", "[]", "2: error: a survey needs at least one language"),
        ("[\"en\"]", "[\"en\", \"lt\"]", "2: error: no words in lt"),
        ("= 20", "= 20\ncredit = \"best\"", "4: error: `credit` cannot be \"best\"; write one of"),
        ("= 20", "= 20\nhearings = 9", "4: error: `hearings` must be a whole number from 1 to 5"),
        ("= 20", "= 20\nthresholds = { complete = 0.4 }", "4: error: `partial` is above"),
        ("= 20", "= 20\nthresholds = { complete = 7 }", "4: error: `complete` must be a share"),
        ("promise_seconds = 20\n", "", "1: error: `promise_seconds` is missing"),
        // Length
        ("= 20", "= 12", "3: error: in en the survey takes up to 13 seconds, longer than the pro"),
        ("= 20", "= 90", "3: warning: 90 seconds are promised, but it takes at most 13"),
        ("= 20", "= 40\nmax_seconds = 30", "4: error: max_seconds = 30 ends the call before"),
        // Languages
        ("= 20", "= 20\nchoose_language = true", "4: error: choose_language needs at least two"),
        // Questions
        ("\"rating\"", "\"Rating\"", "6: error: \"Rating\" cannot be a question's name"),
        ("\"rating\"", "\"manager\"", "6: error: a question cannot be named manager"),
        ("\"solved\"", "\"rating\"", "13: error: two questions are named \"rating\""),
        ("kind = \"scale\"\n", "", "5: error: `kind` is missing"),
        ("\"yes-no\"", "\"yesno\"", "14: error: `kind` cannot be \"yesno\"; write one of"),
        ("\"1-5\"", "\"1-6\"", "8: error: `scale` cannot be \"1-6\"; write one of"),
        ("\"1-5\"", "\"1-10\"\nsatisfied = [9, 10]", "8: error: a 1-10 scale must say which end"),
        ("\"1-5\"", "\"0-9\"\ngood = \"high\"", "8: error: a 0-9 scale must say what counts as"),
        ("\"1-5\"", "\"1-5\"\ngood = \"low\"", "8: error: a 1-5 scale whose low end is good"),
        ("\"1-5\"", "\"1-5\"\nsatisfied = [5, 6]", "9: error: 6 is not on the scale 1-5"),
        ("\"1-5\"", "\"1-5\"\nsatisfied = [1, 5]", "9: error: `satisfied` must be some values in"),
        ("\"1-5\"", "\"1-5\"\nsatisfied = []", "9: error: `satisfied` must be some values in"),
        ("\"csat\"", "\"nps\"", "9: error: \"rating\" measures nps, which is only right with"),
        ("\"csat\"", "\"happiness\"", "9: error: unknown measure \"happiness\""),
        ("about = \"agent\"\n", "", "5: error: `about` is missing"),
        ("\"agent\"", "\"robot\"", "10: error: `about` cannot be \"robot\""),
        ("\"fcr\"", "\"consent\"", "15: error: \"solved\": measure = \"consent\" and kind"),
        ("\"fcr\"", "\"comment\"", "15: error: \"solved\": measure = \"comment\" and kind"),
        ("\"yes-no\"", "\"choice\"", "12: error: `options` is missing"),
        (
            "\"yes-no\"\nmeasure = \"fcr\"",
            "\"comment\"\nmax_seconds = 91\nmeasure = \"comment\"",
            "15: error: `max_seconds` must be a whole number from 5 to 90, not 91",
        ),
        ("\"yes-no\"", "\"choice\"\noptions = 9", "15: error: `options` must be a whole number"),
        ("\"fcr\"", "\"fcr\"\nsame_series = \"old\"", "16: error: `same_series` must be the eight"),
        ("\"csat\"", "\"csat\"\nretries = 3", "10: error: unknown key `retries`; the keys here"),
        // Keys
        (
            "= 20\n\n[[question]]\nname = \"rating\"\nkind = \"scale\"\nscale = \"1-5\"",
            "= 20\nshortcuts = true\n[[question]]\nname = \"rating\"\nkind = \"scale\"\nscale = \"0-10\"",
            "4: error: the shortcuts 0 and 9 share a key with an answer: \"rating\" takes 0 and 9",
        ),
        // The core question
        (solved, "core = true\nname = \"solved\"", ""),
        // Conditions
        (solved, "when = 5\nname = \"solved\"", "13: error: `when` must be a table"),
        (
            solved,
            "when = { question = \"ratin\", is = [1] }\nname = \"solved\"",
            "13: error: `when` looks at \"ratin\", but no question has that name",
        ),
        (
            solved,
            "when = { question = \"solved\", is = [1] }\nname = \"solved\"",
            "13: error: `when` looks at the question itself",
        ),
        (
            "name = \"rating\"",
            "when = { question = \"solved\", is = [\"yes\"] }\nname = \"rating\"",
            "6: error: `when` looks at a later question, \"solved\"",
        ),
        (
            solved,
            "when = { question = \"rating\", is = [1, 6] }\nname = \"solved\"",
            "13: error: `when` waits for \"rating\" = 6, which cannot be",
        ),
        (
            solved,
            "when = { question = \"rating\", is = [5, \"yes\"] }\nname = \"solved\"",
            "13: error: \"yes\" is not an answer; write its numbers",
        ),
        (
            solved,
            "when = { question = \"rating\", is = [] }\nname = \"solved\"",
            "13: error: `is` is empty",
        ),
        (
            solved,
            "when.all = [{ question = \"rating\", is = [1] }, { question = \"rating\", is = [2] }]\nname = \"solved\"",
            "13: error: \"solved\" is never asked",
        ),
        (solved, "when = {}\nname = \"solved\"", "13: error: `when` needs either any or all"),
        (solved, "when.any = []\nname = \"solved\"", "13: error: `when` holds no test"),
        (
            solved,
            "when = { question = \"rating\", is = [1], not = 2 }\nname = \"solved\"",
            "13: error: unknown key `not`; the keys here are is, question",
        ),
        // Random groups
        (
            solved,
            "random_group = \"g\"\nwhen = { question = \"rating\", is = [1] }\nname = \"solved\"",
            "14: error: \"solved\" has a condition and stands in the random group \"g\"",
        ),
    ];
    let mut wrong = Vec::new();
    for (from, to, expected) in cases {
        let mut files = small();
        assert!(files.survey.contains(from), "{from}");
        // The second question's lines come last; all other texts stand once.
        files.survey = files.survey.replacen(from, to, 1);
        // A name that is wrong here is wrong in the words too; those faults are tested below.
        let mut faults = told(&rewritten(&files));
        faults.retain(|fault| fault.starts_with("small/survey.toml"));
        if expected.contains("error") {
            faults.retain(|fault| !fault.contains("warning"));
        }
        let expected = format!("small/survey.toml:{expected}");
        let wanted = match expected.ends_with(':') {
            true => faults.is_empty(),
            false => faults.len() == 1 && faults[0].starts_with(&expected),
        };
        if !wanted {
            wrong.push(format!("{from} -> {to}\nexpected {expected}\ngot      {faults:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same survey with words that fit it, unless it cannot be read.
fn rewritten(files: &Files) -> Files {
    let fitting = with_words(&files.name, &files.survey);
    let enough = fitting.words.len() == 1 && !files.survey.contains("\"lt\"");
    if enough { fitting } else { Files { survey: files.survey.clone(), ..files.clone() } }
}

#[test]
fn faults_of_the_whole_survey_are_told() {
    let question = |n: usize, more: &str| {
        format!(
            "[[question]]\nname = \"q{n}\"\nkind = \"yes-no\"\nmeasure = \"other\"\n\
             about = \"product\"\n{more}\n"
        )
    };
    let head = |more: &str| {
        format!("title = \"x\"\nlanguages = [\"en\"]\npromise_seconds = 300\n{more}\n")
    };
    let many: String = (0..31).map(|n| question(n, "")).collect();
    let two_cores = question(0, "core = true") + &question(1, "core = true");
    let torn = question(0, "random_group = \"g\"")
        + &question(1, "")
        + &question(2, "random_group = \"g\"");
    // q1 needs q0 = yes, q2 needs q1 = yes and q0 = no.
    let unreachable = question(0, "")
        + &question(1, "when = { question = \"q0\", is = [\"yes\"] }")
        + &question(
            2,
            "when.all = [{ question = \"q1\", is = [1] }, { question = \"q0\", is = [0] }]",
        );
    let comment = "[[question]]\nname = \"c\"\nkind = \"comment\"\nmeasure = \"comment\"\n\
                   about = \"agent\"\n";
    let languages = "title = \"x\"\nlanguages = [\"en\", \"lt\", \"lv\", \"pl\", \"ta\", \"de\"]\n\
                     promise_seconds = 20\nchoose_language = true\n"
        .to_owned()
        + &question(0, "");
    for (survey, expected) in [
        (head("") + &many, ":185: error: 31 questions are too many"),
        (head(""), ":1: error: a survey needs at least one [[question]]"),
        (head("question = 3"), ":4: error: `question` must be a list"),
        (head("question = [3]"), ":4: error: a question is a table"),
        (head("") + &two_cores, ":16: error: \"q0\" is the core question already"),
        (head("") + &torn, ":17: error: \"q2\" is in the random group \"g\" but does not"),
        (head("") + &unreachable, ":22: error: \"q2\" is never asked"),
        (head("") + comment, ":5: error: \"c\" is the core question, but a comment"),
        (
            head("") + &question(0, "") + comment + "random_group = \"g\"\n",
            ":11: error: \"c\" cannot be in a random group",
        ),
        (languages, ":4: error: choose_language offers at most 5 languages, not 6"),
    ] {
        let faults = told(&with_words("x", &survey));
        let expected = format!("x/survey.toml{expected}");
        assert!(
            faults.iter().any(|fault| fault.starts_with(&expected)),
            "expected {expected}\ngot {faults:#?}\n{survey}"
        );
    }
}

#[test]
fn faults_of_words_and_audio_are_told() {
    let en: Lang = "en".parse().unwrap();
    type Spoil = fn(&mut Files, Lang);
    let cases: &[(Spoil, &str)] = &[
        (
            |f, l| edit(f, l, "sorry = \"Say sorry\"\n", ""),
            "en.toml:1: error: words missing in en: sorry; the survey has no way to end",
        ),
        (
            |f, l| edit(f, l, "ask-rating = ", "ask-ratin = "),
            "en.toml:1: error: words missing in en: ask-rating",
        ),
        (
            |f, l| edit(f, l, "ask-rating = ", "ask-ratin = "),
            "en.toml:5: error: nothing says \"ask-ratin\"",
        ),
        (
            |f, l| edit(f, l, "\"Say answer-no\"", "\"\""),
            "en.toml:2: error: \"answer-no\" says nothing",
        ),
        (
            |f, l| edit(f, l, "\"Say answer-no\"", "7"),
            "en.toml:2: error: \"answer-no\" must be a text in quotes",
        ),
        (
            |f, l| edit(f, l, "\"Say answer-no\"", "\"Say {n}\""),
            "en.toml:2: error: \"answer-no\" has braces",
        ),
        (
            |f, l| edit(f, l, "[prompts]\n", "[prompts]\nchoose-language = \"Press a key\"\n"),
            "en.toml:2: error: \"choose-language\" does not say which key to press",
        ),
        (
            |f, l| edit(f, l, "\"Say answer-no\"", "\"a\\tb\""),
            "en.toml:2: error: \"answer-no\" holds a control character",
        ),
        (
            |f, l| edit(f, l, "answer-no = ", "\"Answer no\" = "),
            "en.toml:2: error: \"Answer no\" cannot be a prompt's id",
        ),
        (|f, l| edit(f, l, "[prompts]", "[words]"), "en.toml:1: error: unknown key `words`"),
        (
            |f, l| _ = f.clips.remove(&(l, "silent".to_owned())),
            "en.toml:70: error: audio missing: small/audio/en/silent.wav",
        ),
        (
            |f, l| _ = f.clips.insert((l, "Old".to_owned()), f.clips[&(l, "silent".to_owned())]),
            "en.toml:1: error: \"Old\" cannot be an audio file's name",
        ),
        (
            |f, l| _ = f.clips.insert((l, "old".to_owned()), f.clips[&(l, "silent".to_owned())]),
            "en.toml:1: warning: audio/en/old.wav is there, but no words",
        ),
        (
            |f, _| _ = f.words.insert("de".parse().unwrap(), String::new()),
            "survey.toml:2: warning: de.toml is there, but",
        ),
        (
            |f, _| f.name = "Small".to_owned(),
            "survey.toml:1: error: \"Small\" cannot be a survey's name",
        ),
        (
            |f, _| f.name = "goodbye".to_owned(),
            "survey.toml:1: error: \"goodbye\" cannot be a survey's name",
        ),
    ];
    for (spoil, expected) in cases {
        let mut files = small();
        spoil(&mut files, en);
        let expected = format!("{}/{expected}", files.name);
        let faults = told(&files);
        assert!(
            faults.iter().any(|fault| fault.starts_with(&expected)),
            "expected {expected}\ngot {faults:#?}"
        );
    }
}

fn edit(files: &mut Files, lang: Lang, from: &str, to: &str) {
    let words = files.words.get_mut(&lang).unwrap();
    assert!(words.contains(from), "{from}");
    *words = words.replacen(from, to, 1);
}

#[test]
fn all_faults_are_told_at_once() {
    let mut files = small();
    files.survey = files
        .survey
        .replace("\"Small\"", "5")
        .replace("\"1-5\"", "\"1-6\"")
        .replace("\"fcr\"", "\"nps\"");
    edit(&mut files, "en".parse().unwrap(), "silent = ", "quiet = ");
    let faults = parse(&files).faults;
    let places: Vec<_> = faults.iter().map(|f| (f.file.as_str(), f.line)).collect();
    let survey = "small/survey.toml";
    let words = "small/en.toml";
    assert_eq!(
        places,
        [(words, 1), (words, 70), (survey, 1), (survey, 8), (survey, 15)],
        "{faults:#?}"
    );
}

#[test]
fn audio_may_be_missing_where_the_platform_speaks() {
    let mut files = small();
    files.clips.clear();
    let parsed = parse(&files);
    assert!(parsed.survey.is_some(), "it can still be spoken and tried");
    assert_eq!(parsed.faults.len(), needed(&parsed.survey.unwrap().questions, false).len());
    files.survey = files.survey.replace("= 20", "= 20\nspeech = \"voice\"");
    assert_eq!(told(&files), [] as [&str; 0]);
}

#[test]
fn the_version_changes_with_every_part() {
    let files = shipped(Some(1000));
    let first = version(&files);
    assert_eq!(first, version(&files.clone()));
    let lt: Lang = "lt".parse().unwrap();
    let spoilt: [fn(&mut Files, Lang); 5] = [
        |f, _| f.survey.push('\n'),
        |f, l| f.words.get_mut(&l).unwrap().push(' '),
        |f, l| f.clips.get_mut(&(l, "wrong".into())).unwrap().digest[31] ^= 1,
        |f, l| _ = f.clips.remove(&(l, "wrong".into())),
        // The same bytes, cut differently.
        |f, _| {
            let tail = f.name.pop().unwrap();
            f.survey.insert(0, tail);
        },
    ];
    for (n, spoil) in spoilt.iter().enumerate() {
        let mut files = files.clone();
        spoil(&mut files, lt);
        assert_ne!(version(&files), first, "change {n}");
    }
}

#[test]
fn who_speaks_follows_the_rule() {
    let lt: Lang = "lt".parse().unwrap();
    let mut files = small();
    let clip = Clip { millis: 500, human: false, digest: [2; 32] };
    let en: Lang = "en".parse().unwrap();
    files.clips.insert((en, "silent".to_owned()), clip);
    files.clips.remove(&(en, "wrong".to_owned()));
    let tell = |speech: &str, voice: bool| {
        let mut files = files.clone();
        files.survey = files.survey.replace("= 20", &format!("= 20\nspeech = \"{speech}\""));
        let survey = parse(&files).survey.unwrap();
        let lines = speakers(&survey, &|lang| voice && lang != lt);
        lines.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let rest = "sentences recorded by a person";
    for (speech, voice, expected) in [
        ("auto", true, format!("en: 74 {rest}, 2 by the platform's voice")),
        (
            "auto",
            false,
            format!("en: 74 {rest}, 1 in machine-made audio, 1 SILENT, neither audio nor voice"),
        ),
        (
            "audio",
            true,
            format!("en: 74 {rest}, 1 by the platform's voice, 1 in machine-made audio"),
        ),
        ("voice", true, "en: 76 sentences by the platform's voice".to_owned()),
        (
            "voice",
            false,
            format!("en: 74 {rest}, 1 in machine-made audio, 1 SILENT, neither audio nor voice"),
        ),
    ] {
        assert_eq!(tell(speech, voice), [expected], "{speech} {voice}");
    }
}

#[test]
fn a_changed_question_needs_a_series() {
    let old = parse(&small()).survey.unwrap();
    let version = old.version;
    let en: Lang = "en".parse().unwrap();
    type Change = fn(&mut Files, Lang);
    let words: Change = |f, l| edit(f, l, "Say ask-rating", "How was it?");
    let scale: Change = |f, _| f.survey = f.survey.replace("1-5", "1-7");
    let core: Change =
        |f, _| f.survey = f.survey.replace("name = \"solved\"", "name = \"solved\"\ncore = true");
    let other: Change = |f, l| edit(f, l, "Say goodbye", "Bye.");
    for (change, series, expected) in [
        (words, "", vec!["5: error: the words of \"rating\" changed (en) since version"]),
        (words, "series = \"new\"", vec![]),
        (words, "same_series", vec![]),
        (words, "same_series = \"00000000\"", vec!["5: error: the words of \"rating\" changed"]),
        (scale, "", vec!["5: error: \"rating\" changed its scale or keys since version"]),
        (scale, "same_series", vec!["5: error: \"rating\" changed its scale or keys"]),
        (scale, "series = \"new\"", vec![]),
        (
            core,
            "",
            vec![
                "5: error: \"rating\" changed its place as core question",
                "12: error: \"solved\" changed its place as core question",
            ],
        ),
        (other, "", vec![]),
    ] {
        let mut files = small();
        change(&mut files, en);
        let series = match series {
            "same_series" => format!("same_series = \"{version}\""),
            other => other.to_owned(),
        };
        files.survey = files.survey.replacen("\"csat\"", &format!("\"csat\"\n{series}"), 1);
        let new = parse(&files).survey.unwrap();
        // The inserted line moves the second question down by one.
        let faults: Vec<_> = compare(&files, &new, &old)
            .iter()
            .map(|f| f.to_string().replace("small/survey.toml:13", "12"))
            .collect();
        assert_eq!(faults.len(), expected.len(), "{faults:#?}");
        for (fault, expected) in faults.iter().zip(&expected) {
            let fault = fault.replace("small/survey.toml:", "");
            assert!(fault.starts_with(expected), "expected {expected}, got {fault}");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]
    #[test]
    fn reading_never_panics(survey in "(?s).{0,400}", words in "(?s).{0,200}", at in 0_usize..2000) {
        let lang: Lang = "en".parse().unwrap();
        let mut files = Files { survey, ..Files::default() };
        files.words.insert(lang, words.clone());
        _ = parse(&files);
        // Damage in the middle of a good file reaches deeper than noise alone.
        let mut files = shipped(None);
        let survey = files.survey.clone();
        let cut = (0..=at.min(survey.len())).rev().find(|n| survey.is_char_boundary(*n)).unwrap();
        files.survey = format!("{}{words}{}", &survey[..cut], &survey[cut..]);
        _ = parse(&files);
        files.survey = survey[..cut].to_owned();
        _ = parse(&files);
    }
}

/// Where there are two languages the menu can change it, though no call opens with the choice.
#[test]
fn a_survey_of_several_languages_says_how_to_choose_one() {
    let survey = small().survey.replace("[\"en\"]", "[\"en\", \"lt\"]");
    let mut files = with_words("small", &survey);
    assert_eq!(told(&files), [] as [&str; 0]);
    for code in ["en", "lt"] {
        edit(
            &mut files,
            code.parse().unwrap(),
            "choose-language = \"Say choose-language {key}\"\n",
            "",
        );
    }
    assert_eq!(
        told(&files).iter().filter(|fault| fault.contains("words missing")).collect::<Vec<_>>(),
        [
            "small/en.toml:1: error: words missing in en: choose-language",
            "small/lt.toml:1: error: words missing in lt: choose-language",
        ]
    );
}

#[test]
fn a_comment_may_get_other_limits_in_the_same_series() {
    let survey = small().survey
        + "\n[[question]]\nname = \"why\"\nkind = \"comment\"\nmeasure = \"comment\"\n\
           about = \"agent\"\n";
    let old = parse(&with_words("small", &survey)).survey.unwrap();
    let files = with_words("small", &(survey + "max_seconds = 90\nsilence_seconds = 5\n"));
    let new = parse(&files).survey.unwrap();
    assert_ne!(new.questions[2].kind, old.questions[2].kind);
    assert_eq!(compare(&files, &new, &old), []);
}

#[test]
fn an_anonymous_survey_has_nothing_that_leads_to_somebody() {
    let anonymous = |further: &str| {
        let survey = small().survey.replacen('\n', "\nanonymous = true\n", 1);
        with_words("quiet", &format!("{further}{survey}"))
    };
    let parsed = parse(&anonymous(""));
    assert_eq!(parsed.faults, []);
    assert!(parsed.survey.as_ref().is_some_and(|survey| survey.anonymous));
    assert!(!parse(&small()).survey.unwrap().anonymous);
    let told = told(&anonymous("credit = \"last\"\n"));
    assert_eq!(
        told,
        [
            "quiet/survey.toml:1: error: answers of an anonymous survey count for no agent; take `credit` out"
        ]
    );
    let mut spoken = anonymous("");
    spoken.survey += "[[question]]\nname = \"why\"\nkind = \"comment\"\nmeasure = \"comment\"\nabout = \"agent\"\n";
    let spoken = parse(&with_words("quiet", &spoken.survey));
    assert!(
        spoken.faults.iter().any(|fault| fault.message.contains("a voice leads to its caller")),
        "{:?}",
        spoken.faults
    );
    // It stays what it is: its answers would stand beside others.
    let (before, after) = (small(), with_words("small", &anonymous("").survey));
    let [was, is] = [&before, &after].map(|files| parse(files).survey.unwrap());
    for (files, new, old) in [(&after, &is, &was), (&before, &was, &is)] {
        let faults = compare(files, new, old);
        assert!(faults.iter().any(|fault| fault.message.contains("a survey of another name")));
    }
}
