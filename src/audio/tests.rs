//! The library: what it serves, what it refuses, and how prompts are spoken anew.

use std::path::Path;

use super::*;
use crate::audio::speak::{Progress, Report, SpeakError, speak};
use crate::config::SpeechProgram;

fn lang(code: &str) -> Lang {
    code.parse().unwrap()
}

/// Samples of one sound.
fn heard(library: &Library, survey: &Survey, code: &str, file: &str) -> Vec<i16> {
    let sound = library.sound(&survey.name, survey.version, lang(code), file).unwrap();
    assert_eq!(sound.content_type, "audio/wav");
    wav::read(&sound.bytes).unwrap()
}

#[test]
fn the_embedded_surveys_are_whole_and_spoken() {
    let library = Library::embedded().unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(library.faults(), []);
    let survey = library.newest("post-call").unwrap();
    assert_eq!(library.version(survey.version).as_ref(), Some(survey));
    for &lang in &survey.languages {
        for (id, prompt) in &survey.prompts[&lang] {
            assert_ne!(prompt.sound, survey::Sound::Missing, "{lang} {id}");
            let samples = heard(&library, survey, lang.code(), &format!("{id}.wav"));
            assert_eq!(wav::millis(samples.len()), prompt.millis, "{lang} {id}");
            let most = if id.starts_with("ask-") || &**id == "consent" { 9_000 } else { 9_500 };
            assert!(prompt.millis <= most, "{lang} {id} takes {} ms", prompt.millis);
        }
        // Everything heard once with instant keys: the whole call within the promised minute.
        let total: u32 = "greeting ask-rating ask-solved ask-effort ask-recommend silence-4 \
                          ask-comment beep goodbye"
            .split(' ')
            .map(|id| survey.prompt(lang, id).unwrap().millis)
            .sum();
        assert!(total <= 55_000, "{lang}: {total} ms");
    }
}

#[test]
fn joined_prompts_are_the_parts_in_a_row() {
    let library = Library::embedded().unwrap();
    let survey = library.newest("post-call").unwrap();
    let part = |code: &str, id: &str| heard(&library, survey, code, &format!("{id}.wav"));
    let joined = heard(&library, survey, "pl", "greeting+ask-rating+silence-2.wav");
    let silence = vec![0; 16_000];
    assert_eq!(joined, [part("pl", "greeting"), part("pl", "ask-rating"), silence].concat());
    let mixed = heard(&library, survey, "en", "choose-language+lt_choose-language.wav");
    assert_eq!(mixed, [part("en", "choose-language"), part("lt", "choose-language")].concat());

    let get = |file: &str| library.sound("post-call", survey.version, lang("lt"), file);
    assert_eq!(get("standing+number-5.wav"), get("standing+number-5.wav"), "made once");
    let (plain, ulaw) = (get("sorry.wav").unwrap(), get("sorry.ulaw.wav").unwrap());
    let alaw = get("sorry.alaw.wav").unwrap();
    assert_ne!(plain.etag, ulaw.etag);
    assert_ne!(alaw.etag, ulaw.etag);
    let samples = wav::read(&plain.bytes).unwrap();
    assert_eq!(ulaw.bytes[58], wav::ulaw(samples[0]));
    assert_eq!(
        alaw.bytes[58..58 + samples.len()].last().copied(),
        samples.last().map(|&s| wav::alaw(s))
    );
    assert_eq!(plain.etag.len(), 32);
}

#[test]
fn what_is_not_there_is_not_served() {
    let library = Library::embedded().unwrap();
    let version = library.surveys()[0].version;
    let other = Version(version.0 ^ 1);
    let seven = ["beep"; 7].join("+") + ".wav";
    let six = ["beep"; 6].join("+") + ".wav";
    let lt = lang("lt");
    for (survey, version, file, there) in [
        ("post-call", version, "greeting.wav", true),
        ("post-call", version, six.as_str(), true),
        ("post-call", version, seven.as_str(), false),
        // A call that began before a change of words goes on with the newest.
        ("post-call", other, "greeting.wav", true),
        ("post-call", other, six.as_str(), true),
        ("post-call", other, "no-such-prompt.wav", false),
        ("other", version, "greeting.wav", false),
        ("goodbye", other, "sorry.wav", false),
        ("post-call", version, "greeting.mp3", false),
        ("post-call", version, "greeting", false),
        ("post-call", version, ".wav", false),
        ("post-call", version, "greeting+.wav", false),
        ("post-call", version, "../survey.toml", false),
        ("post-call", version, "greeting+xyz_greeting.wav", false),
    ] {
        let found = library.sound(survey, version, lt, file);
        assert_eq!(found.is_some(), there, "{survey} {version} {file}");
        if let Some(sound) = found {
            assert_eq!(sound.lasting, version != other, "{survey} {version} {file}");
        }
    }
    let of = |version| library.sound("post-call", version, lt, "greeting+beep.wav").unwrap();
    assert_eq!((of(other).bytes, of(other).etag), (of(version).bytes, of(version).etag));
    let german = library.sound("post-call", version, lang("de"), "sorry.wav");
    assert_eq!(german, library.sound("post-call", version, lang("en"), "sorry.wav"));
}

