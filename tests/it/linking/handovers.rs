//! Announced hand-overs: sealed start addresses, and starts that are recognised without.

use std::path::Path;

use aftercall::desk::Answer;
use aftercall::desk::handover::{Found, HandoverIn};
use aftercall::interview::Start;
use aftercall::store::handovers::Asking;

use super::*;
use crate::harness::both;

impl Centre {
    /// Announces, and gives the sealed value of the start address.
    async fn announce(&self, said: Value, now: i64) -> String {
        let said: HandoverIn = serde_json::from_value(said).expect("an announcement");
        let id = [self.next.fetch_add(1, Ordering::Relaxed); 16];
        let start = self.desk().announce(said, id, now).await.expect("announced");
        assert_eq!(start.expires_ms, now + 120_000);
        let (address, h) = start.start_url.split_once("?h=").expect("a sealed address");
        assert_eq!(address, "http://127.0.0.1:8080/voice/tw/start");
        assert!(!h.contains(['@', ',', '{', '}', '$']), "{h}");
        h.to_owned()
    }

    async fn found(
        &self,
        h: Option<&str>,
        call: Option<&str>,
        caller: Option<CallerHash>,
        now: i64,
    ) -> Option<Found> {
        self.found_by(h, Asking { call, handover: "" }, caller, now).await
    }

    async fn found_by(
        &self,
        h: Option<&str>,
        start: Asking<'_>,
        caller: Option<CallerHash>,
        now: i64,
    ) -> Option<Found> {
        self.desk().announced("tw", h, start, caller, now).await.expect("the store answers")
    }
}

fn agent(found: Option<Found>) -> Option<(String, bool)> {
    found.map(|found| (found.said.agent.unwrap_or_default(), found.sealed))
}

/// Puts the survey after a call into a folder, and an anonymous one made of it.
fn put_anonymous(folder: &Path) {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts/post-call");
    for (name, anonymous) in [("post-call", false), ("quiet", true)] {
        let own = folder.join(name);
        std::fs::create_dir(&own).expect("a folder");
        std::os::unix::fs::symlink(shipped.join("audio"), own.join("audio")).expect("a link");
        for file in std::fs::read_dir(&shipped)
            .expect("the survey")
            .map(|file| file.expect("a file").path())
        {
            let Some(file_name) = file.file_name().filter(|_| file.is_file()) else { continue };
            let mut text = std::fs::read_to_string(&file).expect("text");
            if anonymous {
                // Without spoken comments, and for nobody's credit.
                text = text.split("# Only those whose").next().unwrap_or_default().to_owned();
                let lines = text.lines().filter(|line| !line.contains("ask-comment"));
                text = lines
                    .map(|line| if line.starts_with("credit") { "anonymous = true" } else { line })
                    .map(|line| format!("{line}\n"))
                    .collect();
            }
            std::fs::write(own.join(file_name), text).expect("written");
        }
    }
}

