//! The report and the phone as a person sees them: the real server, a real browser.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use fantoccini::key::Key;

use crate::harness::browser::{Browser, Scheme, Screen};

mod apart;
mod centre;
mod every;
mod interviews;
mod keys;
mod surveys;

use centre::{Centre, Door, PASSWORD};

/// What a page that is as it should be complains of.
const NOTHING: [String; 0] = [];

/// A row of the table of agents.
fn row(name: &str) -> String {
    format!("//tbody/tr[th/a[.='{name}']]")
}

/// The driver chooses in a list without a hand; here is one.
async fn by_hand(browser: &Browser) {
    let script = "document.querySelector('form.filters') \
                  .dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))";
    browser.client.execute(script, vec![]).await.expect("the script runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_shows_agents_and_leads_to_what_callers_pressed() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    browser.goto(&format!("{}/agents", centre.base)).await;

    // One agent has a bar, a score and an interval; the other too few answers for a score.
    let rasa = browser.text(&row("Rasa Petraitė")).await;
    for part in ["A17 · Support", "75 %", "55–88 %", "n = 24"] {
        assert!(rasa.contains(part), "{part} is missing in {rasa}");
    }
    let bars = browser.count("//tbody//td[contains(@class, 'barred')]//*[name()='svg']").await;
    assert_eq!(bars, 2);
    let fill = "//*[contains(@class, 'fill')]";
    let of = |name: &str| format!("{}//td[contains(@class, 'barred')]{fill}", row(name));
    assert_eq!(browser.count(&of("Rasa Petraitė")).await, 1);
    assert_eq!(browser.count(&of("Ona Šimkutė")).await, 0, "no bar where there is no score");
    let ona = browser.text(&row("Ona Šimkutė")).await;
    assert!(ona.contains("too few (n = 7 of 20)"), "{ona}");
    let score = format!("{}//td[contains(@class, 'barred')]//b", row("Ona Šimkutė"));
    assert_eq!(browser.text(&score).await, "", "no score where there are too few answers");
    assert!(browser.text("//tr[contains(@class, 'group')]").await.contains("fewer than 20"));
    let names = browser.texts("//tbody//th/a").await;
    assert_eq!(names, ["Rasa Petraitė", "Ona Šimkutė"], "too few come last");

    // Filters stand in the address, and the address brings them back.
    browser.choose("team", "Sales").await;
    browser.click("//form[contains(@class, 'filters')]//button").await;
    browser.at(&format!("{}/agents?team=Sales", centre.base)).await;
    assert_eq!(browser.texts("//tbody//th/a").await, ["Ona Šimkutė"]);
    browser.client.refresh().await.expect("the page opens again");
    assert_eq!(browser.value("team").await, "Sales");
    // With the mouse a choice takes effect at once.
    by_hand(&browser).await;
    browser.choose("team", "Support").await;
    browser.at(&format!("{}/agents?team=Support", centre.base)).await;
    by_hand(&browser).await;
    browser.choose("period", "7d").await;
    browser.at(&format!("{}/agents?period=7d&team=Support", centre.base)).await;

    // From the agent to those who pressed 3, and to one of them.
    browser.click("//tbody//th/a").await;
    browser.at(&format!("{}/agents/A17?period=7d&team=Support", centre.base)).await;
    assert_eq!(browser.count("//table[contains(@class, 'cards')]//tbody/tr").await, 24);
    browser.click("//section[@aria-label='Satisfied']//li[span[1]='3']//a").await;
    browser.see("//p[contains(@class, 'notice')][contains(., '3')]").await;
    assert_eq!(browser.count("//table[contains(@class, 'cards')]//tbody/tr").await, 6);
    browser.click("//table[contains(@class, 'cards')]//tbody/tr[1]//a").await;
    browser.see("//h1[contains(., 'Interview of')]").await;
    assert_eq!(browser.texts("//table//kbd").await, ["3", "2", "4", "8"], "what was pressed");
    let answers = browser.text("//section[h2='Answers']").await;
    for part in [
        "Satisfied\n3 on 1–5",
        "Solved\nno",
        "Recommend\n8 on 0–10",
        "Press a number from one, very",
    ] {
        assert!(answers.contains(part), "{part:?} is missing in {answers:?}");
    }
    assert!(browser.text("//main").await.contains("Rasa Petraitė A17, Support, queue General"));
    assert_eq!(browser.complaints().await, NOTHING);

    // Whose agent nobody knows is not lost.
    browser.goto(&format!("{}/agents", centre.base)).await;
    browser.click("//a[.='Show them']").await;
    browser.at(&format!("{}/unlinked", centre.base)).await;
    assert_eq!(browser.count("//table[contains(@class, 'cards')]//tbody/tr").await, 1);
    assert_eq!(browser.complaints().await, NOTHING);
    browser.screenshot("unlinked").await;
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_knows_the_password_comes_in() {
    let centre = Centre::open(Door::Closed).await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    let wanted = format!("{}/unlinked?period=7d", centre.base);
    browser.goto(&wanted).await;
    browser.see("//h1[.='Sign in']").await;
    assert_eq!(browser.complaints().await, NOTHING);

    // The field has the keyboard already.
    browser.press("wrong").await;
    browser.press(Key::Enter).await;
    let said = browser.text("//p[@role='alert']").await;
    assert_eq!(said, "This password is wrong.");
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|line| line.contains("401")), "{complaints:?}");

    browser.press(PASSWORD).await;
    browser.press(Key::Enter).await;
    browser.at(&wanted).await;
    browser.see("//h1[.='Interviews without an agent']").await;

    browser.click("//button[.='Sign out']").await;
    browser.see("//h1[.='Sign in']").await;
    browser.goto(&format!("{}/", centre.base)).await;
    browser.see("//h1[.='Sign in']").await;
    assert_eq!(browser.count("//header//nav").await, 0);
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_pressed_in_tamil_stand_in_the_agents_row() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    browser.goto(&format!("{}/phone", centre.base)).await;
    for (name, value) in
        [("provider", "twilio"), ("lang", "ta"), ("agent", "A17"), ("queue", "General")]
    {
        browser.choose(name, value).await;
    }
    browser.click("//button[@id='call']").await;

    // The words in their language, and the document in which they came.
    let words = |n: usize| format!("(//ol[@id='said']//span[@class='words'])[{n}]");
    let pressed = |n: usize| format!("(//ol[@id='said']//span[@class='pressed'])[{n}]");
    assert!(browser.text(&words(1)).await.starts_with("வணக்கம்"));
    let xml = browser.text("//div[@id='behind']").await;
    for part in ["POST /voice/twilio/start", "<Gather input=\"dtmf\"", "ta-IN", "வணக்கம்"]
    {
        assert!(xml.contains(part), "{part} is missing in {xml}");
    }
    // Each key over the prompt brings the next question.
    for (n, (key, asked)) in
        [("4", "தீர்ந்ததா"), ("1", "எளிதாக"), ("5", "பரிந்துரை")].into_iter().enumerate()
    {
        browser.press(key).await;
        assert_eq!(browser.text(&pressed(n + 1)).await, key);
        let said = browser.text(&words(n + 2)).await;
        assert!(said.contains(asked), "{said}");
    }
    browser.screenshot("phone").await;
    browser.press("8").await;
    browser.see("//p[@id='state'][.='The call is over']").await;
    assert_eq!(browser.text("//p[@id='dialled']").await, "4158");
    let clock = browser.text("//p[@id='clock']").await;
    assert!(clock.starts_with("0:") && clock != "0:00", "{clock}");
    let xml = browser.text("//div[@id='behind']").await;
    for part in ["Digits=4", "Digits=1", "Digits=5", "Digits=8", "<Hangup/>"] {
        assert!(xml.contains(part), "{part} is missing in {xml}");
    }

    browser.click("//a[.='See it in the report']").await;
    browser.at(&format!("{}/agents/A17", centre.base)).await;
    let first = browser.text("//table[contains(@class, 'cards')]//tbody/tr[1]").await;
    for part in ["Satisfied 4", "Solved yes", "Found it easy 5", "Recommend 8", "complete", "Tamil"]
    {
        assert!(first.replace('\n', " ").contains(part), "{part} is missing in {first:?}");
    }
    browser.goto(&format!("{}/agents", centre.base)).await;
    let rasa = browser.text(&row("Rasa Petraitė")).await;
    assert!(rasa.contains("76 %") && rasa.contains("n = 25"), "{rasa}");
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_wider_than_a_small_screen() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Phone, Scheme::Dark).await;
    browser.goto(&format!("{}/agents/A17", centre.base)).await;
    let interview = browser.link("//table[contains(@class, 'cards')]//tbody/tr[1]//a").await;
    for (name, path) in [
        ("overview", "/"),
        ("agents", "/agents"),
        ("funnel", "/agents/funnel"),
        ("compare", "/agents/compare"),
        ("fairness", "/agents/fairness"),
        ("resolution", "/resolution"),
        ("queues", "/queues"),
        ("questions", "/questions"),
        ("drivers", "/drivers"),
        ("agent", "/agents/A17"),
        ("interview", &interview),
        ("unlinked", "/unlinked"),
        ("phone", "/phone"),
        ("nothing", "/agents/nobody"),
    ] {
        let address =
            if path.starts_with('/') { format!("{}{path}", centre.base) } else { path.into() };
        browser.goto(&address).await;
        browser.see("//h1").await;
        browser.screenshot(&format!("small-{name}")).await;
        // A page that is too wide also widens what the browser lays out.
        let seen = "return [document.documentElement.scrollWidth, innerWidth]";
        let seen = browser.client.execute(seen, vec![]).await.expect("the script runs");
        assert_eq!(seen, serde_json::json!([390, 390]), "{path}");
        let complaints = browser.complaints().await;
        assert!(
            complaints.is_empty() || (name == "nothing" && complaints.len() == 1),
            "{path}: {complaints:?}"
        );
    }
    // During a call the words stand below the keys, within the screen.
    browser.goto(&format!("{}/phone", centre.base)).await;
    browser.click("//button[@id='call']").await;
    browser.see("//span[@class='words']").await;
    let below = "return document.querySelector('.words').getBoundingClientRect().top < innerHeight \
                 && document.documentElement.scrollWidth === 390";
    assert_eq!(browser.client.execute(below, vec![]).await.expect("the script runs"), true);
    browser.screenshot("small-call").await;
    browser.click("//button[@id='hangup']").await;
    browser.see("//p[@id='state'][.='You hung up']").await;
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_wider_for_long_names() {
    let centre = Centre::with_long_names().await;
    for (screen, width) in [(Screen::Phone, 390), (Screen::Desktop, 1280)] {
        let browser = Browser::open(screen, Scheme::Light).await;
        browser.goto(&format!("{}/agents", centre.base)).await;
        let agent = browser.link("//table//tbody//th/a").await;
        browser.goto(&agent).await;
        let interview = browser.link("//table[contains(@class, 'cards')]//tbody/tr[1]//a").await;
        for (name, address) in [
            ("agents", format!("{}/agents", centre.base)),
            ("agent", agent),
            ("interview", interview),
        ] {
            browser.goto(&address).await;
            browser.see("//h1").await;
            browser.screenshot(&format!("long-{width}-{name}")).await;
            // Neither the page nor the box of a table scrolls sideways.
            let seen = "const box = document.querySelector('.scroll:has(table.cards)'); \
                        return [document.documentElement.scrollWidth <= innerWidth, \
                        box.scrollWidth <= box.clientWidth, innerWidth]";
            let seen = browser.client.execute(seen, vec![]).await.expect("the script runs");
            assert_eq!(seen, serde_json::json!([true, true, width]), "{name}");
        }
    }
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_goes_with_the_keyboard_alone() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Dark).await;
    browser.goto(&format!("{}/agents", centre.base)).await;
    browser.press(Key::Tab).await;
    let skip = "const a = document.activeElement; \
                return a.className === 'skip' && a.getBoundingClientRect().top >= 0";
    assert_eq!(browser.client.execute(skip, vec![]).await.expect("the script runs"), true);
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/agents#main", centre.base)).await;

    // A choice made by keys waits for the button.
    browser.tab_to("select[name=team]").await;
    browser.press("Sal").await;
    assert_eq!(browser.value("team").await, "Sales");
    browser.at(&format!("{}/agents#main", centre.base)).await;
    browser.tab_to(".filters button").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/agents?team=Sales", centre.base)).await;
    browser.tab_to("tbody th a").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/agents/A18?team=Sales", centre.base)).await;

    browser.tab_to("nav a[href$='/phone']").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/phone", centre.base)).await;
    browser.tab_to("select[name=lang]").await;
    browser.press("Eng").await;
    browser.tab_to("input[name=number]").await;
    browser.press("+37060000001").await;
    // Enter in a field calls; from then on digits are keys of the phone.
    browser.press(Key::Enter).await;
    browser.see("//span[@class='words'][contains(., 'Hello')]").await;
    browser.press("4").await;
    browser.see("//span[@class='pressed'][.='4']").await;
    browser.see("//span[@class='words'][contains(., 'resolved')]").await;
    browser.press(Key::Escape).await;
    browser.see("//p[@id='state'][.='You hung up']").await;
    // And again, from the button, which comes back when the server has heard of the end.
    browser.see("//button[@id='call'][not(@disabled)]").await;
    browser.tab_to("#call").await;
    browser.press(Key::Enter).await;
    browser.see("//span[@class='words'][contains(., 'Hello')]").await;
    browser.press("1").await;
    browser.see("//span[@class='pressed'][.='1']").await;
    browser.press(Key::Escape).await;
    browser.see("//p[@id='state'][.='You hung up']").await;
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

/// What the other tests hold against pages is heard at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_with_a_broken_script_is_heard_of() {
    let page =
        "<!doctype html><title>x</title><link rel=icon href='data:,'><script>gone()</script>";
    let router = Router::new().route("/", get(move || async move { Html(page) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("a bound port"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    browser.goto(&base).await;
    let complaints = browser.complaints().await;
    assert!(complaints.iter().any(|line| line.contains("gone is not defined")), "{complaints:?}");
}
