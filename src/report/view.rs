//! What a report is about: the days and the filters, as a request or a command says them.

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::ReportError;
use super::compare::TELEPHONE;
use crate::survey::{Lang, Version};

/// Which part of the centre's answers a report is about. Days are the centre's local days, both
/// included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Name of a survey: all its versions.
    pub survey: Option<String>,
    /// One version.
    pub version: Option<Version>,
    /// Name of a question: only its measure.
    pub question: Option<String>,
    /// Name of the queue.
    pub queue: Option<String>,
    /// Name of the team at the call.
    pub team: Option<String>,
    /// Code of the agent.
    pub agent: Option<String>,
    /// Language in which it was asked.
    pub language: Option<Lang>,
    /// Channel over which it was asked, such as `phone`.
    pub channel: Option<String>,
}

impl Filter {
    /// Everything of those days.
    pub fn days(from: Date, to: Date) -> Self {
        Self {
            from,
            to,
            survey: None,
            version: None,
            question: None,
            queue: None,
            team: None,
            agent: None,
            language: None,
            channel: None,
        }
    }

    /// Reads a query: `from` and `to` as `2026-01-31` or `period` (a [`Period`]'s word; without
    /// any of them the last 30 days), `survey`, `version`, `question`, `queue`, `team`, `agent`,
    /// `language`, `channel`. An empty value is as if it were not there.
    ///
    /// # Errors
    /// With code `bad_date`, `bad_period`, `bad_language`, `bad_version`, or
    /// `unknown_parameter`: a misspelled filter that is passed over would give a wrong number.
    pub fn read(pairs: &[(String, String)], today: Date) -> Result<Self, ReportError> {
        let (mut from, mut to, mut period) = (None, None, None);
        let mut filter = Self::days(today, today);
        for (name, value) in pairs {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            let text = || Some(value.to_owned());
            match name.as_str() {
                "from" => from = Some(date("from", value)?),
                "to" => to = Some(date("to", value)?),
                "period" => {
                    period = Some(Period::from_word(value).ok_or_else(|| {
                        let words: Vec<_> = Period::ALL.iter().map(|p| p.word()).collect();
                        let words = words.join(", ");
                        ReportError::asked(
                            "bad_period",
                            format!("\"{value}\" is not a period; write one of {words}"),
                        )
                    })?);
                }
                "survey" => filter.survey = text(),
                "version" => {
                    let version = value.parse();
                    filter.version = Some(
                        version.map_err(|sentence| ReportError::asked("bad_version", sentence))?,
                    );
                }
                "question" => filter.question = text(),
                "queue" => filter.queue = text(),
                "team" => filter.team = text(),
                "agent" => filter.agent = text(),
                "language" => {
                    let language = value.parse();
                    filter.language = Some(
                        language
                            .map_err(|sentence| ReportError::asked("bad_language", sentence))?,
                    );
                }
                "channel" => filter.channel = text(),
                other => {
                    return Err(ReportError::asked(
                        "unknown_parameter",
                        format!(
                            "\"{other}\" is not a filter; there are from, to, period, survey, \
                             version, question, queue, team, agent, language and channel"
                        ),
                    ));
                }
            }
        }
        let (first, last) = period.unwrap_or(Period::Days30).days(today);
        (filter.from, filter.to) = match (from, to) {
            (None, None) => (first, last),
            (Some(from), None) => (from, today.max(from)),
            (None, Some(to)) => (to.saturating_sub(29.days()), to),
            (Some(from), Some(to)) => (from, to),
        };
        if filter.from > filter.to {
            return Err(ReportError::asked(
                "bad_period",
                format!("the first day, {}, is after the last, {}", filter.from, filter.to),
            ));
        }
        Ok(filter)
    }

    /// Whether calls that nobody was asked about are in the view: of such a call no survey is
    /// known, and its language only where the record says it.
    pub fn all_calls(&self) -> bool {
        let Self { survey, version, language, channel, .. } = self;
        let telephone = channel.as_deref().is_none_or(|channel| channel == TELEPHONE);
        survey.is_none() && version.is_none() && language.is_none() && telephone
    }

    /// The filter as a query reads it, days and all; for links.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![("from", self.from.to_string()), ("to", self.to.to_string())];
        let texts = [
            ("survey", self.survey.clone()),
            ("version", self.version.map(|v| v.to_string())),
            ("question", self.question.clone()),
            ("queue", self.queue.clone()),
            ("team", self.team.clone()),
            ("agent", self.agent.clone()),
            ("language", self.language.map(|l| l.to_string())),
            ("channel", self.channel.clone()),
        ];
        pairs.extend(texts.into_iter().filter_map(|(name, value)| Some((name, value?))));
        pairs
    }
}

