//! A real browser: headless Chromium, driven through the chromedriver that `tests/all` started.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::wait::Wait;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::{given, needed};

/// Address of the chromedriver, such as `http://127.0.0.1:9515`.
pub const DRIVER: &str = "AFTERCALL_TEST_WEBDRIVER";
/// The browser's program, where the driver would not find it by itself; optional.
pub const PROGRAM: &str = "AFTERCALL_TEST_BROWSER";

/// How long a page may take for what a test waits for; most takes far less.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the page is shown on.
#[derive(Clone, Copy, Debug)]
pub enum Screen {
    /// 1280 × 900.
    Desktop,
    /// 390 × 844 at two pixels a point, with touch.
    Phone,
}

/// Light or dark, as the page's `prefers-color-scheme` sees it.
#[derive(Clone, Copy, Debug)]
pub enum Scheme {
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

/// One browser session with a profile of its own. It is closed with this value, also when a test
/// panics; so the test needs a runtime with `flavor = "multi_thread"`.
pub struct Browser {
    /// The session: `goto`, `find`, `execute` and the rest.
    pub client: Client,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a session.
    ///
    /// # Panics
    /// When no driver is given, or it cannot start a browser.
    pub async fn open(screen: Screen, scheme: Scheme) -> Self {
        let driver = needed(DRIVER);
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(screen, profile.path()))
            .connect(&driver)
            .await
            .unwrap_or_else(|error| panic!("no browser from {DRIVER}: {error}"));
        let session = client.session_id().await.expect("a session").expect("a session has an id");
        let browser = Self { client, session, _profile: profile };
        let word = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!([{ "name": "prefers-color-scheme", "value": word }]);
        browser.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        browser
    }

    /// Opens a page and waits until it is drawn: Chromium drops keys that come before.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn goto(&self, address: &str) {
        self.client.goto(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        let drawn = "const done = arguments[0]; \
                     requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        let drawn = self.client.execute_async(drawn, vec![]).await;
        drawn.unwrap_or_else(|error| panic!("{address} is not drawn: {error}"));
    }

