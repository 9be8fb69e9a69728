//! Single sign-on against a real OpenID Connect provider.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::*;
use crate::harness::needed;

const BACK: &str = "http://127.0.0.1:9/sign-in/sso/back";

/// The provider, which ends with this value.
struct Provider {
    child: Child,
    /// What it writes: held, since it ends when nobody can read it.
    _said: BufReader<ChildStdout>,
    address: String,
    http: reqwest::Client,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Provider {
    fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/access/provider.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(needed("AFTERCALL_TEST_OIDC"))
            .arg(BACK)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let mut said = BufReader::new(child.stdout.take().expect("its output"));
        let mut address = String::new();
        said.read_line(&mut address).expect("the provider says its address");
        let address = address.trim().to_owned();
        let none = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().redirect(none).build().expect("a client");
        Self { child, _said: said, address, http }
    }

    /// Who comes next, in which groups.
    async fn be(&self, who: &str, groups: &str) {
        let address = format!("{}/be?who={who}&groups={groups}", self.address);
        self.http.get(address).send().await.expect("is told");
    }

    /// Goes where a browser is sent, until the provider sends it back to us; that path.
    async fn through(&self, first: &str) -> String {
        // Name, path and value, as a browser keeps them.
        let mut jar: Vec<(String, String, String)> = Vec::new();
        let mut at = first.to_owned();
        for _ in 0..12 {
            if let Some(back) = at.strip_prefix("http://127.0.0.1:9") {
                return back.to_owned();
            }
            let path = at.strip_prefix(&self.address).expect("stays at the provider");
            let cookies: Vec<_> = jar
                .iter()
                .filter(|(_, of, _)| path.starts_with(of.as_str()))
                .map(|(name, _, value)| format!("{name}={value}"))
                .collect();
            let request = self.http.get(&at).header(header::COOKIE, cookies.join("; "));
            let answer = request.send().await.expect("an answer");
            for line in answer.headers().get_all(header::SET_COOKIE) {
                let mut parts = line.to_str().expect("text").split("; ");
                let (name, value) =
                    parts.next().and_then(|one| one.split_once('=')).expect("name and value");
                let of = parts.find_map(|part| part.strip_prefix("path=")).unwrap_or("/");
                jar.retain(|(known, path, _)| (known.as_str(), path.as_str()) != (name, of));
                if !value.is_empty() {
                    jar.push((name.to_owned(), of.to_owned(), value.to_owned()));
                }
            }
            let to = answer
                .headers()
                .get(header::LOCATION)
                .map(|to| to.to_str().expect("text").to_owned());
            let Some(to) = to else {
                panic!("{at}: {} {}", answer.status(), answer.text().await.unwrap_or_default())
            };
            at = if to.starts_with('/') { format!("{}{to}", self.address) } else { to };
        }
        panic!("goes round and round at {at}")
    }
}

async fn house(database: &Database, provider: &Provider) -> House {
    let settings = format!(
        "public_url = \"http://127.0.0.1:9\"\ndatabase_url = \"{}\"\nsecret = \"{}\"\n\
         caller_key = \"{}\"\n[sso]\nissuer = \"{}\"\nclient_id = \"aftercall\"\n\
         client_secret = \"a secret: with signs & spaces\"\nname = \"Example Login\"\n\
         roles = [\"leads = manager\", \"staff = read\"]\nteams = [\"red-team = red\"]\n",
        database.url,
        "s".repeat(32),
        "k".repeat(32),
        provider.address
    );
    let config = Config::read(&settings, "test", Vec::new()).expect("settings");
    let app = App::build(config).await.expect("a house");
    let router = app.router().await.expect("routes");
    House { app, router }
}

/// Goes out, through the provider, and back: the last answer, and the cookie of the errand.
async fn come(house: &House, provider: &Provider) -> (Answer, String, String) {
    let out = ask(&house.router, get("/sign-in/sso?next=%2Funlinked%3Fperiod%3D7d", &[])).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.text);
    let errand = out.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(errand.contains("HttpOnly") && errand.contains("SameSite=Lax"), "{errand}");
    let errand = errand.split(';').next().expect("a cookie").to_owned();
    let back = provider.through(out.headers[header::LOCATION].to_str().expect("text")).await;
    let inside = ask(&house.router, get(&back, &[(header::COOKIE, &errand)])).await;
    (inside, back, errand)
}

