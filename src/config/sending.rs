//! What goes out by itself: webhooks, alerts, mails.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::SecretString;

/// What webhooks can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// An interview with at least one answer is over.
    Completed,
    /// A caller gave a score as low as `[alert]` says.
    ScoreLow,
    /// A case was opened.
    CaseOpened,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Completed, Self::ScoreLow, Self::CaseOpened];

    /// The word in settings and bodies.
    pub fn word(self) -> &'static str {
        match self {
            Self::Completed => "interview.completed",
            Self::ScoreLow => "score.low",
            Self::CaseOpened => "case.opened",
        }
    }
}

/// Somebody else's server that is told of what happens.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The section's name.
    pub name: String,
    /// Where it is posted to.
    pub url: String,
    /// Secrets, `whsec_…`; every one signs, so that the receiver may know either.
    pub secrets: Vec<SecretString>,
    /// Of what it is told.
    pub events: BTreeSet<Event>,
    /// Only interviews that count for one of these teams; empty: all.
    pub teams: BTreeSet<String>,
    /// Whether its address may be inside our own network, and without TLS.
    pub allow_private: bool,
}

/// Who is told at once of a low score.
#[derive(Clone, Debug, Default)]
pub struct Alert {
    /// The measure; `None`: nobody is told.
    pub measure: Option<String>,
    /// The score from which on it is low.
    pub at_or_below: u8,
    /// Mailboxes for interviews of teams that are not in `teams`.
    pub to: Vec<String>,
    /// Mailboxes by team.
    pub teams: BTreeMap<String, Vec<String>>,
    /// Language of the mails, ISO 639 code.
    pub language: String,
    /// When no mail is sent.
    pub quiet: Option<Quiet>,
}

/// A part of every day, local time, which may reach over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// Minutes after midnight, included.
    pub from: u16,
    /// Minutes after midnight, not included.
    pub to: u16,
}

/// When cases are opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseRules {
    /// For a low score.
    pub low_score: bool,
    /// For a caller who asked to be called.
    pub callback: bool,
    /// Hours in which somebody should have looked after it.
    pub due_hours: i64,
}

/// How the connection to the mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// It begins in clear and must change to TLS.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// The server through which mails go out.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Its name or address.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How it is kept private.
    pub tls: MailTls,
    /// The account; empty: none is needed.
    pub user: String,
    /// Its password.
    pub password: Option<SecretString>,
    /// From whom mails come, such as `aftercall <survey@example.com>`.
    pub from: String,
}

/// How often a report is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Every {
    /// Of every day.
    Day,
    /// Of every week, on Mondays.
    Week,
    /// Of every month, on its first day.
    Month,
}

impl Every {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The word in settings.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// A report that is mailed by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportMail {
    /// Mailboxes.
    pub to: Vec<String>,
    /// Of which periods.
    pub every: Every,
    /// From which minute after midnight on, local time.
    pub at: u16,
    /// Only of that team.
    pub team: Option<String>,
    /// Only of that survey.
    pub survey: Option<String>,
    /// In which language, ISO 639 code.
    pub language: String,
}
