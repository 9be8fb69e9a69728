//! Every page where something usual is missing: a place that stays as it is while the page loads,
//! a screen, scripts.

use std::collections::BTreeMap;

use fantoccini::Locator;
use serde_json::{Value, json};

use super::NOTHING;
use super::centre::{Centre, Door, PASSWORD};
use super::every::{PAGES, firsts};
use crate::harness::browser::{Browser, Scheme, Screen};

/// Adds up what moves on a page without anybody's doing.
const WATCH: &str = "window.moved = []; \
    window.mover = new PerformanceObserver((list) => moved.push(...list.getEntries())); \
    mover.observe({ type: 'layout-shift', buffered: true })";

/// The sum when everything is there and drawn, and what moved.
const MOVED: &str = "const done = arguments[0]; \
    const drawn = () => [...document.querySelectorAll('[data-chart]')] \
        .every((plot) => plot.querySelector('canvas')); \
    let frames = 0; \
    const look = () => { \
        if (document.readyState !== 'complete' || !drawn() || ++frames < 5) \
            return requestAnimationFrame(look); \
        moved.push(...mover.takeRecords()); \
        const own = moved.filter((shift) => !shift.hadRecentInput); \
        done([own.reduce((sum, shift) => sum + shift.value, 0), \
            own.flatMap((shift) => shift.sources.map((s) => s.node?.outerHTML?.slice(0, 80)))]); \
    }; \
    look()";

/// The most that may move, of what Web Vitals calls good half.
const STILL: f64 = 0.05;

/// Width of the narrower of A4 and Letter on its side, less two margins of 12 mm, in CSS pixels.
const PAPER: u32 = 965;

/// A printer lays a page out anew without telling its scripts: what they measured was the screen.
const UNTOLD: &str =
    "window.ResizeObserver = class { observe() {} unobserve() {} disconnect() {} }";

/// What is on paper: parts that belong to a screen only, whether something is wider than the
/// paper, and how many tables there are outside of what is folded.
const ON_PAPER: &str = "const seen = (e) => e.checkVisibility() && e.getClientRects().length > 0; \
    const said = (e) => e.tagName + '.' + e.className + ' ' + (e.getAttribute('aria-label') ?? ''); \
    const all = (what) => [...document.querySelectorAll(what)].filter(seen); \
    const wide = all('body *').filter((e) => e.getBoundingClientRect().right > innerWidth + 1) \
        .map(said).slice(0, 5); \
    const sums = 'nav, form.filters, form.pair, form[action$=\"sign-out\"], .actions, .skip, .foot'; \
    return [matchMedia('print').matches, innerWidth, all(sums).map(said), \
        document.documentElement.scrollWidth > innerWidth, wide, \
        all('table').length, all('main h1, body > header h1').length]";

/// Tables and what they say, drawn or folded.
const TABLES: &str = "return [...document.querySelectorAll('table')] \
    .map((table) => table.textContent.replace(/\\s+/g, ' ').trim())";

/// Pages whose tables change by looking, and those that need a script to be of use.
const OTHERS: [&str; 3] = ["log", "phone", "wallboard"];

async fn run(browser: &Browser, script: &str) -> Value {
    browser.client.execute(script, vec![]).await.expect("the script runs")
}

/// What a page shows stays where it is while scripts, charts and figures come.
#[tokio::test(flavor = "multi_thread")]
async fn no_page_moves_while_it_loads() {
    let centre = Centre::with_a_month().await;
    let firsts = firsts(&centre).await;
    let mut faults = Vec::new();
    for screen in [Screen::Desktop, Screen::Phone] {
        let browser = Browser::open(screen, Scheme::Light).await;
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
        for (name, path) in PAGES {
            browser.goto(&format!("{}{}", centre.base, firsts.of(path))).await;
            let seen = browser.client.execute_async(MOVED, vec![]).await;
            let seen = seen.unwrap_or_else(|fault| panic!("{name}: {fault}"));
            let sum = seen[0].as_f64().expect("a sum");
            if sum >= STILL {
                faults.push(format!("{screen:?} {name}: {sum:.3} {}", seen[1]));
            }
        }
    }
    assert_eq!(faults, NOTHING, "{}", faults.join("\n"));
    centre.close().await;
}

