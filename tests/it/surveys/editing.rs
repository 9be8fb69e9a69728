use super::*;

/// What a form sends: the fields given, beside those that say what was open.
async fn edit(node: &Node, base: Version, revision: &str, fields: &[(&str, &str)]) -> Answer {
    let base = base.to_string();
    let mut all = vec![("base", base.as_str()), ("revision", revision)];
    if !fields.iter().any(|(name, _)| *name == "lang") {
        all.push(("lang", "en"));
    }
    all.extend(fields);
    node.post("/surveys/post-call/edit", &all).await
}

/// The fields of a question that are always sent.
const RATING: [(&str, &str); 3] =
    [("q.rating.series", "rating"), ("q.rating.satisfied", "4"), ("q.rating.satisfied", "5")];

const NEW_WORDS: &str = "How was <b>Rasa</b> & \"her\" service? Press one, poor, to five, good.";

both! {
    /// A draft changes nothing; what is published is asked from the next call on, on every node;
    /// the way back to the files is there.
    async fn an_edit_is_drafted_checked_and_published(database: Database) {
        let node = Node::open(&database, &["freeswitch", "twilio"], Speech::Program).await;
        let other = Node::open(&database, &["freeswitch", "twilio"], Speech::None).await;
        let before = node.version();
        let words = ("w.ask-rating", NEW_WORDS);
        let mut fields = RATING.to_vec();
        fields.extend([words, ("do", "save")]);
        let saved = edit(&node, before, "0", &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let page = node.get("/surveys/post-call/edit?lang=en&saved=1").await;
        assert!(page.text.contains("&#60;b&#62;Rasa&#60;/b&#62; &#38;"), "{}", page.text);
        assert!(page.text.contains("the words of &#34;rating&#34; changed (en)"), "{}", page.text);
        assert_eq!(node.version(), before, "a draft changes nothing");

        // Nothing says yet whether it still asks the same.
        let mut fields = RATING.to_vec();
        fields.extend([words, ("do", "publish")]);
        let refused = edit(&node, before, "1", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains("id=\"f-q-rating\""), "{}", refused.text);
        assert_eq!(node.version(), before);

        fields.push(("q.rating.same", "1"));
        let done = edit(&node, before, "2", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(done.headers[header::LOCATION], "/surveys/post-call?published=1&left=0");
        let after = node.version();
        assert_ne!(after, before);
        assert!(node.app.site.desk.version(before).is_some(), "calls under way keep theirs");

        // The other node asks and plays it, though its files and programs made none of it.
        let sound = format!("/audio/post-call/{after}/en/ask-rating.wav");
        let heard = other.get(&sound).await;
        assert_eq!(heard.status, StatusCode::OK, "found by its version alone");
        assert!(heard.headers[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
        assert_eq!(other.version(), after);
        let old = format!("/audio/post-call/{before}/en/ask-rating.wav");
        assert_ne!(other.get(&old).await.text, heard.text, "the old words keep their sound");
        let asked = other.call(Kind::Twilio, 1, &[], "4").await;
        assert!(asked.contains("service? Press one, poor"), "{asked}");

        // A third node that starts now does, too, and its check has nothing against it.
        let third = Node::open(&database, &["freeswitch"], Speech::None).await;
        assert_eq!(third.version(), after);
        assert_eq!(third.get(&sound).await.status, StatusCode::OK);

        let page = node.get("/surveys/post-call").await;
        for part in ["edited by manager", "1 change against", "<del>How would you rate", "<ins>How was &#60;b&#62;"] {
            assert!(page.text.contains(part), "{part} is missing in {}", page.text);
        }
        let text = node.get(&format!("/surveys/post-call/versions/{after}/en.toml")).await.text;
        let words: toml::Table = text.parse().expect("TOML");
        assert_eq!(words["prompts"]["ask-rating"].as_str(), Some(NEW_WORDS));
        assert!(text.starts_with("# English: what the caller hears."), "{text:.80}");
        let text = node.get(&format!("/surveys/post-call/versions/{after}/survey.toml")).await.text;
        assert!(text.contains(&format!("same_series = \"{before}\"")), "{text}");

        let back = node.post("/surveys/post-call/files", &[("step", "0")]).await;
        assert_eq!(back.status, StatusCode::CONFLICT, "who has not seen the newest is told");
        let back = node.post("/surveys/post-call/files", &[("step", "1")]).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
        assert_eq!(node.version(), before);
        other.app.site.take_published().await.expect("read");
        assert_eq!(other.version(), before);
    }

    /// Each broken edit is refused at its field and changes nothing.
    async fn a_broken_edit_is_refused_at_its_field(database: Database) {
        let node = Node::open(&database, &["freeswitch"], Speech::Program).await;
        let before = node.version();
        for (fields, place, message) in [
            (vec![("promise", "soon")], "id=\"f-promise\"", "must be a whole number"),
            (vec![("promise", "20")], "id=\"f-promise\"", "longer than the promised"),
            (vec![("w.greeting", "")], "id=\"f-greeting\"", "says nothing"),
            (vec![("w.greeting", "Hello {name}.")], "id=\"f-greeting\"", "has braces"),
            (
                vec![("w.choose-language", "For English, press one.")],
                "id=\"f-choose-language\"",
                "does not say which key",
            ),
            (
                vec![("q.rating.series", "rating"), ("q.rating.satisfied", "3")],
                "id=\"f-q-rating\"",
                "some values in a row up to the good end",
            ),
            (
                vec![("q.rating.series", "rating"), ("q.rating.satisfied", "5")],
                "id=\"f-q-rating\"",
                "write a new series",
            ),
            (
                vec![("lang", "ta"), ("w.greeting", "{ஆ}")],
                "id=\"f-greeting\"",
                "has braces",
            ),
        ] {
            let mut fields = fields;
            fields.push(("do", "publish"));
            let refused = edit(&node, before, "0", &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
            assert!(refused.text.contains(place), "{fields:?}: {}", refused.text);
            assert!(refused.text.contains(message), "{fields:?}: {}", refused.text);
            assert_eq!(node.version(), before, "{fields:?}");
            assert_eq!(node.app.store().published().await.expect("read").len(), 0);
            let gone = edit(&node, before, "1", &[("do", "discard")]).await;
            assert_eq!(gone.status, StatusCode::SEE_OTHER);
        }
        let nothing = edit(&node, before, "0", &[("promise", "70"), ("do", "publish")]).await;
        assert_eq!(nothing.status, StatusCode::CONFLICT);
        assert!(nothing.text.contains("nothing to publish"), "{}", nothing.text);
    }

    /// Of two who edit the same version the second is told, and keeps what was typed.
    async fn the_second_publisher_is_told(database: Database) {
        let node = Node::open(&database, &["twilio"], Speech::None).await;
        let other = Node::open(&database, &["twilio"], Speech::None).await;
        let before = node.version();
        let first = [("w.goodbye", "Thank you, and good bye."), ("do", "publish")];
        let done = edit(&node, before, "0", &first).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(done.headers[header::LOCATION], "/surveys/post-call?published=1&left=1");
        let after = node.version();
        let second = [("w.goodbye", "Ačiū & viso gero."), ("do", "publish")];
        let told = edit(&other, before, "0", &second).await;
        assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.text);
        assert!(told.text.contains("Not saved: manager changed what is asked"), "{}", told.text);
        assert!(told.text.contains("Ačiū &#38; viso gero."), "{}", told.text);
        assert_eq!((node.version(), other.version()), (after, after));
        // The form now stands on what is asked, so the same again is a decision.
        assert!(told.text.contains(&format!("name=\"base\" value=\"{after}\"")), "{}", told.text);
        let again = edit(&other, after, "0", &second).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);

        // Two who change one draft.
        let now = other.version();
        node.app.site.take_published().await.expect("read");
        let typed = [("w.sorry", "Sorry, and good bye."), ("do", "save")];
        assert_eq!(edit(&node, now, "0", &typed).await.status, StatusCode::SEE_OTHER);
        let told = edit(&other, now, "0", &typed).await;
        assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.text);
        assert!(told.text.contains("the draft was changed (manager)"), "{}", told.text);
    }

    /// Where neither a program nor every platform's voice can say the new words, callers would hear
    /// nothing.
    async fn words_that_nobody_can_say_are_refused(database: Database) {
        let node = Node::open(&database, &["freeswitch", "twilio"], Speech::None).await;
        let before = node.version();
        let fields = [("w.goodbye", "Thank you, and good bye."), ("do", "publish")];
        let refused = edit(&node, before, "0", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains("freeswitch has no voice for en"), "{}", refused.text);
        assert!(refused.text.contains("id=\"f-goodbye\""), "{}", refused.text);
        assert_eq!(node.version(), before);
    }

    /// A call that began before an edit ends in the words it began with, on any node.
    async fn a_call_under_way_keeps_its_words(database: Database) {
        let node = Node::open(&database, &["freeswitch"], Speech::Program).await;
        let other = Node::open(&database, &["freeswitch"], Speech::Program).await;
        let start = |id: &str| {
            let handover = format!("k={START_KEY}&session_id={id}&lang=en&hostname=h");
            Request::post("/voice/freeswitch/start")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .extension(clock::CallTime(clock::now_ms()))
                .body(Body::from(handover))
                .expect("a request")
        };
        let before = node.version();
        let first = node.ask(start("one")).await;
        assert!(first.text.contains(&format!("/audio/post-call/{before}/")), "{}", first.text);
        let fields = [("w.goodbye", "Thank you, and good bye."), ("do", "publish")];
        let done = edit(&node, before, "0", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let after = node.version();
        let again = node.ask(start("one")).await;
        assert_eq!(again.text, first.text, "a repeated start");
        let second = node.ask(start("two")).await;
        assert!(second.text.contains(&format!("/audio/post-call/{after}/")), "{}", second.text);

        // The other node has not yet heard of the new version, and answers its turn all the same.
        assert_eq!(other.version(), before);
        let at = second.text.find("turn?t=").expect("a turn") + "turn?t=".len();
        let rest = &second.text[at..];
        let token = &rest[..rest.find(['"', '&', '<']).expect("an end")];
        let turn = Request::post(format!("/voice/freeswitch/turn?t={token}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .extension(clock::CallTime(clock::now_ms()))
            .body(Body::from(format!("k={START_KEY}&session_id=two&digits=4")));
        let next = other.ask(turn.expect("a request")).await;
        assert!(next.text.contains(&format!("/audio/post-call/{after}/")), "{}", next.text);
    }
}