#[test]
fn what_is_kept_of_joined_sounds_has_a_limit() {
    let library = Library::embedded().unwrap();
    let version = library.surveys()[0].version;
    let long = "greeting+greeting+greeting+greeting+greeting";
    // Half a megabyte each: more than what is kept.
    let mut dropped = false;
    for n in ('a'..='z').flat_map(|c| ('a'..='c').map(move |d| format!("letter-{c}+letter-{d}"))) {
        let file = format!("{}+{n}.wav", &long[9..]);
        let before = library.made.lock().unwrap().bytes;
        library.sound("post-call", version, lang("pl"), &file).unwrap();
        dropped |= library.made.lock().unwrap().bytes < before;
        let made = library.made.lock().unwrap();
        let held: usize = made.sounds.values().map(|sound| sound.bytes.len()).sum();
        assert_eq!(held, made.bytes);
        assert!(held <= CACHE_BYTES);
    }
    assert!(dropped, "the limit was never reached");
}

const SURVEY: &str = "title = \"t\"\nlanguages = [\"en\"]\npromise_seconds = 10\n[[question]]\n\
                      name = \"q\"\nkind = \"yes-no\"\nmeasure = \"other\"\nabout = \"agent\"\n";

/// A folder with one survey and words for it.
fn folder() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let survey = folder.path().join("small");
    std::fs::create_dir_all(&survey).unwrap();
    std::fs::write(survey.join("survey.toml"), SURVEY).unwrap();
    let mut words = "[prompts]\n".to_owned();
    let built = survey::parse(&Files {
        name: "small".to_owned(),
        survey: SURVEY.to_owned(),
        words: [(lang("en"), String::new())].into(),
        ..Files::default()
    });
    for id in survey::needed(&built.survey.unwrap().questions, false) {
        words.push_str(&format!("{id} = \"Say {id}.\"\n"));
    }
    std::fs::write(survey.join("en.toml"), words).unwrap();
    (folder, survey)
}

/// A speech program that "speaks" by copying a sound of 22,050 samples a second.
fn copying(folder: &Path) -> SpeechProgram {
    let mut file = wav::write(&wav::tone(600), wav::Coding::Linear);
    file[24..28].copy_from_slice(&22_050_u32.to_le_bytes());
    let from = folder.join("spoken");
    std::fs::write(&from, file).unwrap();
    let arguments = vec![from.to_string_lossy().into_owned(), "{out}".to_owned()];
    SpeechProgram { program: "cp".to_owned(), arguments, speed: 170 }
}

