//! Surveys in the page as a person sees them, with the keyboard alone.

use fantoccini::key::Key;

use super::NOTHING;
use super::centre::{Centre, Door};
use crate::harness::browser::{Browser, Scheme, Screen};

/// Nothing is wider than the screen.
async fn fits(browser: &Browser) {
    let script = "return document.documentElement.scrollWidth <= window.innerWidth";
    let fits = browser.client.execute(script, vec![]).await.expect("the script runs");
    assert_eq!(fits, true, "the page is wider than the screen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_is_read_heard_and_edited_with_the_keyboard() {
    let centre = Centre::open(Door::Open).await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    browser.goto(&format!("{}/surveys", centre.base)).await;
    browser.tab_to("a[href='/surveys/post-call']").await;
    browser.screenshot("surveys").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/surveys/post-call", centre.base)).await;
    browser.tab_to("a[href='?lang=ta']").await;
    browser.press(Key::Enter).await;
    browser.see("//article[.//code='ask-rating']//p[@lang='ta']").await;
    assert_eq!(browser.complaints().await, NOTHING);
    browser.screenshot("survey").await;

    // A real sound comes from the real address.
    let script = "const done = arguments[arguments.length - 1]; \
                  const sound = document.querySelector('audio'); \
                  sound.onloadedmetadata = () => done(sound.duration); \
                  sound.onerror = () => done(-1); sound.preload = 'metadata'; sound.load();";
    let heard = browser.client.execute_async(script, vec![]).await.expect("the script runs");
    assert!(heard.as_f64().is_some_and(|seconds| seconds > 2.0), "{heard}");

    // A fault stands at its field; put right, it is published.
    browser.tab_to("a[href='/surveys/post-call/edit?lang=ta']").await;
    browser.press(Key::Enter).await;
    browser.tab_to("#promise").await;
    browser.press("7").await;
    browser.press(Key::Enter).await;
    browser.see("//p[@role='status']").await;
    browser.see("//input[@id='promise'][@aria-invalid='true']").await;
    let fault = browser.text("//p[@id='f-promise']").await;
    assert!(fault.contains("longer") || fault.contains("whole number"), "{fault}");
    browser.screenshot("survey-edit").await;
    browser.tab_to("#promise").await;
    for _ in 0..4 {
        browser.press(Key::End).await;
        browser.press(Key::Backspace).await;
    }
    browser.press("75").await;
    browser.tab_to("button[value='publish']").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/surveys/post-call?published=1&left=0", centre.base)).await;
    let notice = browser.text("//p[@role='status']").await;
    assert!(notice.contains("asked from the next call on"), "{notice}");
    let promised = browser.text("//section[h2='Longest way through']").await;
    assert!(promised.contains("75 s"), "{promised}");
    assert_eq!(browser.complaints().await, NOTHING);

    // On the phone with what was just published.
    browser.click("//a[.='Try on the phone']").await;
    browser.see("//p[contains(., 'counts in no report')]").await;
    assert_eq!(browser.value("survey").await, "post-call");
    browser.choose("provider", "twilio").await;
    browser.choose("lang", "pl").await;
    browser.click("//button[@id='call']").await;
    let words = browser.text("(//ol[@id='said']//span[@class='words'])[1]").await;
    assert!(words.starts_with("Dzień dobry"), "{words}");
    browser.click("//button[@id='hangup']").await;
    assert_eq!(browser.complaints().await, NOTHING);
    browser.goto(&format!("{}/surveys", centre.base)).await;
    browser.see("//*[contains(., 'never asked yet')]").await;
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_switched_off_on_a_small_dark_screen() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Phone, Scheme::Dark).await;
    for page in ["surveys", "surveys/post-call?lang=all", "surveys/post-call/edit", "switches"] {
        browser.goto(&format!("{}/{page}", centre.base)).await;
        fits(&browser).await;
        assert_eq!(browser.complaints().await, NOTHING, "{page}");
    }
    browser.choose("queue", "Orders").await;
    browser.tab_to("input[value='ask']").await;
    browser.press(Key::Down).await;
    browser.tab_to("button.first").await;
    browser.screenshot("switches-phone").await;
    browser.press(Key::Enter).await;
    browser.see("//p[@role='status']").await;
    let row = browser.text("//tbody/tr[.//a='Orders']").await;
    assert!(row.contains("Nobody is asked"), "{row}");
    // The form tells what is wrong at its field.
    browser.click("//tbody//a[.='Orders']").await;
    browser.choose("queue", "Orders").await;
    browser.click("//input[@value='ask']").await;
    browser.see("//input[@id='share']").await.clear().await.expect("cleared");
    browser.click("//input[@id='agent_day']").await;
    browser.press("5").await;
    browser.click("//button[@class='first']").await;
    browser.see("//input[@id='from'][@aria-invalid='true']").await;
    fits(&browser).await;
    centre.close().await;
}
