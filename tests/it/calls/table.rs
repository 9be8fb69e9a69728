//! The README's table of what each kind of provider can do: played, not claimed. To write it anew:
//! `AFTERCALL_GOLDEN=write cargo test --test it calls::table`, then read the difference.

use std::collections::BTreeMap;

use aftercall::dialect::{
    self, After as Leave, Document, Kind, Links, Method, Open, Params, Proof, Request,
    What as Means,
};
use aftercall::interview::{Ask, Keys, Order, Voice};
use aftercall::phone::{After, Event, Outcome, Phone, Scripted, What, Wire};
use aftercall::survey::{Prompt, Sound, Speech, Version};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::alike::{EXCEPTIONS, stored};
use super::{Centre, PUBLIC, T, line, said, turns};
use crate::harness::{Database, given};

const BEGIN: &str = "<!-- Played by tests/it/calls/table.rs, which also writes it. -->\n";
const END: &str = "<!-- The end of what is played. -->\n";

/// One kind on a centre of its own.
struct Played {
    centre: Centre,
    kind: Kind,
    calls: u32,
}

impl Played {
    /// What a caller with these words leaves, what was seen of the call, and how it went.
    async fn call(&mut self, words: &str) -> (String, Vec<Event>, Outcome) {
        self.calls += 1;
        let mut line = line(self.kind, self.calls);
        line.handover = said(&[("agent", "A1"), ("lang", "en")]);
        let mut caller = Scripted::new(words).expect("a script");
        let mut events = Vec::new();
        let phone = Phone::new(self.centre.wire());
        let outcome = phone.call(&line, &mut caller, |event| events.push(event)).await;
        assert_eq!(outcome.faults, Vec::<String>::new(), "{:?} {words}", self.kind);
        self.centre.app.site.desk.settle().await;
        (stored(&self.centre, self.kind, self.calls).await, events, outcome)
    }

    /// `yes` where both leave the same.
    async fn alike(&mut self, words: &str, plain: &str) -> &'static str {
        let (one, ..) = self.call(words).await;
        let (other, ..) = self.call(plain).await;
        yes(one == other)
    }

    /// How silence is told.
    async fn silence(&mut self) -> String {
        let (facts, events, _) = self.call("- 4 1 3 7").await;
        if facts != self.call("4 1 3 7").await.0 {
            return "no".to_owned();
        }
        let mut behind = events.iter().skip_while(|event| event.what != What::Silence);
        let told = behind.find_map(|event| match &event.what {
            What::Request { url, .. } => Some(url.clone()),
            _ => None,
        });
        let redirect = told.expect("a request behind silence").contains("silence=1");
        if redirect { "redirect" } else { "told" }.to_owned()
    }

    /// What ends a comment.
    async fn comment(&mut self) -> String {
        let dead = |outcome: &Outcome| {
            let behind = outcome.gaps.iter().filter(|gap| gap.after == After::Recording);
            behind.map(|gap| gap.millis).max().unwrap_or(0)
        };
        let (facts, events, quiet) = self.call("5 1 3 10 say:5").await;
        let (_, _, key) = self.call("5 1 3 10 say:5#").await;
        assert!(facts.ends_with("comments 1"), "{facts}");
        let one_key = events.iter().any(|event| match &event.what {
            What::Document { xml, .. } => xml.contains("finishOnKey=\"#\""),
            _ => false,
        });
        let ends = [
            (dead(&key) <= 1000).then_some(if one_key { "`#`" } else { "key" }),
            (dead(&quiet) <= 3500).then_some("silence"),
        ];
        let ends: Vec<&str> = ends.into_iter().flatten().collect();
        ends.join(", ")
    }

    async fn cut_short(&mut self) -> &'static str {
        let (facts, ..) = self.call("5 1 3 10 say:4 bye").await;
        yes(facts.ends_with("comments 1"))
    }

    /// Whether the same request twice is one turn with one document.
    async fn duplicate(&mut self) -> &'static str {
        self.calls += 1;
        let wire = self.centre.wire();
        let start = turns::start(self.kind, self.calls, "A1");
        let first = wire.send(start, Some(T)).await.expect("an answer");
        let token = turns::token(&first.body).expect("a token");
        let turn = turns::turn(self.kind, self.calls, &token, "4");
        let one = wire.send(turn.clone(), Some(T + 5000)).await.expect("an answer");
        let two = wire.send(turn, Some(T + 5500)).await.expect("an answer");
        let facts = stored(&self.centre, self.kind, self.calls).await;
        yes(one.body == two.body && facts.contains("[(0, 4)]"))
    }

    /// Whether a last answer counts that comes behind the notice of the end.
    async fn late_status(&mut self) -> &'static str {
        self.calls += 1;
        let wire = self.centre.wire();
        let start = turns::start(self.kind, self.calls, "A1");
        let mut at = T;
        let mut heard = wire.send(start, Some(at)).await.expect("an answer");
        for keys in ["4", "1", "3", "over", "7"] {
            at += 3000;
            let token = turns::token(&heard.body).expect("a token");
            let request = match keys {
                "over" => turns::ended(self.kind, self.calls, &token),
                keys => turns::turn(self.kind, self.calls, &token, keys),
            };
            let answer = wire.send(request, Some(at)).await.expect("an answer");
            if keys != "over" {
                heard = answer;
            }
        }
        self.centre.app.site.desk.settle().await;
        let facts = stored(&self.centre, self.kind, self.calls).await;
        yes(facts.starts_with("complete") && facts.contains("(3, 7)"))
    }
}

fn yes(it_is_so: bool) -> &'static str {
    if it_is_so { "yes" } else { "no" }
}

