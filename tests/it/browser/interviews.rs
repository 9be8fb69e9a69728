//! Interviews and the wallboard as a manager uses them.

use aftercall::store::{Comment, CommentStatus};
use fantoccini::key::Key;

use super::{Browser, Centre, Door, NOTHING, Scheme, Screen};

/// The provider's id of that caller's call, as the centre's phone gives it.
fn call(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// Two seconds of a quiet tone, 8,000 samples a second.
fn tone() -> Vec<u8> {
    let samples: Vec<u8> =
        (0..16_000u32).map(|n| if n / 10 % 2 == 0 { 120 } else { 136 }).collect();
    let length = u32::try_from(samples.len()).expect("short");
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + length).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16u32.to_le_bytes());
    for half in [1u16, 1] {
        wav.extend(half.to_le_bytes());
    }
    for word in [8000u32, 8000] {
        wav.extend(word.to_le_bytes());
    }
    for half in [1u16, 8] {
        wav.extend(half.to_le_bytes());
    }
    wav.extend(b"data");
    wav.extend(length.to_le_bytes());
    wav.extend(samples);
    wav
}

async fn write(browser: &Browser, name: &str, text: &str) {
    let field = browser.see(&format!("//main//input[@name='{name}']")).await;
    field.clear().await.expect("it can be cleared");
    field.send_keys(text).await.expect("it takes keys");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interview_is_found_linked_marked_and_its_comment_played() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    browser.goto(&format!("{}/interviews", centre.base)).await;
    assert_eq!(browser.count("//table//tbody/tr").await, 32);
    assert!(browser.text("//caption").await.contains("32 interviews"));
    browser.screenshot("interviews").await;

    // By the id of a call, with the keyboard.
    browser.tab_to("input[name=q]").await;
    browser.press(call(20).as_str()).await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/interviews?q={}", centre.base, call(20))).await;
    assert_eq!(browser.count("//table//tbody/tr").await, 1);
    browser.click("//table//tbody/tr[1]//a").await;
    browser.see("//h1[contains(., 'Interview of')]").await;
    let counts = "//dt[.='Counts for']/following-sibling::dd[1]";
    assert!(browser.text(counts).await.contains("Rasa Petraitė A17"));

    // To the other agent, because of a reason.
    browser.click("//summary[.='Link by hand']").await;
    browser.click("//label[contains(., 'this agent')]/input").await;
    write(&browser, "agent", "A18").await;
    write(&browser, "reason", "Ona took over").await;
    browser.click("//button[.='Link']").await;
    browser.see("//p[@role='status'][.='Linked. All figures follow.']").await;
    assert!(browser.text(counts).await.contains("Ona Šimkutė A18"));
    let history = browser.texts("//section[@id='links']//ol/li").await;
    assert_eq!(history.len(), 2, "{history:?}");
    assert!(history[0].contains("the hand-over: Rasa Petraitė A17"), "{history:?}");
    assert!(history[1].contains("Ona took over"), "{history:?}");

    // Marked, and taken back.
    browser.click("//summary[.='Mark an answer']").await;
    browser.choose("question", "0").await;
    browser.choose("reason", "system").await;
    browser.click("//button[.='Mark']").await;
    browser.see("//p[@role='status'][.='Marked.']").await;
    let mark = browser.text("//section[@id='marks']//ul/li").await;
    assert!(mark.contains("Satisfied") && mark.contains("a system was down"), "{mark}");
    browser.click("//button[.='Take back']").await;
    browser.see("//p[@role='status'][.='Taken back.']").await;
    assert_eq!(browser.complaints().await, NOTHING);
    browser.screenshot("interview-decided").await;

    // Its comment is played.
    let address = browser.client.current_url().await.expect("an address");
    let id = address.path().rsplit('/').next().expect("an id").to_owned();
    let app = centre.app();
    std::fs::write(app.site.config.media.join("tone.wav"), tone()).expect("written");
    let comment = Comment {
        interview: id.parse().expect("an id"),
        recording: "RE1".into(),
        question: 4,
        seconds: Some(2),
        url: None,
        file: Some("tone.wav".into()),
        status: CommentStatus::Stored,
        at_ms: aftercall::clock::now_ms(),
    };
    app.store().comment(comment).await.expect("written");
    browser.client.refresh().await.expect("the page opens again");
    browser.see("//audio").await;
    let watch = "const audio = document.querySelector('audio'); audio.muted = true; \
                 audio.addEventListener('ended', () => { audio.dataset.ended = audio.duration; })";
    browser.client.execute(watch, vec![]).await.expect("the script runs");
    browser.tab_to("audio").await;
    browser.press(" ").await;
    browser.see("//audio[@data-ended='2']").await;
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallboard_changes_when_a_call_ends() {
    let centre = Centre::open(Door::Open).await;
    let browser = Browser::open(Screen::Desktop, Scheme::Dark).await;
    browser.goto(&format!("{}/wallboard", centre.base)).await;
    let value = |name: &str| format!("//dt[.='{name}']/following-sibling::dd[1]");
    assert_eq!(browser.text(&value("Callers asked")).await, "0");
    let wall = browser.client.window().await.expect("a window");

    // Somebody calls and hangs up after one answer.
    let phone = browser.client.new_window(true).await.expect("another window");
    browser.client.switch_to_window(phone.handle).await.expect("it opens");
    browser.goto(&format!("{}/phone", centre.base)).await;
    browser.choose("provider", "twilio").await;
    browser.click("//button[@id='call']").await;
    browser.see("//span[@class='words']").await;
    browser.press("4").await;
    browser.see("//span[@class='pressed'][.='4']").await;
    browser.click("//button[@id='hangup']").await;
    browser.see("//p[@id='state'][.='You hung up']").await;

    browser.client.switch_to_window(wall).await.expect("it is still there");
    browser.see(&format!("{}[.='1']", value("Callers asked"))).await;
    let few = browser.text(&value("Satisfied")).await;
    assert_eq!(few, "too few");
    assert!(browser.text("//main").await.contains("n = 1 of 20"));
    assert_eq!(browser.count("//*[@id='lost'][not(@hidden)]").await, 0);
    assert_eq!(browser.complaints().await, NOTHING);
    browser.screenshot("wallboard").await;

    // When the server is gone, the board says so.
    centre.close().await;
    browser.see("//*[@id='lost'][not(@hidden)]").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interviews_and_wallboard_fit_a_small_screen() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Phone, Scheme::Dark).await;
    for (name, path) in [("interviews", "/interviews"), ("wallboard", "/wallboard")] {
        browser.goto(&format!("{}{path}", centre.base)).await;
        browser.see("//h1").await;
        browser.screenshot(&format!("small-{name}")).await;
        let seen = "return [document.documentElement.scrollWidth, innerWidth]";
        let seen = browser.client.execute(seen, vec![]).await.expect("the script runs");
        assert_eq!(seen, serde_json::json!([390, 390]), "{path}");
        assert_eq!(browser.complaints().await, NOTHING);
    }
    centre.close().await;
}