#[tokio::test]
async fn speaking_makes_what_is_missing_and_leaves_recordings_alone() {
    let (folder, survey) = folder();
    let program = copying(folder.path());
    let missing = Library::folder(folder.path()).unwrap_err();
    assert!(missing.iter().all(|fault| fault.message.starts_with("audio missing")), "{missing:?}");
    let mut last = None;
    let report = speak(folder.path(), &program, None, |at| last = Some(at)).await.unwrap();
    let count = missing.len();
    assert_eq!(report, Report { made: count, ..Report::default() });
    let Some(Progress { done, of, .. }) = last else { panic!("no progress was told") };
    assert_eq!((done, of), (count, count));
    let library = Library::folder(folder.path()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let made = library.newest("small").unwrap().prompt(lang("en"), "sorry").unwrap().clone();
    // 600 ms at 8,000 played at 22,050 are 217 ms; the tone has no silence to trim.
    assert_eq!((made.sound, made.millis), (survey::Sound::Machine, 217));

    // New words for one prompt, a person's voice for another, one prompt no longer said.
    let words = std::fs::read_to_string(survey.join("en.toml")).unwrap();
    let words = words.replace("Say sorry.", "We are sorry.").replace("Say greeting.", "Hello!");
    std::fs::write(survey.join("en.toml"), words).unwrap();
    let recording = wav::write(&wav::tone(1000), wav::Coding::Linear);
    std::fs::write(survey.join("audio/en/greeting.wav"), &recording).unwrap();
    std::fs::write(survey.join("survey.toml"), SURVEY.replace("\"q\"", "\"r\"")).unwrap();
    let words = std::fs::read_to_string(survey.join("en.toml")).unwrap();
    let words = words.replace("ask-q", "ask-r").replace("wrong-q", "wrong-r");
    std::fs::write(survey.join("en.toml"), words).unwrap();
    let faults = Library::folder(folder.path()).unwrap_err();
    let stale: Vec<_> =
        faults.iter().filter(|f| f.message.contains("was made from other words")).collect();
    assert_eq!(stale.len(), 1, "{faults:#?}");
    assert_eq!((stale[0].file.as_str(), stale[0].line), ("small/en.toml", 70));

    let report = speak(folder.path(), &program, Some("small"), |_| ()).await.unwrap();
    assert_eq!(report, Report { made: 3, kept: count - 4, human: 1, removed: 2 });
    let library = Library::folder(folder.path()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let greeting = library.newest("small").unwrap().prompt(lang("en"), "greeting").unwrap();
    assert_eq!((greeting.sound, greeting.millis), (survey::Sound::Human, 1000));
    assert_eq!(std::fs::read(survey.join("audio/en/greeting.wav")).unwrap(), recording);
    let hidden = std::fs::read_dir(survey.join("audio/en")).unwrap();
    let left =
        hidden.filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(left.count(), 0, "nothing half-made is left");
}

#[tokio::test]
async fn a_speech_program_that_fails_is_told() {
    let (folder, _survey) = folder();
    let with = |program: &str, arguments: &[&str]| SpeechProgram {
        program: program.to_owned(),
        arguments: arguments.iter().map(|a| (*a).to_owned()).collect(),
        speed: 170,
    };
    let say = async |program| speak(folder.path(), &program, None, |_| ()).await.unwrap_err();
    let error = say(with("no-such-speech-program", &[])).await;
    assert!(error.to_string().contains("apt-get install espeak-ng"), "{error}");
    let error = say(with("cat", &["/no/such/file"])).await.to_string();
    assert!(error.contains("small/en/") && error.contains("No such file"), "{error}");
    let error = say(with("true", &[])).await.to_string();
    assert!(error.contains("it wrote no file"), "{error}");
    let other = speak(folder.path(), &with("true", &[]), Some("other"), |_| ()).await;
    assert!(matches!(other, Err(SpeakError::NoSurvey(name)) if name == "other"));
}

#[test]
fn faults_of_files_are_told() {
    let (folder, survey) = folder();
    let audio = survey.join("audio/en");
    std::fs::create_dir_all(&audio).unwrap();
    std::fs::write(audio.join("sorry.wav"), b"not a sound").unwrap();
    std::fs::write(audio.join("silent.wav"), vec![0; (1 << 20) + 1]).unwrap();
    std::fs::write(audio.join("made.toml"), "made = 5").unwrap();
    std::fs::write(survey.join("english.toml"), "").unwrap();
    std::fs::write(survey.join("lt.toml"), b"\xff").unwrap();
    let faults = Library::folder(folder.path()).unwrap_err();
    for (file, message) in [
        ("small/audio/en/sorry.wav", "this is not a WAV file"),
        ("small/audio/en/silent.wav", "1048577 bytes are too many"),
        ("small/audio/en/made.toml", "cannot be read"),
        ("small/english.toml", "\"english\" is not a language"),
        ("small/lt.toml", "the text is not UTF-8"),
    ] {
        let told = |fault: &&Fault| fault.file == file && fault.message.starts_with(message);
        assert_eq!(faults.iter().filter(told).count(), 1, "{file}: {message}\n{faults:#?}");
    }
    let empty = tempfile::tempdir().unwrap();
    let faults = Library::folder(empty.path()).unwrap_err();
    assert!(faults[0].message.starts_with("there is no survey here"));
    let faults = Library::folder(&empty.path().join("nowhere")).unwrap_err();
    assert!(faults[0].message.starts_with("cannot be read"), "{faults:?}");
}

#[tokio::test]
async fn a_recording_in_a_wrong_format_is_refused_and_not_spoken_over() {
    let (folder, survey) = folder();
    let audio = survey.join("audio/en");
    std::fs::create_dir_all(&audio).unwrap();
    std::fs::write(audio.join("greeting.wav"), b"44,100 samples a second").unwrap();
    let told = Library::folder(folder.path()).unwrap_err();
    let of_greeting: Vec<&Fault> =
        told.iter().filter(|f| f.to_string().contains("greeting")).collect();
    assert_eq!(of_greeting.len(), 1, "it is there, so it is not missing: {of_greeting:#?}");
    let refused = speak(folder.path(), &copying(folder.path()), None, |_| ()).await.unwrap_err();
    let SpeakError::Faults(faults) = refused else { panic!("{refused}") };
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert_eq!(faults[0].file, "small/audio/en/greeting.wav");
    assert_eq!(std::fs::read(audio.join("greeting.wav")).unwrap(), b"44,100 samples a second");
    assert_eq!(std::fs::read_dir(&audio).unwrap().count(), 1, "nothing was spoken");
}

#[tokio::test]
async fn what_an_interrupted_run_made_is_no_recording() {
    let (folder, survey) = folder();
    let program = copying(folder.path());
    let stop_at = async |count: usize| {
        let (path, program) = (folder.path().to_owned(), program.clone());
        let run = async move {
            speak(&path, &program, None, |at| assert!(at.done < count, "stopped")).await
        };
        tokio::spawn(run).await.expect_err("it was stopped");
        let found = files::sort(files::folder(folder.path()).0, &[]).remove(0);
        let human = found.files.clips.iter().filter(|(_, clip)| clip.human);
        assert_eq!(human.count(), 0, "a speech program made all of them");
        found.files.clips.len()
    };
    assert!((3..8).contains(&stop_at(3).await), "it was stopped early");
    assert!(speak(folder.path(), &program, None, |_| ()).await.unwrap().human == 0);
    // Other words and another voice: all sounds are replaced, and this too is stopped.
    let words = std::fs::read_to_string(survey.join("en.toml")).unwrap();
    std::fs::write(survey.join("en.toml"), words.replace("Say ", "Tell ")).unwrap();
    let mut other = wav::write(&wav::tone(900), wav::Coding::Linear);
    other[24..28].copy_from_slice(&22_050_u32.to_le_bytes());
    std::fs::write(folder.path().join("spoken"), other).unwrap();
    stop_at(5).await;
    let report = speak(folder.path(), &program, None, |_| ()).await.unwrap();
    assert_eq!((report.human, report.removed), (0, 0));
    Library::folder(folder.path()).unwrap_or_else(|faults| panic!("{faults:#?}"));
}

#[test]
fn a_voice_that_nobody_has_is_told() {
    let (folder, survey) = folder();
    let text = SURVEY.replace("promise_seconds", "speech = \"voice\"\npromise_seconds");
    std::fs::write(survey.join("survey.toml"), text).unwrap();
    let library = Library::folder(folder.path()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(library.silent(Level::Error, "twilio", &|_| true), []);
    let faults = library.silent(Level::Error, "freeswitch", &|_| false);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    let told = faults[0].to_string();
    assert!(told.starts_with("small/en.toml:2: error: ") && told.contains("freeswitch"), "{told}");
}

#[test]
fn a_sound_that_cannot_be_read_is_not_missing() {
    let (folder, _survey) = folder();
    let (files, _) = files::folder(folder.path());
    let file = "small/audio/en/sorry.wav".to_owned();
    let message = "cannot be read: permission denied".to_owned();
    let unread = [Fault { level: Level::Error, file, line: 1, message }];
    let missing = |unread: &[Fault]| {
        let found = files::sort(files.clone(), unread).remove(0);
        let faults = survey::parse(&found.files).faults;
        faults.iter().filter(|fault| fault.message.contains("en/sorry.wav")).count()
    };
    assert_eq!((missing(&[]), missing(&unread)), (1, 0));
}