    fn wait(&self) -> Wait<'_> {
        self.client.wait().at_most(PATIENCE).every(Duration::from_millis(50))
    }

    /// Waits until there is such an element.
    ///
    /// # Panics
    /// When it does not come; with what the page shows instead.
    pub async fn see(&self, xpath: &str) -> Element {
        match self.wait().for_element(Locator::XPath(xpath)).await {
            Ok(element) => element,
            Err(error) => {
                let page = self.client.find(Locator::Css("body")).await;
                let shown = match page {
                    Ok(body) => body.text().await.unwrap_or_default(),
                    Err(_) => String::new(),
                };
                panic!("{xpath}: {error}; the page shows:\n{shown}")
            }
        }
    }

    /// Waits until that address is shown.
    ///
    /// # Panics
    /// When it does not come.
    pub async fn at(&self, address: &str) {
        let url = address.parse().expect("an address");
        if let Err(error) = self.wait().for_url(&url).await {
            let shown = self.client.current_url().await;
            panic!("{address}: {error}; the browser is at {shown:?}");
        }
    }

    /// What the first such element says, as a person reads it; waits for it.
    pub async fn text(&self, xpath: &str) -> String {
        // A page that is just being left takes its elements along; the next one has its own.
        loop {
            match self.see(xpath).await.text().await {
                Ok(text) => return text,
                Err(error) if error.to_string().contains("stale element") => {}
                Err(error) => panic!("{xpath}: {error}"),
            }
        }
    }

    /// What all such elements say, in order; waits for the first.
    pub async fn texts(&self, xpath: &str) -> Vec<String> {
        self.see(xpath).await;
        let mut texts = Vec::new();
        for element in self.client.find_all(Locator::XPath(xpath)).await.expect("elements") {
            texts.push(element.text().await.expect("an element has text"));
        }
        texts
    }

    /// How many such elements there are now.
    pub async fn count(&self, xpath: &str) -> usize {
        self.client.find_all(Locator::XPath(xpath)).await.expect("elements").len()
    }

    /// Clicks the first such element; waits for it.
    pub async fn click(&self, xpath: &str) {
        let element = self.see(xpath).await;
        element.click().await.unwrap_or_else(|error| panic!("{xpath}: {error}"));
    }

    /// Where the first such link leads.
    pub async fn link(&self, xpath: &str) -> String {
        let link = self.see(xpath).await.prop("href").await.expect("a link");
        link.expect("a link has an address")
    }

    /// Chooses in the list of that name.
    pub async fn choose(&self, name: &str, value: &str) {
        let list = self.see(&format!("//select[@name='{name}']")).await;
        list.select_by_value(value).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }

    /// What is chosen in the field of that name.
    pub async fn value(&self, name: &str) -> String {
        let field = self.see(&format!("//*[@name='{name}']")).await;
        field.prop("value").await.expect("a field").unwrap_or_default()
    }

    /// Keys of the computer's keyboard, one after the other, to whatever has the focus.
    pub async fn press(&self, keys: impl Into<Keys>) {
        let mut actions = KeyActions::new("keyboard".into());
        for value in keys.into().0.chars() {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.expect("keys can be pressed");
    }

    /// Presses Tab until that element has the focus, and looks whether a person sees that.
    ///
    /// # Panics
    /// When it never gets it, or the focus cannot be seen.
    pub async fn tab_to(&self, css: &str) {
        self.see("//body").await;
        let script = "const a = document.activeElement; \
                      return [a.matches(arguments[0]), getComputedStyle(a).outlineStyle]";
        for _ in 0..120 {
            self.press(fantoccini::key::Key::Tab).await;
            let seen = self.client.execute(script, vec![css.into()]).await.expect("a script");
            if seen[0] == true {
                assert_ne!(seen[1], "none", "{css} has the focus, and nobody sees it");
                return;
            }
        }
        panic!("{css} cannot be reached with the keyboard");
    }

    /// A picture of what the screen shows, in `target/screenshots/NAME.png`.
    ///
    /// # Panics
    /// When the browser gives none or the file cannot be written.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let picture = self.client.screenshot().await.expect("the browser gives a picture");
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("the folder for pictures can be made");
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, picture).expect("the picture can be written");
        file
    }

    /// What the page complained of since the last call: script errors, blocked scripts and
    /// styles, files not found. A good page has nothing to say.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.post("se/log", json!({ "type": "browser" })).await;
        let entries = log.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// A command of Chromium's own developer tools protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    /// What the driver knows beyond the standard.
    async fn post(&self, path: &str, body: Value) -> Value {
        // The first call in this process decides which TLS there is; the driver speaks none.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let address = format!("{}/session/{}/{path}", needed(DRIVER), self.session);
        let answer = reqwest::Client::new().post(&address).json(&body).send().await;
        let answer = answer.and_then(reqwest::Response::error_for_status);
        let answer = answer.unwrap_or_else(|error| panic!("{path} {body}: {error}"));
        let mut answer: Value = answer.json().await.expect("the driver answers in JSON");
        answer["value"].take()
    }
}

/// Keys to press: text, or one that has a name.
pub struct Keys(String);

impl From<&str> for Keys {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<fantoccini::key::Key> for Keys {
    fn from(key: fantoccini::key::Key) -> Self {
        Self(char::from(key).to_string())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let client = self.client.clone();
        tokio::task::block_in_place(|| {
            if let Err(error) = tokio::runtime::Handle::current().block_on(client.close()) {
                eprintln!("the browser session could not be closed: {error}");
            }
        });
    }
}

fn capabilities(screen: Screen, profile: &std::path::Path) -> serde_json::Map<String, Value> {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        "--disable-gpu".into(),
        "--disable-quic".into(),
        "--no-first-run".into(),
        "--disable-background-networking".into(),
        "--disable-component-update".into(),
        "--disable-sync".into(),
        // In a container the shared memory is often too small for a page.
        "--disable-dev-shm-usage".into(),
        format!("--user-data-dir={}", profile.display()),
    ];
    if we_are_root() {
        // Chromium's sandbox refuses to run as root.
        arguments.push("--no-sandbox".into());
    }
    let metrics = match screen {
        Screen::Desktop => {
            json!({ "width": 1280, "height": 900, "pixelRatio": 1, "mobile": false, "touch": false })
        }
        Screen::Phone => {
            json!({ "width": 390, "height": 844, "pixelRatio": 2, "mobile": true, "touch": true })
        }
    };
    let mut options = json!({ "args": arguments, "mobileEmulation": { "deviceMetrics": metrics } });
    if let Some(program) = given(PROGRAM) {
        options["binary"] = program.into();
    }
    let mut all = serde_json::Map::new();
    all.insert("goog:chromeOptions".into(), options);
    all.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
    all
}

fn we_are_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|us| us.uid() == 0)
}