both! {
    async fn a_sealed_address_is_good_for_one_call(database: Database) {
        let centre = Centre::open(database).await;
        let h = centre.announce(json!({"provider": "tw", "agent": "A", "talk": 60}), T).await;
        let a = Some(("A".to_owned(), true));
        assert_eq!(agent(centre.found(Some(&h), Some("CA1"), None, T + 120_000).await), a);
        // Its repeats get the same, for as long as they come; another call gets nothing.
        assert_eq!(agent(centre.found(Some(&h), Some("CA1"), None, T + HOUR).await), a);
        assert_eq!(agent(centre.found(Some(&h), Some("CA2"), None, T + 1).await), None);
        // A first start that comes too late, or at another provider.
        let h = centre.announce(json!({"provider": "tw", "agent": "B"}), T).await;
        assert_eq!(agent(centre.found(Some(&h), Some("CA3"), None, T + 120_001).await), None);
        let other = {
            let start = Asking { call: Some("CA3"), handover: "" };
            centre.desk().announced("fs", Some(&h), start, None, T).await
        };
        assert_eq!(agent(other.expect("the store answers")), None);
        assert!(centre.desk().sealed("tw", &h));
        assert!(!centre.desk().sealed("fs", &h), "a seal is one provider's");
        // Bent in any place.
        for at in 0..h.len() {
            let mut bent = h.clone().into_bytes();
            bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).expect("letters");
            assert!(!centre.desk().sealed("tw", &bent), "{bent} passes for {h}");
            assert_eq!(agent(centre.found(Some(&bent), Some("CA4"), None, T).await), None);
        }
    }

    async fn a_start_is_recognised_by_call_or_caller(database: Database) {
        let centre = Centre::open(database).await;
        let number = "8 600 00001";
        let hash = centre.desk().caller(Some("tw"), number).map(|(hash, _)| hash);
        assert!(hash.is_some());
        centre.announce(json!({"provider": "tw", "agent": "A", "call_id": "CA1"}), T).await;
        centre.announce(json!({"provider": "tw", "agent": "B", "caller": number}), T + 1).await;
        let found = |name: &str| Some((name.to_owned(), false));
        assert_eq!(agent(centre.found(None, Some("CA1"), None, T + 1000).await), found("A"));
        assert_eq!(agent(centre.found(None, Some("CA2"), hash, T + 1000).await), found("B"));
        // B was used by CA2; a second call of the same caller gets nothing, a repeat gets B.
        assert_eq!(agent(centre.found(None, Some("CA3"), hash, T + 1000).await), None);
        assert_eq!(agent(centre.found(None, Some("CA2"), hash, T + HOUR).await), found("B"));
        assert_eq!(agent(centre.found(None, Some("CA9"), None, T + 1000).await), None);
        // A second agent on the same call.
        centre.announce(json!({"provider": "tw", "agent": "C", "call_id": "CA1"}), T + 2000).await;
        assert_eq!(agent(centre.found(None, Some("CA1"), None, T + 3000).await), found("C"));
        // No number stands in the store.
        let caller = centre.found(None, Some("CA2"), hash, T).await.expect("B");
        assert_eq!((caller.caller, caller.said.caller_last.as_deref()), (hash, Some("001")));
        assert_eq!(centre.desk().forget_announced(T + 48 * HOUR).await.expect("forgets"), 3);
        assert_eq!(agent(centre.found(None, Some("CA2"), hash, T + 48 * HOUR).await), None);
    }

    /// Minutes later another agent hands the same call over without an announcement.
    async fn an_announcement_is_for_one_hand_over_of_its_call(database: Database) {
        let centre = Centre::open(database).await;
        let number = "8 600 00001";
        let hash = centre.desk().caller(Some("tw"), number).map(|(hash, _)| hash);
        let said = json!({"provider": "tw", "agent": "A", "call_id": "CA1", "caller": number});
        centre.announce(said, T).await;
        let first = Asking { call: Some("CA1"), handover: "LEG1" };
        let second = Asking { call: Some("CA1"), handover: "LEG2" };
        let a = Some(("A".to_owned(), false));
        assert_eq!(agent(centre.found_by(None, first, hash, T + 1000).await), a);
        for now in [T + 1001, T + 119_000, T + HOUR] {
            assert_eq!(agent(centre.found_by(None, second, hash, now).await), None, "{now}");
            assert_eq!(agent(centre.found_by(None, first, hash, now).await), a, "a repeat, {now}");
        }
    }

    async fn the_centres_own_number_announces_no_caller(database: Database) {
        let centre = Centre::open(database).await;
        for (caller, known) in [("+370 5 200 1122", false), ("+370 600 00001", true)] {
            let h = centre.announce(json!({"provider": "tw", "agent": "A", "caller": caller}), T).await;
            let found = centre.found(Some(&h), Some(caller), None, T).await.expect("sealed");
            assert_eq!(found.caller.is_some(), known, "{caller}");
            assert_eq!(found.said.caller_last.is_some(), known, "{caller}");
        }
    }

    async fn of_two_calls_at_once_one_gets_it(database: Database) {
        let centre = Centre::open(database).await;
        for round in 0..10 {
            let h = centre.announce(json!({"provider": "tw", "agent": "A"}), T).await;
            let (one, two) = (format!("CA{round}-1"), format!("CA{round}-2"));
            let (one, two) = tokio::join!(
                centre.found(Some(&h), Some(&one), None, T),
                centre.found(Some(&h), Some(&two), None, T),
            );
            assert!(one.is_some() != two.is_some(), "round {round}");
        }
    }

    /// Of an announcement that led to an anonymous survey nothing of a person is left, and its
    /// repeats find it all the same.
    async fn an_announcement_of_an_anonymous_survey_forgets_its_people(database: Database) {
        let folder = tempfile::tempdir().expect("a folder");
        put_anonymous(folder.path());
        let centre = Centre::with(database, &format!("prompts = \"{}\"", folder.path().display())).await;
        let site = &centre.app.site;
        let provider = &site.config.providers["tw"];
        for (survey, call, agent) in [("quiet", "CA1", ""), ("post-call", "CA2", "A17")] {
            let said = json!({"provider": "tw", "survey": survey, "agent": "A17", "call": "C7",
                "talk": 60, "caller": "+37061234567", "queue": "sales"});
            let h = centre.announce(said, T).await;
            let start = Start { announced: Some(h.clone()), ..Start::default() };
            for _ in 0..2 {
                let answer = site.desk.start(provider, Some(call), start.clone(), true, T, [9; 16]).await;
                assert!(matches!(answer, Answer::Speak(_)), "{survey}: {answer:?}");
                site.desk.settle().await;
            }
            let found = centre.found(Some(&h), Some(call), None, T + HOUR).await.expect("found again");
            let anonymous = agent.is_empty();
            assert_eq!(found.said.agent.unwrap_or_default(), agent, "{survey}");
            assert_eq!((found.said.talk.is_none(), found.said.caller_last.is_none()), (anonymous, anonymous));
            assert_eq!(found.caller.is_none(), anonymous, "{survey}");
            assert_eq!(found.said.queue.as_deref(), Some("sales"));
        }
    }

    async fn an_announcement_with_a_fault_says_so(database: Database) {
        let centre = Centre::open(database).await;
        let token = centre.token("feed").await;
        for (body, word) in [
            (json!({}), "provider"), (json!({"provider": "nobody"}), "[provider.nobody]"),
            (json!({"provider": "tw", "lang": "klingon"}), "lang"),
            (json!({"provider": "tw", "agnet": "A"}), "agnet"),
            (json!({"provider": "tw", "talk": -1}), "talk"),
        ] {
            let answer = centre.ask(api::post("/api/v1/handovers", &token, "application/json", body.to_string())).await;
            let message = answer.body["error"]["message"].as_str().unwrap_or_default().to_owned();
            assert_eq!(answer.status.as_u16(), 422, "{body}");
            // A wrong number is told by its place in the body.
            assert!(message.contains(word) || (word == "talk" && message.contains("-1")), "{body}: {message}");
        }
        let body = json!({"provider": "tw", "agent": "A"}).to_string();
        let answer = centre.ask(api::post("/api/v1/handovers", &token, "application/json", body)).await;
        assert_eq!(answer.status.as_u16(), 201);
        assert!(answer.body["start_url"].as_str().is_some_and(|url| url.contains("/voice/tw/start?h=")));
        assert!(answer.body["expires"].as_str().is_some_and(|at| at.ends_with('Z')));
    }
}
