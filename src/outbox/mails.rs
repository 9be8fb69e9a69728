//! Mails: what they say, and handing them to the mail server. Each has a plain part and one for
//! browsers; what came from callers, hand-overs and records is escaped by the templates.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use serde_json::Value;

use super::OutboxError;
use super::picture::{Line, Picture};
use super::report_mail::Wanted;
use super::sender::SendError;
use crate::config::{Config, MailTls};
use crate::report::agents::Figures;
use crate::report::measures::{Figure, Shape, measure_name};
use crate::report::parts::By;
use crate::report::{Filter, People, ReportError, Reports};
use crate::store::Delivery;
use crate::words::{Tongue, Words};

/// Time for the mail server.
const PATIENCE: Duration = Duration::from_secs(30);
/// At most so many agents stand in a mail; the report has all.
const ROWS: usize = 200;
/// At most so many alarms stand in one mail; their pages have all.
const ALARMS: usize = 100;
/// The picture's name inside a mail.
const PICTURE: &str = "bars@aftercall";

/// Makes mails and hands them to the mail server.
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    reports: Arc<Reports>,
    zone: TimeZone,
    base: String,
    language: String,
    people: People,
}

/// A mail before it is addressed.
struct Draft {
    subject: String,
    plain: String,
    html: String,
    picture: Option<Vec<u8>>,
}

/// A caller who gave a low score, in a mail.
struct Alarm {
    at: String,
    score: String,
    agents: String,
    place: String,
    url: String,
}

#[derive(Template)]
#[template(path = "mail-alert.html")]
struct AlertMail {
    words: &'static Words,
    subject: String,
    alarms: Vec<Alarm>,
    /// How many more there are, in words; empty where there are none.
    more: String,
    base: String,
}

/// Whose figures a report tells: an agent's, or a team's.
struct Whose {
    name: String,
    /// The agent's.
    team: String,
    figures: Figures,
}

/// A line of a mail.
struct Row {
    number: usize,
    name: String,
    team: String,
    score: String,
    interval: String,
    n: u64,
    few: bool,
}

#[derive(Template)]
#[template(path = "mail-report.html")]
struct ReportPage {
    words: &'static Words,
    subject: String,
    measure: String,
    /// Whether its lines are agents; else teams.
    agents: bool,
    rows: Vec<Row>,
    more: String,
    picture: bool,
    cid: &'static str,
    link: String,
    base: String,
}

