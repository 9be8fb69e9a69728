//! What managers do, with the keyboard alone: a target, a case, two agents beside each other, whom
//! an interview counts for, and an answer that was outside of the agent's control.

use fantoccini::key::Key;

use super::NOTHING;
use super::centre::Centre;
use crate::harness::browser::{Browser, Scheme, Screen};
use crate::report::sample::put;

/// The newest interview of that agent: its address and its id.
async fn interview(centre: &Centre, browser: &Browser, agent: &str) -> (String, String) {
    browser.goto(&format!("{}/agents/{agent}", centre.base)).await;
    let link = browser.link("//table[contains(@class, 'cards')]//tbody/tr[1]//a").await;
    let id = link.rsplit('/').next().unwrap_or_default();
    let id = id.split('?').next().unwrap_or_default().to_owned();
    (format!("{}/interviews/{id}", centre.base), id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_set_and_removed() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    let page = format!("{}/settings/targets", centre.base);
    browser.goto(&page).await;
    browser.tab_to("select[name=measure]").await;
    browser.press("CSAT").await;
    browser.tab_to("select[name=team]").await;
    browser.press("Sup").await;
    browser.tab_to("input[name=value]").await;
    browser.press("82.5").await;
    // The first day is today already.
    browser.press(Key::Enter).await;
    browser.see("//p[@role='status']").await;
    let row = browser.text("//tbody/tr").await;
    for part in ["CSAT", "Support", "82.5 %"] {
        assert!(row.replace('\u{a0}', " ").contains(part), "{part}: {row}");
    }
    // It stands on the overview of that team.
    browser.goto(&format!("{}/?team=Support", centre.base)).await;
    browser.see("//dd[contains(., 'target')]").await;
    browser.goto(&page).await;
    browser.tab_to("tbody button").await;
    browser.press(Key::Enter).await;
    browser.see("//p[@role='status']").await;
    assert_eq!(browser.count("//tbody/tr").await, 0);
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_closed_and_opened_again() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Dark).await;
    let (_, id) = interview(&centre, &browser, "A17").await;
    let case = format!(
        "insert into cases (id, interview, opened_ms, reason, status)
         values ('case-1', x'{id}', 1768903220000, 'low_score', 'open')"
    );
    put(centre.database_url(), &[case]).await;
    browser.goto(&format!("{}/cases", centre.base)).await;
    browser.tab_to("input[name=owner]").await;
    browser.press("Ona").await;
    browser.tab_to("textarea[name=outcome]").await;
    browser.press("Called back, the bill was wrong").await;
    browser.tab_to("button[value=close]").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/cases?status=open", centre.base)).await;
    browser.see("//section[contains(@class, 'empty')]").await;
    browser.tab_to(".chips a[href$='status=closed']").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/cases?status=closed", centre.base)).await;
    let closed = browser.text("//section[contains(@class, 'case')]").await;
    for part in ["Support", "Ona", "Called back, the bill was wrong"] {
        assert!(closed.contains(part), "{part}: {closed}");
    }
    browser.tab_to("button[value=open]").await;
    browser.press(Key::Enter).await;
    browser.see("//section[contains(@class, 'empty')]").await;
    browser.tab_to(".chips a[href$='/cases']").await;
    browser.press(Key::Enter).await;
    assert_eq!(browser.value("owner").await, "Ona");
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_are_chosen_to_stand_beside_each_other() {
    let centre = Centre::with_a_month().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    browser.goto(&format!("{}/agents?period=last-month", centre.base)).await;
    browser.tab_to(".views a[href*='/compare']").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{}/agents/compare?period=last-month", centre.base)).await;
    browser.tab_to("select[name=one]").await;
    browser.press("Ras").await;
    browser.tab_to("select[name=other]").await;
    browser.press("Ilz").await;
    browser.tab_to(".pair button").await;
    browser.press(Key::Enter).await;
    browser.see("//table//thead//th[.='Rasa Petraitė']").await;
    let heads = browser.texts("//table//thead//th").await;
    assert_eq!(heads[1..3], ["Rasa Petraitė", "Ilze Ozoliņa"]);
    // Nine of twenty-one, and eighteen.
    let row = browser.text("//tbody/tr[th='Satisfied']").await.replace('\u{a0}', " ");
    assert!(row.contains("43 %") && row.contains("86 %") && row.contains("−42.9"), "{row}");
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interview_is_linked_to_another_agent() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    let (page, _) = interview(&centre, &browser, "A17").await;
    browser.goto(&page).await;
    browser.tab_to("#links summary").await;
    browser.press(Key::Enter).await;
    // A choice out of several takes one stop; the first is the agent.
    browser.tab_to("input[name=to]").await;
    browser.press(" ").await;
    browser.tab_to("input[name=agent]").await;
    browser.press("A18").await;
    browser.tab_to("#links input[name=reason]").await;
    browser.press("The menu led astray").await;
    browser.tab_to("#links form button").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{page}?done=linked#links")).await;
    assert!(browser.text("//p[@role='status']").await.starts_with("Linked"));
    let history = browser.text("//section[@id='links']//ol").await;
    assert!(history.contains("Ona Šimkutė A18") && history.contains("led astray"), "{history}");
    // Back to what the records say: two steps along the choices.
    browser.tab_to("#links summary").await;
    browser.press(Key::Enter).await;
    browser.tab_to("input[name=to]").await;
    browser.press(Key::Up).await;
    let chosen = "return document.querySelector('input[name=to]:checked')?.value";
    let chosen = browser.client.execute(chosen, vec![]).await.expect("the script runs");
    assert_eq!(chosen, "records");
    browser.tab_to("#links input[name=reason]").await;
    browser.press("It was right").await;
    browser.press(Key::Enter).await;
    browser.see("//section[@id='links']//ol/li[contains(., 'It was right')]").await;
    browser.goto(&format!("{}/agents/A18", centre.base)).await;
    assert_eq!(browser.count("//table[contains(@class, 'cards')]//tbody/tr").await, 7);
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_marked_and_the_mark_taken_back() {
    let centre = Centre::with_callers().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Dark).await;
    let (page, _) = interview(&centre, &browser, "A17").await;
    browser.goto(&page).await;
    browser.tab_to("#marks summary").await;
    browser.press(Key::Enter).await;
    browser.tab_to("select[name=question]").await;
    browser.press("Sat").await;
    browser.tab_to("select[name=reason]").await;
    browser.press(Key::Down).await;
    browser.tab_to("input[name=note]").await;
    browser.press("A storm").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{page}?done=marked#marks")).await;
    let mark = browser.text("//section[@id='marks']//ul/li").await;
    assert!(mark.starts_with("Satisfied") && mark.contains("A storm"), "{mark}");
    browser.tab_to("#marks li button").await;
    browser.press(Key::Enter).await;
    browser.at(&format!("{page}?done=taken#marks")).await;
    let mark = browser.text("//section[@id='marks']//ul/li").await;
    assert!(mark.contains("Taken back"), "{mark}");
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}