fn date(name: &str, value: &str) -> Result<Date, ReportError> {
    // Years 1 to 9999 only, so that adding days to it stays a date.
    value.parse::<Date>().ok().filter(|d| value.len() == 10 && d.year() > 0).ok_or_else(|| {
        let sentence = format!("{name} is \"{value}\", which is no date; write it as 2026-01-31");
        ReportError::asked("bad_date", sentence)
    })
}

/// The English name of a language; the code where none is known here.
pub fn language_name(code: &str) -> String {
    match code {
        "" => "unknown",
        "ar" => "Arabic",
        "bg" => "Bulgarian",
        "cs" => "Czech",
        "da" => "Danish",
        "de" => "German",
        "el" => "Greek",
        "en" => "English",
        "es" => "Spanish",
        "et" => "Estonian",
        "fi" => "Finnish",
        "fr" => "French",
        "hi" => "Hindi",
        "hr" => "Croatian",
        "hu" => "Hungarian",
        "it" => "Italian",
        "lt" => "Lithuanian",
        "lv" => "Latvian",
        "nl" => "Dutch",
        "no" => "Norwegian",
        "pl" => "Polish",
        "pt" => "Portuguese",
        "ro" => "Romanian",
        "ru" => "Russian",
        "sk" => "Slovak",
        "sl" => "Slovenian",
        "sv" => "Swedish",
        "ta" => "Tamil",
        "tr" => "Turkish",
        "uk" => "Ukrainian",
        other => other,
    }
    .to_owned()
}

/// Days since 1970-01-01.
pub fn day_number(date: Date) -> i64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    i64::from(date.since(epoch).map(|span: Span| span.get_days()).unwrap_or_default())
}

/// A period that goes along with today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Today and the six days before.
    Days7,
    /// Today and the 29 days before.
    Days30,
    /// Today and the 89 days before.
    Days90,
    /// The whole week before this one, Monday to Sunday.
    LastWeek,
    /// From the first of this month to today.
    ThisMonth,
    /// The whole month before this one.
    LastMonth,
    /// The whole quarter before this one.
    LastQuarter,
    /// The twelve whole months before this one.
    Months12,
}

impl Period {
    /// All of them, shortest first.
    pub const ALL: [Self; 8] = [
        Self::Days7,
        Self::Days30,
        Self::Days90,
        Self::LastWeek,
        Self::ThisMonth,
        Self::LastMonth,
        Self::LastQuarter,
        Self::Months12,
    ];

    /// The word in queries.
    pub fn word(self) -> &'static str {
        match self {
            Self::Days7 => "7d",
            Self::Days30 => "30d",
            Self::Days90 => "90d",
            Self::LastWeek => "last-week",
            Self::ThisMonth => "month",
            Self::LastMonth => "last-month",
            Self::LastQuarter => "last-quarter",
            Self::Months12 => "12-months",
        }
    }

    /// The period of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.word() == word)
    }

    /// First and last day.
    pub fn days(self, today: Date) -> (Date, Date) {
        let back = |days: i64| (today.saturating_sub(days.days()), today);
        match self {
            Self::Days7 => back(6),
            Self::Days30 => back(29),
            Self::Days90 => back(89),
            Self::ThisMonth => (today.first_of_month(), today),
            Self::LastMonth => {
                let before = today.first_of_month().saturating_sub(1.day());
                (before.first_of_month(), before)
            }
            Self::LastWeek => {
                let monday = monday_of(today).saturating_sub(7.days());
                (monday, monday.saturating_add(6.days()))
            }
            Self::LastQuarter => {
                let before = quarter_of(today).saturating_sub(1.day());
                (quarter_of(before), before)
            }
            Self::Months12 => {
                let first = today.first_of_month();
                (first.saturating_sub(12.months()), first.saturating_sub(1.day()))
            }
        }
    }
}

/// The Monday of that day's ISO week.
pub fn monday_of(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.saturating_sub(since.days())
}

/// The first day of that day's quarter.
fn quarter_of(day: Date) -> Date {
    let month = (day.month() - 1) / 3 * 3 + 1;
    jiff::civil::date(day.year(), month, 1)
}

/// A period over which agents are compared: the same for everybody who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standard {
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
}