impl Mailer {
    /// `None` where the settings name no mail server.
    pub(super) fn new(config: &Config, reports: Arc<Reports>) -> Result<Option<Self>, OutboxError> {
        let Some(mail) = &config.mail else { return Ok(None) };
        let server = mail.server.as_str();
        let mut builder = match mail.tls {
            MailTls::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(server)?,
            MailTls::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(server)?,
            MailTls::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server),
        };
        if let Some(password) = &mail.password {
            let (user, password) = (mail.user.clone(), password.expose_secret().to_owned());
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Some(Self {
            transport: builder.port(mail.port).timeout(Some(PATIENCE)).build(),
            from: mail.from.parse()?,
            reports,
            zone: config.time_zone.clone(),
            base: config.public_url.clone(),
            language: config.alert.language.clone(),
            people: config.people,
        }))
    }

    /// Sends one mail of these deliveries, which are all of one event to one mailbox.
    pub(super) async fn send(&self, taken: &[Delivery], now: i64) -> Result<(), SendError> {
        let Some(first) = taken.first() else { return Ok(()) };
        let draft = match first.event.as_str() {
            "score.low" => self.alert(taken)?,
            _ => self.report(first, now).await?,
        };
        let message = self.message(first, draft, now)?;
        self.transport.send(message).await?;
        Ok(())
    }

    fn message(&self, first: &Delivery, draft: Draft, now: i64) -> Result<Message, SendError> {
        let content = |fault: &dyn std::fmt::Display| SendError::Content(fault.to_string());
        let to: Mailbox = first.target.parse().map_err(|fault| content(&fault))?;
        let date = SystemTime::UNIX_EPOCH + Duration::from_millis(now.unsigned_abs());
        let id = format!("<{}@{}>", first.id, self.from.email.domain());
        let html = SinglePart::html(draft.html);
        let body = MultiPart::alternative().singlepart(SinglePart::plain(draft.plain));
        let body = match draft.picture {
            None => body.singlepart(html),
            Some(png) => {
                let kind = ContentType::parse("image/png").map_err(|fault| content(&fault))?;
                let picture = Attachment::new_inline(PICTURE.to_owned()).body(png, kind);
                body.multipart(MultiPart::related().singlepart(html).singlepart(picture))
            }
        };
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(draft.subject)
            .date(date)
            .message_id(Some(id))
            // No answering machine shall answer (RFC 3834).
            .header(AutoSubmitted)
            .multipart(body)
            .map_err(|fault| content(&fault))
    }

    fn local(&self, rfc3339: &str) -> String {
        match rfc3339.parse::<Timestamp>() {
            Ok(at) => {
                at.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
            }
            Err(_) => rfc3339.to_owned(),
        }
    }

    /// One alarm, or several as a digest.
    fn alert(&self, taken: &[Delivery]) -> Result<Draft, SendError> {
        let words = Words::of(Tongue::from_code(&self.language).unwrap_or_default());
        let n = taken.len() as u64;
        let subject = words.fill("mail-low-subject", &[("n", n.into())]);
        let mut alarms = Vec::new();
        for one in taken.iter().take(ALARMS) {
            let body: Value = serde_json::from_str(&one.body)
                .map_err(|fault| SendError::Content(fault.to_string()))?;
            alarms.push(self.alarm(words, &body["data"]));
        }
        let more = more(words, taken.len() - alarms.len());
        let mut plain = format!("{subject}\n");
        for alarm in &alarms {
            plain.push_str(&format!("\n{}  {}\n", alarm.at, alarm.score));
            for line in [&alarm.agents, &alarm.place, &alarm.url] {
                if !line.is_empty() {
                    plain.push_str(&format!("  {line}\n"));
                }
            }
        }
        if !more.is_empty() {
            plain.push_str(&format!("\n{more}\n"));
        }
        plain.push_str(&format!("\n{}\n{}\n", words.say("mail-low-why"), self.base));
        let page = AlertMail { words, subject, alarms, more, base: self.base.clone() };
        let html = page.render().map_err(|fault| SendError::Content(fault.to_string()))?;
        Ok(Draft { subject: page.subject, plain, html, picture: None })
    }

    fn alarm(&self, words: &Words, data: &Value) -> Alarm {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let low = &data["low"];
        let (value, most) = (low["value"].to_string(), low["scale"][1].to_string());
        let measure = text(&low["measure"]).unwrap_or_default();
        let score = match (most.as_str(), value.as_str()) {
            // A question of yes and no.
            ("1", "0") => words.say("mail-no"),
            ("1", _) => words.say("mail-yes"),
            _ => words.fill("mail-of", &[("value", (&value).into()), ("most", (&most).into())]),
        };
        let name =
            |one: &Value| text(&one["name"]).filter(|n| !n.is_empty()).or(text(&one["agent"]));
        let agents: Vec<String> =
            data["agents"].as_array().into_iter().flatten().filter_map(name).collect();
        let place: Vec<String> = [&data["team"], &data["queue"], &data["language"]]
            .into_iter()
            .filter_map(text)
            .collect();
        Alarm {
            at: self.local(data["started"].as_str().unwrap_or_default()),
            score: format!("{}: {score}", measure_word(words, &measure)),
            agents: agents.join(", "),
            place: place.join(" · "),
            url: text(&data["url"]).unwrap_or_default(),
        }
    }

    /// The agents of one period, or the teams where no agents appear; of what the person at that
    /// address may see.
    async fn report(&self, one: &Delivery, now: i64) -> Result<Draft, SendError> {
        let wanted: Wanted = serde_json::from_str(&one.body)
            .map_err(|fault| SendError::Content(fault.to_string()))?;
        let words = Words::of(Tongue::from_code(&wanted.language).unwrap_or_default());
        let filter = Filter {
            team: wanted.team.clone(),
            survey: wanted.survey.clone(),
            ..Filter::days(wanted.from, wanted.to)
        };
        let (figures, mut of) = match self.lines(&filter, &one.target, now).await {
            Ok(lines) => lines,
            Err(ReportError::Store(fault)) => return Err(fault.into()),
            Err(asked) => return Err(SendError::Content(asked.to_string())),
        };
        let (from, to) = (wanted.from.to_string(), wanted.to.to_string());
        let days = if from == to { from } else { format!("{from} – {to}") };
        let mut subject = words.fill("mail-report-subject", &[("days", (&days).into())]);
        if let Some(team) = &wanted.team {
            subject = format!("{subject} · {team}");
        }
        let lead = figures.iter().find(|f| !matches!(f.shape, Shape::Choice { .. }));
        let n = lead.map_or(0, |_| of.len());
        let (rows, lines) = lead.map_or_else(Default::default, |lead| rows(words, &mut of, lead));
        let more = more(words, n.saturating_sub(rows.len()));
        let measure = lead.map(|lead| measure_word(words, &lead.measure)).unwrap_or_default();
        let nps = lead.is_some_and(|lead| lead.shape == Shape::Nps);
        let picture = match lines.is_empty() {
            true => None,
            false => Picture { lines, signed: nps }.png().map_err(SendError::Content)?.into(),
        };
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(filter.pairs().into_iter().filter(|(_, value)| !value.is_empty()))
            .finish();
        let link = format!("{}/?{query}", self.base);
        let plain = plain(words, &subject, &measure, &rows, &more, &link);
        let page = ReportPage {
            words,
            subject,
            measure,
            agents: self.people != People::Team,
            rows,
            more,
            picture: picture.is_some(),
            cid: PICTURE,
            link,
            base: self.base.clone(),
        };
        let html = page.render().map_err(|fault| SendError::Content(fault.to_string()))?;
        Ok(Draft { subject: page.subject, plain, html, picture })
    }
}