/// On paper there is neither what leads on nor what filters; tables are, and nothing is cut off.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_printed() {
    let centre = Centre::with_a_month().await;
    let firsts = firsts(&centre).await;
    let browser = Browser::open(Screen::Desktop, Scheme::Dark).await;
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": UNTOLD })).await;
    let metrics = json!({ "width": PAPER, "height": 700, "deviceScaleFactor": 1, "mobile": false });
    let mut faults = Vec::new();
    for (name, path) in PAGES.iter().chain(&[
        ("agents-all", "/agents?period=last-month&columns=all"),
        ("agents-lt", "/language?to=lt&next=%2Fagents%3Fperiod%3Dlast-month"),
    ]) {
        browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
        browser.goto(&format!("{}{}", centre.base, firsts.of(path))).await;
        let on_screen = run(&browser, ON_PAPER).await;
        browser.devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
        browser.devtools("Emulation.setDeviceMetricsOverride", metrics.clone()).await;
        let seen = run(&browser, ON_PAPER).await;
        browser.screenshot(&format!("paper-{name}")).await;
        assert_eq!([&seen[0], &seen[1]], [&json!(true), &json!(PAPER)], "{name} is on paper");
        if seen[2] != json!([]) {
            faults.push(format!("{name} has what is of a screen: {}", seen[2]));
        }
        if seen[3] != false || seen[4] != json!([]) {
            faults.push(format!("{name} is wider than paper: {}", seen[4]));
        }
        if seen[5] != on_screen[5] || seen[6] != on_screen[6] {
            faults.push(format!("{name}: tables and heads {on_screen} on paper {seen}"));
        }
    }
    assert_eq!(faults, NOTHING, "{}", faults.join("\n"));
    let pdf = browser.devtools("Page.printToPDF", json!({ "preferCSSPageSize": true })).await;
    let pdf = pdf["data"].as_str().expect("a document");
    assert!(pdf.starts_with("JVBERi0"), "%PDF- in Base64");
    centre.close().await;
}

/// Opens a page in a browser that runs no script of pages.
async fn plainly(browser: &Browser, address: &str) {
    browser.client.goto(address).await.unwrap_or_else(|fault| panic!("{address}: {fault}"));
}

async fn without_scripts() -> Browser {
    let browser = Browser::open(Screen::Desktop, Scheme::Light).await;
    browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    browser
}

/// Without scripts the same tables say the same; nothing waits for what never comes.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_says_the_same_without_scripts() {
    let centre = Centre::with_a_month().await;
    let firsts = firsts(&centre).await;
    let with = Browser::open(Screen::Desktop, Scheme::Light).await;
    let without = without_scripts().await;
    let mut faults = Vec::new();
    let mut said: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, path) in PAGES {
        let address = format!("{}{}", centre.base, firsts.of(path));
        plainly(&without, &address).await;
        let script = "const seen = (e) => e.checkVisibility() && e.getClientRects().length > 0; \
            return [document.querySelectorAll('canvas').length, \
            [...document.querySelectorAll('.plot')].filter(seen).length, \
            document.querySelectorAll('h1').length, document.body.innerText, \
            document.querySelectorAll('figure').length, \
            [...document.querySelectorAll('figure')].filter((f) => f.querySelector('tbody tr')).length]";
        let seen = run(&without, script).await;
        if [&seen[0], &seen[1], &seen[2]] != [&json!(0), &json!(0), &json!(1)] {
            faults.push(format!("{name}: canvases, empty plots, heads {seen}"));
        }
        if seen[4] != seen[5] {
            faults.push(format!("{name}: charts {}, tables below them {}", seen[4], seen[5]));
        }
        let text = seen[3].as_str().unwrap_or_default().to_lowercase();
        for word in ["loading", "please wait", "one moment"] {
            if text.contains(word) {
                faults.push(format!("{name} says {word}"));
            }
        }
        if OTHERS.contains(&name) {
            continue;
        }
        let tables = run(&without, TABLES).await;
        with.goto(&address).await;
        if run(&with, TABLES).await != tables {
            faults.push(format!("{name}: other tables without scripts: {tables}"));
        }
        let tables = tables.as_array().expect("tables").iter();
        said.insert(name, tables.filter_map(Value::as_str).map(str::to_owned).collect());
    }
    assert_eq!(faults, NOTHING, "{}", faults.join("\n"));
    // Of A01 eighteen of twenty-one callers were satisfied.
    for (name, parts) in [
        ("agents", &["Łukasz Wiśniewski", "86 %", "n = 21", "65–95 %"][..]),
        ("funnel", &["Łukasz Wiśniewski (A01)", "86 %", "below what is expected"]),
        ("compare", &["Rasa Petraitė", "Łukasz Wiśniewski", "43 % (24–63 %)", "86 % (65–95 %)"]),
        ("overview", &["126"]),
        ("queues", &["General", "Orders"]),
    ] {
        let text = said[name].join(" ").replace('\u{a0}', " ");
        for part in parts {
            assert!(text.contains(part), "{name}: no {part} in {text}");
        }
    }
    plainly(&without, &format!("{}/phone", centre.base)).await;
    without.see("//noscript/p[contains(., 'JavaScript')]").await;
    centre.close().await;
}