impl Standard {
    /// The standard period that these days are, if they are one and it is over.
    pub fn of(from: Date, to: Date, today: Date) -> Option<Self> {
        if to >= today {
            return None;
        }
        let next = to.saturating_add(1.day());
        if from == monday_of(from) && next == from.saturating_add(7.days()) {
            Some(Self::Week)
        } else if from.day() == 1 && next == from.saturating_add(1.month()) {
            Some(Self::Month)
        } else if from == quarter_of(from) && next == from.saturating_add(3.months()) {
            Some(Self::Quarter)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(query: &str) -> Result<Filter, ReportError> {
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Filter::read(&pairs, date(2026, 3, 1))
    }

    fn code(query: &str) -> &'static str {
        match read(query) {
            Err(ReportError::Asked { code, sentence }) => {
                assert!(sentence.len() > 20, "{sentence}");
                code
            }
            other => panic!("{query}: {other:?}"),
        }
    }

    #[test]
    fn days_of_a_query() {
        for (query, from, to) in [
            ("", "2026-01-31", "2026-03-01"),
            ("period=7d", "2026-02-23", "2026-03-01"),
            ("period=90d", "2025-12-02", "2026-03-01"),
            ("period=month", "2026-03-01", "2026-03-01"),
            ("period=last-month", "2026-02-01", "2026-02-28"),
            ("period=last-week", "2026-02-16", "2026-02-22"),
            ("period=last-quarter", "2025-10-01", "2025-12-31"),
            ("period=12-months", "2025-03-01", "2026-02-28"),
            ("from=2026-01-01&to=2026-01-31", "2026-01-01", "2026-01-31"),
            ("from=2026-02-27", "2026-02-27", "2026-03-01"),
            ("to=2026-01-30", "2026-01-01", "2026-01-30"),
            ("from=&to=&team=", "2026-01-31", "2026-03-01"),
        ] {
            let filter = read(query).expect(query);
            assert_eq!(
                (filter.from.to_string().as_str(), filter.to.to_string().as_str()),
                (from, to),
                "{query}"
            );
        }
    }

    #[test]
    fn only_whole_periods_that_are_over_compare_agents() {
        for (from, to, wanted) in [
            ((2026, 1, 1), (2026, 1, 31), Some(Standard::Month)),
            ((2026, 1, 1), (2026, 1, 30), None),
            ((2025, 10, 1), (2025, 12, 31), Some(Standard::Quarter)),
            ((2025, 11, 1), (2026, 1, 31), None),
            ((2026, 2, 16), (2026, 2, 22), Some(Standard::Week)),
            ((2026, 2, 15), (2026, 2, 21), None),
            // Not over before the day after its last.
            ((2026, 2, 23), (2026, 3, 1), None),
            ((2026, 3, 1), (2026, 3, 31), None),
        ] {
            let day = |(y, m, d): (i16, i8, i8)| date(y, m, d);
            assert_eq!(Standard::of(day(from), day(to), date(2026, 3, 1)), wanted, "{from:?}");
        }
    }

    #[test]
    fn wrong_queries_are_refused_with_a_code() {
        for (query, wanted) in [
            ("from=31.01.2026", "bad_date"),
            ("to=2026-02-30", "bad_date"),
            ("to=-009999-01-01", "bad_date"),
            ("from=2026-02-02&to=2026-02-01", "bad_period"),
            ("period=year", "bad_period"),
            ("version=9f", "bad_version"),
            ("language=english", "bad_language"),
            ("tem=support", "unknown_parameter"),
        ] {
            assert_eq!(code(query), wanted, "{query}");
        }
    }

    #[test]
    fn a_filter_survives_its_own_query() {
        let query = "from=2026-01-01&to=2026-01-31&survey=post-call&version=0000ab12\
                     &question=rating&queue=a+b&team=%C5%A1iaur%C4%97&agent=A17&language=lt\
                     &channel=phone";
        let filter = read(query).expect("a filter");
        let mut again = form_urlencoded::Serializer::new(String::new());
        again.extend_pairs(filter.pairs());
        assert_eq!(read(&again.finish()).expect("a filter"), filter);
        assert_eq!(filter.team.as_deref(), Some("šiaurė"));
    }

    #[test]
    fn day_numbers_and_dates_are_one_another() {
        for (year, month, day, number) in
            [(1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 3, 1, 11_017), (2026, 1, 1, 20_454)]
        {
            assert_eq!(day_number(date(year, month, day)), number);
            assert_eq!(crate::clock::date(number), date(year, month, day));
        }
    }
}