impl Mailer {
    /// The figures, and whose they are in a mail to that address.
    async fn lines(
        &self,
        filter: &Filter,
        address: &str,
        now: i64,
    ) -> Result<(Vec<Figure>, Vec<Whose>), ReportError> {
        let viewer = self.reports.viewer_at(address, self.people, now).await?;
        if viewer.people == People::Team {
            let report = self.reports.parts(filter, By::Team, &viewer).await?;
            let named = report.parts.into_iter().filter_map(|part| {
                Some(Whose { name: part.name?, team: String::new(), figures: part.figures })
            });
            return Ok((report.figures, named.collect()));
        }
        let report = self.reports.agents(filter, &viewer, now).await?;
        let named = report.agents.into_iter().map(|row| Whose {
            name: if row.name.is_empty() { row.agent } else { row.name },
            team: row.team.unwrap_or_default(),
            figures: row.figures,
        });
        Ok((report.figures, named.collect()))
    }
}

/// That so many more are left out; nothing where none are.
fn more(words: &Words, n: usize) -> String {
    match n {
        0 => String::new(),
        n => words.fill("mail-more", &[("n", (n as u64).into())]),
    }
}

/// The report in plain text.
fn plain(
    words: &Words,
    subject: &str,
    measure: &str,
    rows: &[Row],
    more: &str,
    link: &str,
) -> String {
    let mut text = format!("{subject}\n\n");
    if rows.is_empty() {
        text.push_str(&format!("{}\n", words.say("mail-report-empty")));
    } else {
        text.push_str(&format!("{measure} ({})\n\n", words.say("mail-report-interval")));
    }
    for row in rows {
        let team = if row.team.is_empty() { String::new() } else { format!(" ({})", row.team) };
        let score = match row.few {
            true => row.score.clone(),
            false => format!("{} ({}), n = {}", row.score, row.interval, row.n),
        };
        text.push_str(&format!("{}. {}{team}: {score}\n", row.number, row.name));
    }
    if !more.is_empty() {
        text.push_str(&format!("{more}\n"));
    }
    text.push_str(&format!("\n{}\n{link}\n", words.say("mail-report-why")));
    text
}

/// By name, those with too few answers last, as lines of table and picture.
fn rows(words: &Words, of: &mut [Whose], lead: &Figure) -> (Vec<Row>, Vec<Line>) {
    let measured = |one: &Whose| one.figures.measures.get(&lead.key).cloned();
    of.sort_by_key(|one| !measured(one).is_some_and(|m| m.enough));
    let nps = lead.shape == Shape::Nps;
    let text = |value: f64| match nps {
        true => format!("{value:.0}").replace('-', "−"),
        false => format!("{:.0} %", value * 100.0),
    };
    let place = |value: f64| if nps { (value + 100.0) / 200.0 } else { value };
    let mut table = Vec::new();
    let mut lines = Vec::new();
    for (number, one) in (1..).zip(of.iter().take(ROWS)) {
        let measured = measured(one);
        let score = measured.as_ref().and_then(|m| m.score.filter(|_| m.enough));
        let interval = measured.as_ref().and_then(|m| m.low.zip(m.high));
        let n = measured.map_or(0, |m| m.n);
        table.push(Row {
            number,
            name: one.name.clone(),
            team: one.team.clone(),
            score: score.map_or_else(|| words.fill("mail-few", &[("n", n.into())]), text),
            interval: interval
                .filter(|_| score.is_some())
                .map_or_else(String::new, |(low, high)| format!("{} – {}", text(low), text(high))),
            n,
            few: score.is_none(),
        });
        lines.push(Line {
            number,
            score: score.map(place),
            interval: interval.map(|(low, high)| (place(low), place(high))),
        });
    }
    (table, lines)
}

fn measure_word(words: &Words, measure: &str) -> String {
    let key = match measure {
        "csat" => "mail-measure-csat",
        "nps" => "mail-measure-nps",
        "ces" => "mail-measure-ces",
        "fcr" => "mail-measure-fcr",
        other => return measure_name(other),
    };
    words.say(key)
}

/// `Auto-Submitted: auto-generated`.
#[derive(Clone)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
