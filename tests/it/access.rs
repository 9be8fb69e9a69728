//! Who sees and changes what: a table of role × thing × `people` mode, with an agent, a team and
//! an interview of another team planted; sessions, and the audit log.

use aftercall::app::App;
use aftercall::clock;
use aftercall::config::Config;
use aftercall::desk::audit::By;
use aftercall::desk::people::NewUser;
use aftercall::interview::{InterviewId, Outcome};
use aftercall::store::Said;
use aftercall::web::{Body, Router};
use http::{Request, StatusCode, header};

use crate::harness::{Database, both};
use crate::pages::{Answer, ask, begin, form, get, turn};

mod people;
mod sso;
mod table;
mod written;

const OURS: &str = "http://centre.example";
const PASSWORD: &str = "a long enough password";
/// The days of the planted interviews.
const DAYS: &str = "from=2026-01-01&to=2026-01-31";
const RED: InterviewId = InterviewId([1; 16]);
const BLUE: InterviewId = InterviewId([3; 16]);

/// A centre with two teams, each with one agent: two interviews of the red one, one of the blue.
struct House {
    app: App,
    router: Router,
}

impl House {
    async fn build(database: &Database, further: &str) -> Self {
        let settings = format!(
            "public_url = \"{OURS}\"\ndatabase_url = \"{}\"\nsecret = \"{}\"\ncaller_key = \"{}\"\n\
             {further}\n[access]\npassword = \"{PASSWORD}\"\n",
            database.url,
            "s".repeat(32),
            "k".repeat(32)
        );
        let config = Config::read(&settings, "test", Vec::new()).expect("settings");
        let app = App::build(config).await.expect("a house");
        let router = app.router().await.expect("routes");
        Self { app, router }
    }

    async fn planted(database: &Database, further: &str) -> Self {
        let house = Self::build(database, further).await;
        let desk = &house.app.site.desk;
        let agents = "code,name,team,from,to\nR-ONE,Rasa Raudona,red,2025-01-01,\n\
                      B-TWO,Bruno Blau,blue,2025-01-01,\n";
        let done = desk.import_agents(agents.as_bytes(), &mut |_| ()).await.expect("imports");
        assert!(done.bad.is_empty(), "{:?}", done.bad);
        let survey = desk.survey("post-call").expect("the survey").version;
        for (n, agent, team) in [(1, "R-ONE", "red"), (2, "R-ONE", "red"), (3, "B-TWO", "blue")] {
            let said =
                Said { agent: Some(agent.into()), team: Some(team.into()), ..Said::default() };
            let begin = begin(n, survey, said);
            house.app.store().begin(begin.clone()).await.expect("begins");
            let answers = vec![(0, Outcome::Answered(4))];
            house.app.store().record(turn(&begin, answers)).await.expect("recorded");
        }
        house
    }

    async fn user(&self, role: &str, teams: &[&str], agent: Option<&str>) -> String {
        let email = format!("{role}{}@example.com", teams.join(""));
        let new = NewUser {
            email: email.clone(),
            name: format!("A {role}"),
            role: role.into(),
            password: Some(PASSWORD.into()),
            agent: agent.map(str::to_owned),
            teams: teams.iter().map(|team| (*team).to_owned()).collect(),
            ..NewUser::default()
        };
        let desk = &self.app.site.desk;
        desk.add_user(new, &By::Command, clock::now_ms() - 1000).await.expect("added");
        email
    }

    async fn token(&self, role: &str, teams: &[&str]) -> String {
        let teams: Vec<String> = teams.iter().map(|team| (*team).to_owned()).collect();
        let mut random = [0; 32];
        random[0] = role.as_bytes()[0];
        random[1] = u8::try_from(teams.len()).expect("few");
        let (desk, by, now) = (&self.app.site.desk, By::Command, clock::now_ms());
        let made = desk.create_limited_token(role, role, &teams, random, &by, now).await;
        format!("Bearer {}", made.expect("a token"))
    }

    /// Signs in by the page; the cookie.
    async fn enter(&self, email: &str) -> String {
        let fields = [("email", email), ("password", PASSWORD), ("next", "/")];
        let inside = ask(&self.router, form("/sign-in", OURS, &fields)).await;
        assert_eq!(inside.status, StatusCode::SEE_OTHER, "{email}: {}", inside.text);
        let cookie = inside.headers[header::SET_COOKIE].to_str().expect("text");
        cookie.split(';').next().expect("a cookie").to_owned()
    }

    async fn get(&self, path: &str, who: &Who) -> Answer {
        ask(&self.router, get(path, &who.headers())).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)], who: &Who) -> Answer {
        let mut request: Request<Body> = form(path, OURS, fields);
        for (name, value) in who.headers() {
            request.headers_mut().insert(name, value.parse().expect("a value"));
        }
        ask(&self.router, request).await
    }
}

/// Who asks, and by what they are known.
#[derive(Clone, Debug)]
struct Who {
    name: &'static str,
    cookie: Option<String>,
    token: Option<String>,
}

impl Who {
    fn headers(&self) -> Vec<(header::HeaderName, &str)> {
        let cookie = self.cookie.as_deref().map(|value| (header::COOKIE, value));
        let token = self.token.as_deref().map(|value| (header::AUTHORIZATION, value));
        cookie.into_iter().chain(token).collect()
    }

    fn with_cookie(name: &'static str, cookie: String) -> Self {
        Self { name, cookie: Some(cookie), token: None }
    }

    fn with_token(name: &'static str, token: String) -> Self {
        Self { name, cookie: None, token: Some(token) }
    }
}