/// Without scripts forms and links lead where they lead with them.
#[tokio::test(flavor = "multi_thread")]
async fn forms_and_links_work_without_scripts() {
    let centre = Centre::with_a_month().await;
    let browser = without_scripts().await;
    let base = &centre.base;
    plainly(&browser, &format!("{base}/agents?period=last-month")).await;
    assert_eq!(browser.count("//tbody//th/a").await, 6);
    browser.choose("team", "Sales").await;
    browser.click("//form[contains(@class, 'filters')]//button").await;
    browser.at(&format!("{base}/agents?period=last-month&team=Sales")).await;
    assert_eq!(browser.count("//tbody//th/a").await, 3);
    // What is folded opens.
    browser.click("//details[contains(@class, 'more-filters')]/summary").await;
    let least = browser.see("//input[@name='least']").await;
    least.send_keys("100").await.expect("typed");
    browser.click("//form[contains(@class, 'filters')]//button").await;
    browser.at(&format!("{base}/agents?period=last-month&team=Sales&least=100")).await;
    assert_eq!(browser.count("//tbody//th/a").await, 0);
    browser.client.back().await.expect("the page before");
    browser.click("//main//a[.='Show all columns']").await;
    browser.see("//thead//th[.='Mean']").await;
    browser.click("//tbody//th/a[.='Ilze Ozoliņa']").await;
    browser.see("//h1[.='Ilze Ozoliņa']").await;
    browser.click("//section[@aria-label='Satisfied']//li[span[1]='2']//a").await;
    browser.see("//p[contains(@class, 'notice')]").await;
    assert_eq!(browser.count("//table[contains(@class, 'cards')]//tbody/tr").await, 3);
    browser.click("//table[contains(@class, 'cards')]//tbody/tr[1]//a").await;
    browser.see("//h1[contains(., 'Interview of')]").await;
    // A mark, from the folded form to the page that says it is done.
    browser.click("//section[@id='marks']//summary").await;
    browser.choose("reason", "product").await;
    browser.click("//section[@id='marks']//form//button").await;
    browser.see("//p[@role='status']").await;
    assert_eq!(browser.count("//section[@id='marks']//ul/li").await, 1);

    plainly(&browser, &format!("{base}/agents/compare?period=last-month")).await;
    browser.choose("one", "A00").await;
    browser.choose("other", "A01").await;
    browser.click("//form[contains(@class, 'pair')]//button").await;
    browser.see("//table//thead//th[.='Rasa Petraitė']").await;
    let heads = browser.texts("//table//thead//th").await;
    assert_eq!(heads[1..3], ["Rasa Petraitė", "Łukasz Wiśniewski"]);
    browser.click("//footer//a[.='Polski']").await;
    browser.see("//html[@lang='pl']").await;
    browser.see("//table//thead//th[.='Rasa Petraitė']").await;
    centre.close().await;

    let centre = Centre::open(Door::Closed).await;
    plainly(&browser, &format!("{}/queues", centre.base)).await;
    let field = browser.client.find(Locator::Css("input[name=password]")).await.expect("a field");
    field.send_keys(PASSWORD).await.expect("typed");
    browser.click("//main//form//button").await;
    browser.at(&format!("{}/queues", centre.base)).await;
    browser.click("//header//form//button").await;
    browser.see("//input[@name='password']").await;
    centre.close().await;
}