/// Whose number a start of a call that the centre placed gives: the customer's, or, where requests
/// do not tell who called whom, what the hand-over's `caller` says.
fn outgoing(kind: Kind) -> &'static str {
    let (name, value) = match kind {
        Kind::Kookoo | Kind::Voicexml | Kind::Exotel => return "by `caller`",
        Kind::Freeswitch => ("Caller-Direction", "outbound"),
        Kind::Bandwidth | Kind::Africastalking => ("direction", "outbound"),
        Kind::Plivo | Kind::Telnyx => ("Direction", "outbound"),
        Kind::Twilio | Kind::Signalwire | Kind::Somleng | Kind::Cloudonix => {
            ("Direction", "outbound-api")
        }
    };
    let sent = turns::edited(kind, turns::start(kind, 1, "A1"), |params| {
        params.retain(|(known, _)| known != name);
        params.extend(said(&[(name, value)]));
    });
    let headers: HeaderMap = sent
        .headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect();
    let request = Request {
        method: Method::Post,
        target: sent.url.strip_prefix(PUBLIC).expect("our address"),
        headers: &headers,
        body: &sent.body,
        peer: [127, 0, 0, 1].into(),
        now_ms: T,
        upload: None,
    };
    let params: Params = dialect::params(&request).expect("parameters");
    let Means::Start(start) = dialect::of(kind).read(&request, &params).what else {
        panic!("{kind:?}: no start");
    };
    // Africa's Talking names the customer in one place, whoever placed the call.
    let call = line(kind, 1);
    let customer = if kind == Kind::Africastalking { call.from } else { call.to };
    let digits = |number: &str| number.trim_start_matches('+').to_owned();
    yes(start.number.as_deref().map(digits) == Some(digits(&customer)))
}

fn proof(kind: Kind) -> &'static str {
    match kind.proof() {
        Proof::Address => "signature over the address",
        Proof::Body => "signature over the body, and start key",
        Proof::Nothing => "start key, network or certificate",
    }
}

/// The languages that the platform's own voice speaks.
fn voices(kind: Kind) -> String {
    let voices: Vec<&str> = dialect::of(kind).voices().iter().map(|voice| voice.lang).collect();
    if voices.is_empty() { "files".to_owned() } else { voices.join(" ") }
}

/// The format of the files that its documents play.
fn audio(kind: Kind) -> &'static str {
    let prompt = Prompt {
        id: "q".into(),
        lang: "de".parse().expect("a language"),
        text: "".into(),
        millis: 1000,
        sound: Sound::Human,
    };
    let order = Order::Ask(Ask { prompts: vec![prompt.into()], keys: Keys::One, think_ms: 1000 });
    let shown = Document::Order {
        order: &order,
        voice: &Voice { survey: "s".into(), version: Version(1) },
        speech: Speech::Audio,
        lang: "de".parse().expect("a language"),
        links: Links { base: PUBLIC.to_owned(), ..Links::default() },
        after: Leave::Hangup,
        open: Some(Open::Whole),
    };
    let xml = dialect::of(kind).write(&shown);
    if xml.contains("/q.ulaw.wav") {
        "µ-law WAV"
    } else if xml.contains("/q.wav") {
        "WAV"
    } else {
        panic!("{kind:?} plays no file: {xml}")
    }
}

async fn row(kind: Kind) -> String {
    let database = Database::sqlite();
    let mut played = Played { centre: Centre::open(&database.url).await, kind, calls: 0 };
    let cells = [
        format!("[{}](docs/providers/{}.md)", kind.title(), kind.word()),
        format!("`{}`", kind.word()),
        proof(kind).to_owned(),
        played.silence().await,
        played.alike("8 4 1 3 7", "4 1 3 7").await.to_owned(),
        played.alike("* 4 1 * 3 7", "4 1 3 7").await.to_owned(),
        played.alike("4 * * 1 3 1 3 7", "3 1 3 7").await.to_owned(),
        yes(played.call("4 1 3 10 #").await.0.contains("(3, 10)")).to_owned(),
        played.comment().await,
        played.cut_short().await.to_owned(),
        played.duplicate().await.to_owned(),
        played.late_status().await.to_owned(),
        outgoing(kind).to_owned(),
        voices(kind),
        audio(kind).to_owned(),
    ];
    played.centre.adds_up().await;
    format!("| {} |\n", cells.join(" | "))
}

/// Where a kind stores something else than the others, with the reason, as a list.
fn exceptions() -> String {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (kind, story, reason) in EXCEPTIONS {
        kinds.entry(kind.title()).or_default().push(format!("*{story}*: {reason}"));
    }
    kinds.iter().map(|(kind, what)| format!("- {kind}: {}.\n", what.join("; "))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_says_what_each_kind_can_do() {
    let head = [
        "platform",
        "kind",
        "proof",
        "silence",
        "wrong key",
        "repeat",
        "undo",
        "0 to 10",
        "comment ends by",
        "hang-up while speaking",
        "duplicate",
        "late status",
        "outgoing call",
        "voices",
        "audio",
    ];
    let rows: Vec<_> = Kind::ALL.map(|kind| tokio::spawn(row(kind))).into_iter().collect();
    let mut table = format!("| {} |\n|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for row in rows {
        table += &row.await.expect("a row");
    }
    let made = format!(
        "{table}\nThe same callers leave the same facts on every kind, but for:\n\n{}",
        exceptions()
    );
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&file).expect("the README");
    let (before, rest) = readme.split_once(BEGIN).expect("the table's beginning");
    let (old, behind) = rest.split_once(END).expect("the table's end");
    if given("AFTERCALL_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&file, format!("{before}{BEGIN}\n{made}\n{END}{behind}")).expect("written");
    } else {
        assert_eq!(old.trim(), made.trim(), "AFTERCALL_GOLDEN=write writes it anew");
    }
}
