//! FreeSWITCH's prompts, binds and recordings.

use super::*;

const BINDS: &str = "<bind>0</bind><bind>1</bind><bind>2</bind><bind>5</bind><bind>7</bind>\
    <bind>*</bind><bind>#</bind>";

#[tokio::test]
async fn freeswitch_matches_binds_by_its_rules() {
    let two = format!(
        "<playback name=\"keys\" file=\"https://s.example/audio/q-3000.wav\" \
         input-timeout=\"6000\" digit-timeout=\"2000\" action=\"https://s.example/fs/turn?t=1\">\
         {BINDS}<bind>10</bind></playback>"
    );
    let backward =
        two.replace("<bind>1</bind>", "").replace("</playback>", "<bind>1</bind></playback>");
    let own =
        FS_ONE.replace("<bind>5</bind>", "<bind action=\"https://s.example/fs/five\">5</bind>");
    // document, keys, path and keys of the second request, heard, thinking, dead
    for (document, keys, path, sent, heard, thinking, dead) in [
        (FS_ONE, "5", "/fs/turn", "5", 3000, 0, 0),
        (FS_ONE, "!5", "/fs/turn", "5", 1500, 0, 0),
        (FS_ONE, "+1 5", "/fs/turn", "5", 3000, 1000, 0),
        (FS_ONE, "-", "/fs/turn", "-", 3000, 6000, 0),
        // A key that no bind knows is thrown away and ends the waiting.
        (FS_ONE, "8", "/fs/turn", "-", 3000, 0, 0),
        (&own, "5", "/fs/five", "5", 3000, 0, 0),
        // Only 1 could become 10, so only 1 waits.
        (&two, "7", "/fs/turn", "7", 3000, 0, 0),
        (&two, "1", "/fs/turn", "1", 3000, 0, 2000),
        (&two, "10", "/fs/turn", "10", 3000, 200, 0),
        (&two, "1#", "/fs/turn", "-", 3000, 200, 0),
        // The longer bind first hides itself.
        (&backward, "10", "/fs/turn", "1", 3000, 0, 0),
        // The wait behind the prompt does not grow for a late first key.
        (&two, "+5 1", "/fs/turn", "-", 3000, 5000, 1000),
        // While 10 could still come, the prompt plays on.
        (&two, "!1", "/fs/turn", "1", 1500, 0, 2000),
    ] {
        let made = call(&freeswitch(), Fake::httapi(&[document, "<hangup/>"]), keys).await;
        let case = format!("{keys} at {document}");
        assert_eq!(made.wire.paths()[1], path, "{case}");
        assert_eq!(made.wire.sent("keys")[1], sent, "{case}");
        let kind = if sent == "-" { "-" } else { "dtmf" };
        assert_eq!(made.wire.sent("input_type")[1], kind, "{case}");
        let o = &made.outcome;
        assert_eq!((o.heard_ms, o.thinking_ms, o.dead_ms), (heard, thinking, dead), "{case}");
        assert_eq!(o.faults, Vec::<String>::new(), "{case}");
    }
}

#[tokio::test]
async fn freeswitch_goes_on_behind_a_match_and_repeats_rounds() {
    let more = format!("{FS_ONE}<playback file=\"https://s.example/audio/more-700.wav\"/>");
    let made = call(&freeswitch(), Fake::httapi(&[&more, "<hangup/>"]), "5").await;
    assert_eq!((made.outcome.heard_ms, made.wire.sent("keys")[1].as_str()), (3700, "5"));
    let rounds = FS_ONE
        .replace("name=", "loops=\"1\" error-file=\"https://s.example/audio/e-500.wav\" name=");
    let made = call(&freeswitch(), Fake::httapi(&[&rounds, "<hangup/>"]), "-").await;
    assert_eq!((made.outcome.heard_ms, made.outcome.thinking_ms), (7000, 12_000));
    assert_eq!(made.wire.sent("keys")[1], "invalid");
    let once = "<playback file=\"https://s.example/audio/a-100.wav\"/><continue temp-action=\"https://s.example/fs/once\"/>";
    let made = call(&freeswitch(), Fake::httapi(&[once, "<pause/>", "<hangup/>"]), "").await;
    assert_eq!(made.wire.paths(), ["/fs/start", "/fs/once", "/fs/start", "/fs/start"]);
}

#[tokio::test]
async fn keys_pressed_while_nothing_listens_are_kept_for_the_next_bind() {
    let made = call(&freeswitch(), Fake::httapi(&[FS_ONE, FS_ONE, FS_BYE]), "5#").await;
    assert_eq!(made.wire.sent("keys")[1..3], ["5", "#"]);
}

#[tokio::test]
async fn freeswitch_uploads_what_it_recorded() {
    for (script, millis, thinking, dead) in
        [("say:4", 7000, 4000, 3000), ("say:4 #", 4300, 4000, 300), ("-", 3000, 3000, 0)]
    {
        let made = call(&freeswitch(), Fake::httapi(&[FS_RECORD, FS_BYE]), script).await;
        assert_eq!(made.wire.paths(), ["/fs/start", "/fs/turn", "/fs/turn"], "{script}");
        let o = &made.outcome;
        assert_eq!((o.thinking_ms, o.dead_ms, o.heard_ms), (thinking, dead, 3400), "{script}");
        assert_eq!(o.recordings[0].millis, millis, "{script}");
        let asked = made.wire.asked.into_inner().unwrap();
        let upload = asked.iter().find(|r| r.body.windows(9).any(|w| w == b"filename=")).unwrap();
        let kind = &upload.headers.iter().find(|(n, _)| *n == "content-type").unwrap().1;
        let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap().to_owned();
        let body = upload.body.clone();
        let stream = futures_util::stream::once(async move { Ok::<_, std::io::Error>(body) });
        let mut parts = multer::Multipart::new(stream, boundary);
        let (mut names, mut file) = (Vec::new(), Bytes::new());
        while let Some(part) = parts.next_field().await.unwrap() {
            names.push(part.name().unwrap_or_default().to_owned());
            if part.file_name() == Some("c.wav") {
                file = part.bytes().await.unwrap();
            }
        }
        assert!(names.contains(&"session_id".into()) && names.contains(&"comment".into()));
        assert_eq!(sound::wav_millis(&file), Some(millis), "{script}");
    }
}

#[tokio::test]
async fn freeswitch_asks_for_a_sound_by_head_then_get_and_only_once() {
    let made = call(&freeswitch(), Fake::httapi(&[FS_ONE, FS_ONE, FS_BYE]), "5 5").await;
    let asked = made.wire.asked.lock().unwrap();
    let of =
        |m: Method| asked.iter().filter(|r| r.method == m && r.url.ends_with("q-3000.wav")).count();
    assert_eq!((of(Method::HEAD), of(Method::GET)), (1, 1));
}

#[tokio::test]
async fn with_get_everything_is_in_the_query() {
    let line = Line { post: false, ..freeswitch() };
    let made = call(&line, Fake::httapi(&[FS_ONE, FS_BYE]), "5").await;
    let requests = made.wire.requests();
    assert!(requests.iter().all(|(method, _, _)| method == "GET"));
    assert_eq!(made.wire.sent("keys")[1], "5");
    assert_eq!(made.wire.sent("t")[1], "1");
}
