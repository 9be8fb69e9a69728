//! Mails through a real mail server, read back by Python's own parser: alerts, quiet hours, reports.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use aftercall::desk::audit::By;
use aftercall::desk::people::NewUser;

use super::post::Smtp;
use super::*;
use crate::harness::{both, change};

const ALERT: &str = "measure = \"csat\"\nat_or_below = 2";

fn mail(smtp: &Smtp) -> String {
    format!(
        "[mail]\nserver = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nfrom = \"aftercall <survey@centre.example>\"\n",
        smtp.port
    )
}

fn part<'a>(mail: &'a Value, kind: &str) -> &'a str {
    let parts = mail["parts"].as_array().expect("parts");
    let found = parts.iter().find(|part| part["kind"] == kind);
    found.and_then(|part| part["content"].as_str()).unwrap_or_else(|| panic!("no {kind}: {mail}"))
}

fn heads<'a>(mail: &'a Value, name: &str) -> &'a str {
    mail["headers"][name].as_str().unwrap_or_else(|| panic!("no {name}: {mail}"))
}

both! {
    /// A low score is told of some seconds after the key, while the call goes on: to the team's
    /// mailboxes, once. A caller who takes it back at once alarms nobody.
    async fn a_low_score_is_told_within_seconds_and_once(database: Database) {
        let smtp = Smtp::start();
        let sections = format!(
            "{}[alert]\n{ALERT}\nto = [\"head@centre.example\"]\n\
             [alert.team.support]\nto = [\"rasa@centre.example\", \"jonas@centre.example\"]\n",
            mail(&smtp)
        );
        let centre = Centre::open(&database, "", &sections).await;
        let key = START + 20 * SECOND;
        let low = [(0, Outcome::Answered(1))];
        let begin = centre.offer(1, START, "A17", "support").await;
        centre.turn(&begin, 1, key, &low, false).await;
        let hasty = centre.offer(2, START, "A17", "support").await;
        centre.turn(&hasty, 1, key, &low, false).await;
        centre.turn(&hasty, 2, key + 5 * SECOND, &[(0, Outcome::Answered(5))], false).await;
        // Nobody is sorry for how the company is recommended, nor for a middling score.
        let other = centre.offer(3, START, "A17", "support").await;
        centre.turn(&other, 1, key, &[(0, Outcome::Answered(3)), (3, Outcome::Answered(0))], false).await;
        centre.teller.step(key + 9 * SECOND).await;
        assert_eq!(centre.send_all(key + 9 * SECOND).await, 0, "it may be taken back yet");
        let now = key + 16 * SECOND;
        centre.teller.step(now).await;
        assert_eq!(centre.send_all(now).await, 2);
        let mut to = Vec::new();
        for _ in 0..2 {
            let mail = smtp.mail();
            to.push(mail["to"][0].as_str().expect("an address").to_owned());
            assert_eq!(heads(&mail, "subject"), "A caller gave a low score");
            assert_eq!(heads(&mail, "from"), "aftercall <survey@centre.example>");
            assert_eq!(heads(&mail, "auto-submitted"), "auto-generated");
            let id = InterviewId([1; 16]);
            for kind in ["text/plain", "text/html"] {
                let text = part(&mail, kind);
                for words in ["Satisfied: 1 of 5", "A17", "support · billing · lt", "2026-01-20 12:00"] {
                    assert!(text.contains(words), "{words}: {text}");
                }
                assert!(text.contains(&format!("http://centre.example/interviews/{id}")), "{text}");
            }
        }
        to.sort();
        assert_eq!(to, ["jonas@centre.example", "rasa@centre.example"]);

        // Neither its end nor a restart nor another node tells it again.
        centre.turn(&begin, 2, now, &[(1, Outcome::Answered(0))], true).await;
        let store = Store::open(&database.url).await.expect("opens");
        let (teller, sender, _) = outbox(&centre.app, store).await;
        for at in [now + SECOND, now + HOUR] {
            tokio::join!(centre.teller.step(at), teller.step(at));
            assert_eq!(tokio::join!(centre.sender.step(at), sender.step(at)), (0, 0));
        }
        assert!(smtp.is_empty());

        // Another team has no section of its own.
        centre.interview(4, now, "A20", "sales", 2).await;
        centre.teller.step(now + HOUR).await;
        assert_eq!(centre.send_all(now + HOUR).await, 1);
        assert_eq!(smtp.mail()["to"][0], "head@centre.example");
    }

    /// In quiet hours no mail goes out, also when the clocks change; in the morning comes one. What
    /// callers' systems write is text, not markup.
    async fn what_comes_at_night_comes_as_one_mail_in_the_morning(database: Database) {
        let smtp = Smtp::start();
        let sections = format!(
            "{}[alert]\n{ALERT}\nto = [\"head@centre.example\"]\nlanguage = \"lt\"\nquiet = \"20:00-07:00\"\n",
            mail(&smtp)
        );
        let centre = Centre::open(&database, "", &sections).await;
        // The evening of 2026-03-28, 21:00 in Vilnius; at 3:00 the clocks go forward.
        let evening = 1_774_724_400_000;
        for (n, team) in [(1, "<b>support</b>"), (2, "sales & co"), (3, "sales & co")] {
            let at = evening + i64::from(n) * HOUR;
            centre.interview(n, at, "A17", team, 1).await;
            centre.teller.step(at + 60 * SECOND).await;
            assert_eq!(centre.send_all(at + 60 * SECOND).await, 0);
        }
        // 7:00 summer time is nine hours later, not ten.
        let morning = evening + 9 * HOUR;
        assert_eq!(centre.send_all(morning - 1).await, 0);
        assert_eq!(centre.send_all(morning).await, 3, "three deliveries");
        let mail = smtp.mail();
        assert!(smtp.is_empty(), "in one mail");
        assert_eq!(heads(&mail, "subject"), "3 skambinę žmonės įvertino žemai");
        let (plain, html) = (part(&mail, "text/plain"), part(&mail, "text/html"));
        assert_eq!(plain.matches("Patenkinti: 1 iš 5").count(), 3, "{plain}");
        assert!(plain.contains("<b>support</b>"), "{plain}");
        assert!(html.contains("&#60;b&#62;support") && !html.contains("<b>support"), "{html}");
        assert!(html.contains("sales &#38; co"), "{html}");
        assert_eq!(centre.deliveries(DeliveryStatus::Delivered).await.len(), 3);
        // By day it is told at once.
        centre.interview(4, morning, "A17", "sales", 1).await;
        centre.teller.step(morning + 60 * SECOND).await;
        assert_eq!(centre.send_all(morning + 60 * SECOND).await, 1);
        assert_eq!(heads(&smtp.mail(), "subject"), "1 skambinęs žmogus įvertino žemai");
    }

    /// A mail server that does not take a mail is asked again.
    async fn a_mail_that_is_not_taken_waits(database: Database) {
        let smtp = Smtp::start();
        let sections = format!(
            "{}[alert]\n{ALERT}\nto = [\"later@centre.example\", \"never@centre.example\"]\n",
            mail(&smtp)
        );
        let centre = Centre::open(&database, "", &sections).await;
        centre.interview(1, START, "A17", "support", 1).await;
        let now = START + 60 * SECOND;
        centre.teller.step(now).await;
        assert_eq!(centre.send_all(now).await, 2);
        let waiting = centre.deliveries(DeliveryStatus::Waiting).await;
        assert_eq!(waiting.len(), 2);
        for (one, words) in waiting.iter().zip(["later", "mailbox"]) {
            let all: String = waiting.iter().filter_map(|w| w.reason.clone()).collect();
            assert!(all.contains(words), "{all}");
            assert!(one.next_ms > now + 3 * SECOND && one.tries == 1);
        }
        assert!(smtp.is_empty());
    }

    /// The report of the last complete week, once for each mailbox, with its picture; too few
    /// answers show no score; names are text.
    async fn the_report_of_a_week_is_sent_once(database: Database) {
        let smtp = Smtp::start();
        let reports = "[[report_mail]]\nto = [\"rasa@centre.example\", \"jonas@centre.example\"]\n\
                       every = \"week\"\nat = \"07:00\"\nlanguage = \"pl\"\n";
        let sections = format!("{}{reports}", mail(&smtp));
        let centre = Centre::open(&database, "", &sections).await;
        for n in 0..30 {
            let csat = if n < 24 { 5 } else { 1 };
            centre.interview(100 + n, START + i64::from(n) * 60 * SECOND, "A17", "<i>Ą</i>", csat).await;
        }
        centre.interview(1, START, "மீனா", "sales", 1).await;
        let names = "update agents set name = '<b>Żaneta</b> & S.' where code = 'A17'";
        change(&database, names).await;
        // Monday of the week after, 7:00 in Vilnius.
        let monday = 1_769_403_600_000;
        centre.teller.step(monday - 1).await;
        assert_eq!(centre.send_all(monday - 1).await, 0);
        let store = Store::open(&database.url).await.expect("opens");
        let (teller, sender, _) = outbox(&centre.app, store).await;
        tokio::join!(centre.teller.step(monday), teller.step(monday));
        while tokio::join!(centre.sender.step(monday), sender.step(monday)) != (0, 0) {}
        let (one, two) = (smtp.mail(), smtp.mail());
        assert!(one["to"] != two["to"] && smtp.is_empty());
        for mail in [&one, &two] {
            assert_eq!(heads(mail, "subject"), "Co mówili dzwoniący, 2026-01-19 – 2026-01-25");
            let (plain, html) = (part(mail, "text/plain"), part(mail, "text/html"));
            // 24 of 30: Wilson's interval is 62.7 to 90.5.
            assert!(plain.contains("1. <b>Żaneta</b> & S. (<i>Ą</i>): 80 % (63 % – 90 %), n = 30"), "{plain}");
            assert!(plain.contains("2. மீனா (sales): za mało odpowiedzi (n = 1)"), "{plain}");
            assert!(html.contains("&#60;b&#62;Żaneta&#60;/b&#62; &#38; S.") && !html.contains("<i>"), "{html}");
            assert!(html.contains("<b>80 %</b>") && html.contains("63 % – 90 %"), "{html}");
            assert!(!html.contains("0 %</b></td><td></td><td>1"), "no score of one answer: {html}");
            let parts = mail["parts"].as_array().expect("parts");
            let picture = parts.iter().find(|part| part["kind"] == "image/png").expect("a picture");
            let id = picture["id"].as_str().expect("its name").trim_matches(['<', '>']);
            assert!(html.contains(&format!("src=\"cid:{id}\"")) && html.contains("alt=\"Poniższa"), "{html}");
            let png = STANDARD.decode(picture["content"].as_str().expect("bytes")).expect("base64");
            let pixels = resvg::tiny_skia::Pixmap::decode_png(&png).expect("a PNG");
            assert_eq!((pixels.width(), pixels.height()), (1200, 120), "two lines");
            let green = pixels.pixels().iter().filter(|p| (p.red(), p.green(), p.blue()) == (0x39, 0x93, 0x8a));
            // One bar of 80 % of 544 by 12, twice as large, less what the interval covers.
            let wanted = 0.8 * 544.0 * 12.0 * 4.0;
            assert!((0.85 * wanted..=wanted).contains(&(green.count() as f64)), "one bar");
            assert!(html.contains("from=2026-01-19&#38;to=2026-01-25"), "{html}");
        }
        // Not again this week, whoever restarts; next week the next one.
        let (teller, sender, _) = outbox(&centre.app, centre.store().clone()).await;
        for at in [monday + SECOND, monday + 3 * 24 * HOUR] {
            teller.step(at).await;
            assert_eq!(sender.step(at).await, 0);
        }
        teller.step(monday + 7 * 24 * HOUR).await;
        assert_eq!(sender.step(monday + 7 * 24 * HOUR).await, 2);
        let next = smtp.mail();
        assert!(part(&next, "text/plain").contains("żadne odpowiedzi"), "{next}");
    }

    /// Whoever signs in with an address gets what they may see; who may not come in, nothing; and
    /// where no agents appear, teams stand in the mail.
    async fn a_report_shows_what_its_reader_may_see(database: Database) {
        for (people, names, hidden) in [
            ("named", ["A17", "B18"], "support: 80"),
            ("team", ["support: 80 %", "sales: 20 %"], "A17"),
        ] {
            let smtp = Smtp::start();
            let reports = "[[report_mail]]\nto = [\"all@centre.example\", \"red@centre.example\", \"gone@centre.example\"]\n\
                           every = \"week\"\nat = \"07:00\"\nlanguage = \"en\"\n";
            let sections = format!("{}{reports}", mail(&smtp));
            let centre = Centre::open(&database, &format!("people = \"{people}\""), &sections).await;
            change(&database, "delete from deliveries").await;
            for n in 0..30 {
                let (good, at) = (if n < 24 { 5 } else { 1 }, START + i64::from(n) * 60 * SECOND);
                centre.interview(100 + n, at, "A17", "support", good).await;
                centre.interview(150 + n, at, "B18", "sales", 6 - good).await;
            }
            let desk = &centre.app.site.desk;
            for (email, at) in [("red@centre.example", START), ("gone@centre.example", START)] {
                let new = NewUser {
                    email: email.into(),
                    name: "M".into(),
                    role: "manager".into(),
                    password: Some("a long enough password".into()),
                    teams: vec!["support".into()],
                    ..NewUser::default()
                };
                // The second time they are there.
                let _ = desk.add_user(new, &By::Command, at).await;
            }
            let gone = desk.person("gone@centre.example").await.expect("is there");
            desk.disable(gone, &By::Command, START).await.expect("disabled");
            let monday = 1_769_403_600_000;
            centre.teller.step(monday).await;
            centre.send_all(monday).await;
            let mut mails = [smtp.mail(), smtp.mail()];
            assert!(smtp.is_empty(), "nothing for who is gone");
            mails.sort_by_key(|mail| mail["to"][0].as_str().expect("an address").to_owned());
            let [all, red] = mails;
            let (whole, part_of) = (part(&all, "text/plain"), part(&red, "text/plain"));
            for name in names {
                assert!(whole.contains(name), "{people}, {name}: {whole}");
            }
            assert!(part_of.contains(names[0]) && !part_of.contains(names[1]), "{people}: {part_of}");
            assert!(!part_of.contains("sales") && !part_of.contains("B18"), "{people}: {part_of}");
            for mail in [&all, &red] {
                let (plain, html) = (part(mail, "text/plain"), part(mail, "text/html"));
                assert!(!plain.contains(hidden), "{people}: {plain}");
                assert_eq!(html.contains("A17"), people == "named", "{html}");
            }
            let dead = centre.deliveries(DeliveryStatus::Dead).await;
            assert_eq!(dead.len(), 1, "{dead:?}");
            assert!(dead[0].reason.as_deref().is_some_and(|reason| reason.contains("may not come in")), "{dead:?}");
        }
    }
}
