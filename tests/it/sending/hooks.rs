//! Webhooks: told once, signed, tried again, given up, sent again.

use super::post::{Came, Receiver, Reply, verify};
use super::*;
use crate::harness::both;

const ONLY_COMPLETED: &str = "events = [\"interview.completed\"]";

both! {
    /// What is over is told once, signed so that the guide's own program finds it good.
    async fn an_interview_is_told_once_and_signed(database: Database) {
        let receiver = Receiver::start([Reply::Status(204)]).await;
        let sections = receiver.section("crm", SECRET, ONLY_COMPLETED);
        let centre = Centre::open(&database, "", &sections).await;
        centre.interview(1, START, "A17", "support", 4).await;
        // Nothing was answered here, and this one goes on.
        centre.offer(2, START, "A17", "support").await;
        // It was over before anybody wanted to be told.
        centre.interview(3, START - 2 * HOUR, "A17", "support", 4).await;

        let now = START + 60 * SECOND;
        // Two nodes look at once.
        let other = Store::open(&database.url).await.expect("opens");
        let (teller, sender, _) = outbox(&centre.app, other).await;
        tokio::join!(centre.teller.step(now), teller.step(now));
        while tokio::join!(centre.sender.step(now), sender.step(now)) != (0, 0) {}
        let came = receiver.came();
        assert_eq!(came.len(), 1, "{came:?}");
        assert!(came[0].is_good(SECRET));
        assert!(!came[0].is_good("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), "another secret");
        let changed = Came { body: came[0].body.replace("\"value\":4", "\"value\":5"), ..came[0].clone() };
        assert!(changed.body != came[0].body && !changed.is_good(SECRET), "another body");
        assert_eq!(came[0].timestamp, (now / 1000).to_string());

        let body = came[0].json();
        assert_eq!(body["type"], "interview.completed");
        assert_eq!(body["timestamp"], "2026-01-20T10:01:00Z");
        let data = &body["data"];
        let id = InterviewId([1; 16]).to_string();
        assert_eq!(data["interview"], id.as_str());
        assert_eq!(data["url"], format!("http://centre.example/interviews/{id}"));
        assert_eq!((&data["started"], &data["ended"]), (&"2026-01-20T10:00:00Z".into(), &"2026-01-20T10:00:20Z".into()));
        assert_eq!(data["agents"][0]["agent"], "A17");
        assert_eq!((&data["team"], &data["queue"], &data["language"]), (&"support".into(), &"billing".into(), &"lt".into()));
        let rating = serde_json::json!({"question": "rating", "measure": "csat", "outcome": "answered", "value": 4});
        assert_eq!(data["answers"][0], rating);
        assert!(!came[0].body.contains("345"), "no digit of the caller's number");

        assert_eq!(centre.store().untold(0, 9).await.expect("read").len(), 0, "nobody is left over");
        // A restart, and later looks, tell nothing again.
        let (teller, sender, _) = outbox(&centre.app, centre.store().clone()).await;
        for later in [now, now + 24 * HOUR] {
            assert_eq!(teller.step(later).await, 0);
            assert_eq!(sender.step(later).await, 0);
        }
        assert_eq!(receiver.came(), []);
        assert_eq!(centre.deliveries(DeliveryStatus::Delivered).await.len(), 1);
    }

    /// Each webhook hears of its own events and teams.
    async fn each_webhook_hears_what_it_asked_for(database: Database) {
        let receiver = Receiver::start([Reply::Status(200)]).await;
        let all = receiver.section("all", SECRET, "");
        let team = receiver.section("team", SECRET, "teams = [\"sales\"]\nevents = [\"interview.completed\"]");
        let alert = "[alert]\nmeasure = \"csat\"\nat_or_below = 2\n[cases]\nlow_score = true\n";
        let centre = Centre::open(&database, "", &format!("{all}{team}{alert}")).await;
        centre.interview(1, START, "A17", "support", 1).await;
        centre.interview(2, START, "A18", "sales", 5).await;
        let now = START + 60 * SECOND;
        centre.teller.step(now).await;
        centre.send_all(now).await;
        let mut heard: Vec<(String, String)> = Vec::new();
        for one in centre.deliveries(DeliveryStatus::Delivered).await {
            heard.push((one.target, format!("{} {}", one.event, &one.subject[..2])));
        }
        heard.sort();
        let words: Vec<String> = heard.into_iter().map(|(to, what)| format!("{to}: {what}")).collect();
        assert_eq!(words, [
            "all: case.opened 01", "all: interview.completed 01", "all: interview.completed 02",
            "all: score.low 01", "team: interview.completed 02",
        ]);
        let came = receiver.came();
        assert_eq!(came.len(), 5);
        let case = came.iter().map(Came::json).find(|body| body["type"] == "case.opened").expect("told");
        assert_eq!(case["data"]["case"]["reason"], "low_score");
        assert_eq!(case["data"]["case"]["due"], "2026-01-21T10:01:00Z");
        assert_eq!(case["data"]["low"], serde_json::json!({"question": "rating", "measure": "csat", "value": 1, "scale": [1, 5]}));
    }

    /// A receiver that fails is asked again, ever more rarely, with the same id and a new signature,
    /// given up in the end, and gets it when somebody sends it again.
    async fn what_cannot_be_delivered_is_given_up_and_sent_again_by_hand(database: Database) {
        let receiver = Receiver::start([Reply::Status(500)]).await;
        let sections = receiver.section("crm", SECRET, ONLY_COMPLETED);
        let centre = Centre::open(&database, "", &sections).await;
        centre.interview(1, START, "A17", "support", 4).await;
        let mut now = START + 60 * SECOND;
        centre.teller.step(now).await;
        let mut times = Vec::new();
        while let [waiting] = &centre.deliveries(DeliveryStatus::Waiting).await[..] {
            assert!(times.len() < 50, "it ends");
            let due = waiting.next_ms;
            if !times.is_empty() {
                assert!(due > now, "not at once");
                assert_eq!(centre.sender.step(due - 1).await, 0, "not before it is due");
            }
            now = due;
            assert_eq!(centre.sender.step(now).await, 1);
            times.push(now);
        }
        let came = receiver.came();
        assert_eq!((came.len(), times.len()), (10, 10));
        let pauses: Vec<i64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(pauses.is_sorted() && pauses[0] < 10 * SECOND && pauses[8] > 12 * HOUR, "{pauses:?}");
        assert!(came.iter().all(|one| one.id == came[0].id && one.body == came[0].body));
        for (one, at) in came.iter().zip(&times) {
            assert_eq!(one.timestamp, (at / 1000).to_string());
        }
        assert!(came[9].is_good(SECRET) && came[9].signature != came[0].signature);
        let dead = centre.deliveries(DeliveryStatus::Dead).await;
        assert_eq!(dead[0].reason.as_deref(), Some("the receiver answered with status 500"));
        assert_eq!(centre.counters.total("delivery_dead", "crm"), 1);
        assert_eq!(centre.sender.step(now + 24 * HOUR).await, 0);

        receiver.answer([Reply::Status(200)]);
        assert_eq!(centre.store().replay_dead(now).await.expect("written"), 1);
        assert_eq!(centre.sender.step(now).await, 1);
        assert_eq!(receiver.came()[0].id, came[0].id);
        assert_eq!(centre.deliveries(DeliveryStatus::Delivered).await.len(), 1);
        assert_eq!(centre.sender.step(now + 24 * HOUR).await, 0);
        // What is done is forgotten in the end.
        assert_eq!(centre.store().forget_deliveries(now + 29 * 24 * HOUR).await.expect("written"), 0);
        assert_eq!(centre.store().forget_deliveries(now + 31 * 24 * HOUR).await.expect("written"), 1);
    }

    /// Why a try failed is said in words; some are not worth another try, some ask for time.
    async fn each_failure_is_said(database: Database) {
        let receiver = Receiver::start([Reply::Status(200)]).await;
        let inside = Receiver::start([Reply::Status(200)]).await;
        let by_name = format!("https://localhost:{}/", inside.port);
        let by_number = format!("https://127.0.0.1:{}/", inside.port);
        let strict = format!(
            "[webhook.name]\nurl = \"{by_name}\"\nsecret = \"{SECRET}\"\n{ONLY_COMPLETED}\n\
             [webhook.number]\nurl = \"{by_number}\"\nsecret = \"{SECRET}\"\n{ONLY_COMPLETED}\n"
        );
        let open = receiver.section("open", SECRET, ONLY_COMPLETED);
        let centre = Centre::open(&database, "", &format!("{open}{strict}")).await;
        let elsewhere = format!("http://127.0.0.1:{}/", inside.port);
        let mut n = 0;
        for (reply, reason, pause) in [
            (Reply::Status(404), "answered with status 404", 4..=6),
            (Reply::After(3600), "answered with status 429", 3600..=3600),
            (Reply::Elsewhere(elsewhere), "sent us elsewhere (302)", 4..=6),
            (Reply::Never, "took longer than", 4..=6),
        ] {
            n += 1;
            let now = START + i64::from(n) * 60 * SECOND;
            receiver.answer([reply]);
            centre.interview(n, now - 30 * SECOND, "A17", "support", 4).await;
            centre.teller.step(now).await;
            centre.sender.step(now).await;
            let all = centre.deliveries(DeliveryStatus::Waiting).await;
            let id = InterviewId([n; 16]).to_string();
            let of = |target: &str| {
                let found = all.iter().find(|one| one.target == target && one.subject == id);
                found.cloned().expect("it waits")
            };
            let one = of("open");
            let said = one.reason.unwrap_or_default();
            assert!(said.contains(reason), "{said}");
            assert!(pause.contains(&((one.next_ms - now) / SECOND)), "{said}");
            assert!(of("number").reason.is_some_and(|said| said.contains("inside our own network")));
            assert!(of("name").reason.is_some_and(|said| said.contains("no public address")));
            assert!(!of("open").reason.unwrap_or_default().contains("127.0.0.1"), "no address in it");
        }
        assert_eq!(inside.came(), [], "nothing went inside");
    }

    /// 410 ends it for all that waits and comes; one sent again that is taken begins it again.
    async fn a_receiver_that_is_gone_is_left_alone(database: Database) {
        let receiver = Receiver::start([Reply::Status(410)]).await;
        let sections = receiver.section("crm", SECRET, ONLY_COMPLETED);
        let centre = Centre::open(&database, "", &sections).await;
        let now = START + 60 * SECOND;
        for n in 1..=20 {
            centre.interview(n, START, "A17", "support", 4).await;
        }
        centre.teller.step(now).await;
        centre.send_all(now).await;
        assert!(receiver.came().len() <= 4, "those under way, no more");
        assert_eq!(centre.deliveries(DeliveryStatus::Dead).await.len(), 20);
        centre.interview(21, START, "A17", "support", 4).await;
        centre.teller.step(now).await;
        assert_eq!(centre.send_all(now).await, 0);
        let dead = centre.deliveries(DeliveryStatus::Dead).await;
        assert!(dead.len() == 21 && dead.iter().all(|one| one.reason.as_deref().is_some_and(|r| r.contains("410"))));

        receiver.answer([Reply::Status(200)]);
        assert!(centre.store().replay_delivery(&dead[0].id, now).await.expect("written"));
        assert_eq!(centre.send_all(now).await, 1);
        centre.interview(22, START, "A17", "support", 4).await;
        centre.teller.step(now).await;
        assert_eq!(centre.send_all(now).await, 1);
        assert_eq!(receiver.came().len(), 2);
    }

    /// A node that took a delivery and died loses nothing: it is due again when the lease is over,
    /// and not before. What the receiver took is not sent again.
    async fn a_dead_node_loses_nothing_and_nothing_goes_twice(database: Database) {
        let receiver = Receiver::start([Reply::Status(200)]).await;
        let sections = receiver.section("crm", SECRET, ONLY_COMPLETED);
        let centre = Centre::open(&database, "", &sections).await;
        for n in 1..=30 {
            centre.interview(n, START, "A17", "support", 4).await;
        }
        let now = START + 60 * SECOND;
        centre.teller.step(now).await;
        let mut due = centre.store().deliveries_due(now, 1, 1).await.expect("read");
        let mut late = due[0].clone();
        assert!(centre.store().take_delivery(&mut due[0], now + 180_000).await.expect("taken"));
        assert!(!centre.store().take_delivery(&mut late, now + 180_000).await.expect("asked"));

        let other = Store::open(&database.url).await.expect("opens");
        let (_, sender, _) = outbox(&centre.app, other).await;
        while tokio::join!(centre.sender.step(now), sender.step(now)) != (0, 0) {}
        let mut ids: Vec<String> = receiver.came().into_iter().map(|one| one.id).collect();
        assert_eq!(ids.len(), 29);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 29, "each once");
        assert_eq!(sender.step(now + 179_999).await, 0);
        assert_eq!(sender.step(now + 180_000).await, 1);
        assert_eq!(receiver.came()[0].id, due[0].id);
        assert_eq!(sender.step(now + 24 * HOUR).await, 0);
    }
}

#[test]
fn the_guide_s_example_is_good() {
    let guide = include_str!("../../../docs/webhooks.md");
    let example = guide.split("```sh\nprintf '%s' '").nth(1).expect("an example");
    let (body, rest) = example.split_once("' | python3 verify.py ").expect("its body");
    let command = rest.split("```").next().expect("its command").replace("\\\n", " ");
    let given: Vec<&str> = command.split_whitespace().collect();
    assert_eq!(given.len(), 5, "{given:?}");
    assert!(verify(&given, body));
    assert!(!verify(&given[..4], body), "too old by now");
    assert!(!verify(&given, &format!("{body} ")));
}
