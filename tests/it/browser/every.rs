//! Every page in a real browser: nothing that axe-core objects to in either theme, nothing that the
//! browser complains of, charts drawn, in five languages.

use serde_json::{Value, json};

use super::NOTHING;
use super::centre::Centre;
use crate::harness::browser::{Browser, Scheme, Screen};

const AXE: &str = include_str!("../data/axe/axe-4.14.1.min.js");

/// The rules of WCAG 2.2, levels A and AA.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// Every page of the report, by a name for its picture. `{month}` is the period in which agents
/// are compared.
const PAGES: [(&str, &str); 15] = [
    ("overview", "/?period=last-month"),
    ("agents", "/agents?period=last-month"),
    ("agents-free", "/agents?period=90d"),
    ("funnel", "/agents/funnel?period=last-month"),
    ("compare", "/agents/compare?period=last-month&one=A00&other=A01"),
    ("agent", "/agents/A00?period=last-month"),
    ("queues", "/queues?period=last-month"),
    ("teams", "/queues?period=last-month&by=team"),
    ("questions", "/questions?period=last-month"),
    ("drivers", "/drivers?period=last-month"),
    ("interviews", "/interviews?period=last-month"),
    ("unlinked", "/unlinked"),
    ("wallboard", "/wallboard"),
    ("nothing", "/agents/nobody"),
    ("wrong", "/agents?from=2026-02-30"),
];

/// What axe-core objects to on the page that is shown.
async fn violations(browser: &Browser) -> Vec<String> {
    browser.client.execute(AXE, vec![]).await.expect("axe-core is there");
    let script = "const done = arguments[arguments.length - 1]; \
                  axe.run(document, { runOnly: arguments[0] }).then( \
                    (found) => done(found.violations.map((v) => [v.id, v.help, \
                      v.nodes.map((n) => n.html.slice(0, 200) + ' ' + n.failureSummary).join('; ')])), \
                    (fault) => done([['axe', String(fault), '']]))";
    let found = browser.client.execute_async(script, vec![json!(RULES)]).await;
    let found = found.expect("axe-core runs");
    let found: &[Value] = found.as_array().map_or(&[], Vec::as_slice);
    found.iter().map(|violation| violation.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_keeps_anybody_out() {
    let centre = Centre::with_a_month().await;
    for (scheme, word) in [(Scheme::Light, "light"), (Scheme::Dark, "dark")] {
        let browser = Browser::open(Screen::Desktop, scheme).await;
        let mut faults = Vec::new();
        for (name, path) in PAGES {
            browser.goto(&format!("{}{path}", centre.base)).await;
            browser.see("//h1").await;
            browser.screenshot(&format!("{word}-{name}")).await;
            let found = violations(&browser).await;
            faults.extend(found.into_iter().map(|fault| format!("{word} {path}: {fault}")));
            let complaints = browser.complaints().await;
            let refused = ["nothing", "wrong"].contains(&name);
            if complaints.len() > usize::from(refused) {
                faults.push(format!("{word} {path}: {complaints:?}"));
            }
        }
        assert_eq!(faults, NOTHING, "{}", faults.join("\n"));
    }
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn charts_are_drawn_and_lead_on() {
    let centre = Centre::with_a_month().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    for path in
        ["/?period=last-month", "/agents/funnel?period=last-month", "/agents/A00?period=last-month"]
    {
        browser.goto(&format!("{}{path}", centre.base)).await;
        browser.see("//figure//canvas").await;
        // Something was drawn on it, in more than one colour.
        let script = "const c = document.querySelector('canvas'); \
            const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; \
            const seen = new Set(); \
            for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) seen.add(d[i] * 65536 + d[i + 1] * 256 + d[i + 2]); \
            return seen.size";
        let colours = browser.client.execute(script, vec![]).await.expect("the script runs");
        assert!(colours.as_u64().is_some_and(|n| n > 2), "{path}: {colours}");
    }
    // Colours say what the words say, and the table has all of it.
    browser.goto(&format!("{}/agents/funnel?period=last-month", centre.base)).await;
    browser.click("//figure//summary").await;
    let rows = browser.texts("//figure//tbody/tr").await;
    assert_eq!(rows.len(), 6, "{rows:?}");
    assert!(rows.iter().any(|row| row.contains("below what is expected")), "{rows:?}");
    // With the keyboard: to the plot, along its points, and to the agent behind one.
    browser.tab_to("[data-chart]").await;
    browser.press(fantoccini::key::Key::Right).await;
    browser.press(fantoccini::key::Key::Enter).await;
    browser.see("//p[@class='crumbs']").await;
    let at = browser.client.current_url().await.expect("an address");
    assert!(at.path().starts_with("/agents/A0"), "{at}");
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_speaks_five_languages() {
    let centre = Centre::with_a_month().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    browser.goto(&format!("{}/agents?period=last-month", centre.base)).await;
    for (name, heading) in [
        ("Lietuvių", "Agentai"),
        ("Latviešu", "Aģenti"),
        ("Polski", "Agenci"),
        ("தமிழ்", "முகவர்கள்"),
        ("English", "Agents"),
    ] {
        browser.click(&format!("//footer//a[.='{name}']")).await;
        browser.see(&format!("//header//nav//a[@aria-current='page'][.='{heading}']")).await;
        // The choice leads back to the same view.
        browser.at(&format!("{}/agents?period=last-month", centre.base)).await;
        let code = "return document.documentElement.lang";
        let code = browser.client.execute(code, vec![]).await.expect("the script runs");
        browser.screenshot(&format!("agents-{}", code.as_str().unwrap_or_default())).await;
    }
    assert_eq!(browser.complaints().await, NOTHING);
    centre.close().await;
}

/// The overview is usable within a second of asking for it, and light.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_is_light_and_quick() {
    let centre = Centre::with_a_month().await;
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    browser.goto(&format!("{}/?period=last-month", centre.base)).await;
    browser.see("//figure//canvas").await;
    let script = "const all = [...performance.getEntriesByType('navigation'), \
                                ...performance.getEntriesByType('resource')]; \
                  return [all.reduce((sum, one) => sum + one.transferSize, 0), all.length]";
    let seen = browser.client.execute(script, vec![]).await.expect("the script runs");
    let bytes = seen[0].as_u64().expect("a number");
    assert!(50_000 < bytes && bytes < 1_000_000, "{seen} bytes over the wire");
    assert!(seen[1].as_u64().is_some_and(|n| n >= 4), "{seen}");
    centre.close().await;
}