fn session(inside: &Answer) -> Who {
    let cookies = inside.headers.get_all(header::SET_COOKIE).iter();
    let cookies = cookies.map(|line| line.to_str().expect("text"));
    let mut one = cookies.filter_map(|line| line.split(';').next());
    let one = one.rfind(|one| one.starts_with("aftercall_session="));
    Who::with_cookie("sso", one.expect("a session").to_owned())
}

both! {
    /// Somebody comes for the first time and is there afterwards, with role and teams of the claim;
    /// both follow it at the next time.
    async fn a_new_person_comes_in(database: Database) {
        let provider = Provider::start();
        let house = house(&database, &provider).await;
        let page = ask(&house.router, get("/sign-in?next=%2Funlinked", &[])).await;
        assert!(page.text.contains("Example Login") && page.text.contains("/sign-in/sso?next="), "{}", page.text);
        let (inside, back, errand) = come(&house, &provider).await;
        assert_eq!(inside.status, StatusCode::OK, "{}", inside.text);
        assert!(inside.text.contains("0;url=/unlinked?period=7d"), "{}", inside.text);
        let who = session(&inside);
        assert_eq!(house.get("/", &who).await.status, StatusCode::OK);
        let people = house.app.site.desk.people().await.expect("reads");
        let now = clock::now_ms();
        assert_eq!(people.len(), 1);
        let user = &people[0].user;
        assert_eq!((user.email.as_str(), user.name.as_str(), user.role.as_str()), ("ona@example.com", "Ona Onaitė", "manager"));
        assert_eq!(people[0].teams_now(now), ["red"]);
        // The same way back does not work twice, nor with another browser.
        let again = ask(&house.router, get(&back, &[(header::COOKIE, &errand)])).await;
        assert_eq!(again.status, StatusCode::BAD_GATEWAY, "{}", again.text);
        let other = ask(&house.router, get(&back, &[])).await;
        assert_eq!(other.status, StatusCode::BAD_GATEWAY, "{}", other.text);

        provider.be("ona", "staff").await;
        let (inside, ..) = come(&house, &provider).await;
        assert_eq!(inside.status, StatusCode::OK, "{}", inside.text);
        let people = house.app.site.desk.people().await.expect("reads");
        assert_eq!((people.len(), people[0].user.role.as_str()), (1, "read"));
        assert!(people[0].teams_now(clock::now_ms()).is_empty());

        let desk = &house.app.site.desk;
        desk.disable(people[0].user.clone(), &By::Command, clock::now_ms()).await.expect("kept out");
        let (outside, ..) = come(&house, &provider).await;
        assert_eq!(outside.status, StatusCode::FORBIDDEN, "{}", outside.text);
        assert!(outside.text.contains("has closed this account"), "{}", outside.text);
    }

    /// Whom no value gives a role, whose address nobody checked, or whose address signs in with a
    /// password, is refused and told why.
    async fn others_are_refused(database: Database) {
        let provider = Provider::start();
        let house = house(&database, &provider).await;
        for (who, groups, words) in [
            ("jon", "visitors", "nothing in it gives you a role"),
            ("eva", "leads", "no e-mail address that was checked"),
        ] {
            provider.be(who, groups).await;
            let (outside, ..) = come(&house, &provider).await;
            assert_eq!(outside.status, StatusCode::FORBIDDEN, "{who}: {}", outside.text);
            assert!(outside.text.contains(words), "{who}: {}", outside.text);
            let cookies = outside.headers.get_all(header::SET_COOKIE).iter();
            assert!(!cookies.into_iter().any(|line| line.to_str().unwrap().contains("session")));
        }
        assert!(house.app.site.desk.people().await.expect("reads").is_empty());
        house.user("read", &[], None).await;
        let desk = &house.app.site.desk;
        let new = NewUser {
            email: "jon@example.com".into(),
            role: "read".into(),
            password: Some(PASSWORD.into()),
            ..NewUser::default()
        };
        desk.add_user(new, &By::Command, clock::now_ms()).await.expect("added");
        provider.be("jon", "staff").await;
        let (outside, ..) = come(&house, &provider).await;
        assert_eq!(outside.status, StatusCode::FORBIDDEN, "{}", outside.text);
        assert!(outside.text.contains("signs in here with a password"), "{}", outside.text);
    }
}
