//! What a page's address asks, and the form that makes such addresses.

use jiff::civil::Date;

use super::PageError;
use super::draw::name;
use super::visit::Visit;
use crate::report::compare::TELEPHONE;
use crate::report::interviews::Answered;
use crate::report::measures::{Figure, Shape};
use crate::report::view::language_name;
use crate::report::{Choices, Filter, Period, ReportError};
use crate::web::reports::pairs;
use crate::words::Words;

/// An answer that a list is limited to.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    /// To what.
    pub figure: &'a Figure,
    /// Which; `None` is any.
    pub score: Option<u8>,
}

impl Chosen<'_> {
    /// As a list asks for it.
    pub fn wanted(&self) -> Answered {
        let values = self.score.map_or_else(|| self.figure.shape.values(), |score| score..=score);
        Answered { questions: self.figure.questions.clone(), values }
    }

    /// In words: that the list holds nothing else.
    pub fn text(&self, words: &Words) -> String {
        let figure = name(words, self.figure);
        match self.score {
            None => words.fill("agent-only-answered", &[("measure", (&figure).into())]),
            Some(score) => {
                let answer = format!("{figure}: {}", label(words, &self.figure.shape, score));
                words.fill("agent-only-answer", &[("answer", (&answer).into())])
            }
        }
    }

    /// As the address has it.
    pub fn pairs(&self) -> [(&'static str, String); 2] {
        let score = self.score.map(|score| score.to_string()).unwrap_or_default();
        [("measure", self.figure.key.clone()), ("score", score)]
    }
}

/// An answer in words: yes and no have their own.
pub fn label(words: &Words, shape: &Shape, value: u8) -> String {
    match (shape, value) {
        (Shape::YesNo { .. }, 0) => words.say("answer-no"),
        (Shape::YesNo { .. }, _) => words.say("answer-yes"),
        (_, value) => value.to_string(),
    }
}

/// The filter form: what is chosen and what can be.
#[derive(Clone, Debug)]
pub struct Form {
    /// Word of the period in force, or `own`.
    pub period: &'static str,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Name of the team; empty for all, as with the next three.
    pub team: String,
    /// Name of the queue.
    pub queue: String,
    /// Name of the survey.
    pub survey: String,
    /// Code of the language.
    pub language: String,
    /// Name of the question.
    pub question: String,
    /// Word of the channel.
    pub channel: String,
    /// Answers that an agent must have to be shown; empty for any.
    pub least: String,
    /// Filters that the form has no field for.
    pub hidden: Vec<(&'static str, String)>,
    /// What can be chosen.
    pub choices: Choices,
    /// Codes and names of languages.
    pub languages: Vec<(String, String)>,
    /// Names of questions and what they ask for.
    pub questions: Vec<(String, String)>,
    /// Words and names of channels.
    pub channels: Vec<(&'static str, String)>,
    /// Words and labels of periods.
    pub periods: Vec<(&'static str, String)>,
    /// Today belongs to the view, so that its figures still grow.
    pub filling: bool,
    /// The filters in force, in words; empty if there are none.
    pub only: String,
    /// What is to be known of anonymous surveys; empty where there are none.
    pub anonymous: String,
    /// The page with the same days and no filter.
    pub clear: String,
}

/// What a page's address asks: the filter and the rest.
pub struct Asked {
    /// The filter.
    pub filter: Filter,
    /// The period in force, if it is one that goes along with today.
    period: Option<Period>,
    today: Date,
    /// Names and values that are no filter: `measure`, `score`, `after`.
    rest: Vec<(String, String)>,
    /// The agent of the filter is the page's own, named in its path.
    own_agent: bool,
}

/// Names in a page's address that are no filters of the report.
const OF_PAGES: [&str; 18] = [
    "measure",
    "score",
    "after",
    "least",
    "page",
    "one",
    "other",
    "other_from",
    "other_to",
    "by",
    "q",
    "disposition",
    "link",
    "comment",
    "low",
    "marked",
    "clashing",
    "columns",
];

impl Asked {
    /// Reads a page's address. A form's address (it has `go`) gives the tidy address to go to
    /// instead: which of period and dates was changed decides which of them holds.
    pub fn read(visit: &Visit, query: Option<&str>) -> Result<Result<Self, String>, PageError> {
        let today = visit.site.reports.today(visit.now);
        let all = pairs(query);
        if all.iter().any(|(name, _)| name == "go") {
            return Ok(Err(tidy(&all, today)));
        }
        let (rest, filters): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(name, _)| OF_PAGES.contains(&name.as_str()));
        let said = |names: &[&str]| {
            filters.iter().any(|(name, value)| names.contains(&name.as_str()) && !value.is_empty())
        };
        let dated = said(&["from", "to"]);
        let mut filters = filters.clone();
        if !dated && !said(&["period"]) {
            filters.retain(|(name, _)| name != "period");
            let usual = visit.site.reports.usual_period().word();
            filters.push(("period".into(), usual.into()));
        }
        let filter = Filter::read(&filters, today)?;
        let word = filters.iter().find(|(name, _)| name == "period").map(|(_, v)| v.as_str());
        let period = (!dated).then(|| word.and_then(Period::from_word).unwrap_or(Period::Days30));
        Ok(Ok(Self { filter, period, today, rest, own_agent: false }))
    }

    /// The page is that agent's.
    pub fn of_one(&mut self, code: String) {
        self.filter.agent = Some(code);
        self.own_agent = true;
    }

    /// What the address says beside the filters.
    pub fn of_page(&self, name: &str) -> Option<&str> {
        let found = self.rest.iter().find(|(n, v)| n == name && !v.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// Answers that an agent must have to be shown, if the address asks for some.
    pub fn least(&self) -> Option<u64> {
        self.of_page("least")?.trim().parse().ok()
    }

    /// Whether a table shows also the columns that are rarely needed.
    pub fn all_columns(&self) -> bool {
        self.of_page("columns") == Some("all")
    }

    /// The page of a long table, from 1.
    pub fn page(&self) -> usize {
        self.of_page("page").and_then(|page| page.parse().ok()).unwrap_or(1).max(1)
    }

    /// The answer that a list is limited to: `measure` and `score` of the address; without the
    /// score any answer.
    pub fn answer<'a>(&self, figures: &'a [Figure]) -> Result<Option<Chosen<'a>>, ReportError> {
        let wrong = |code, sentence| Err(ReportError::Asked { code, sentence });
        let (key, score) = match (self.of_page("measure"), self.of_page("score")) {
            (None, None) => return Ok(None),
            (Some(key), score) => (key, score),
            _ => return wrong("bad_score", "score says nothing without measure".into()),
        };
        let Some(figure) = figures.iter().find(|figure| figure.key == key) else {
            return wrong("bad_measure", format!("nothing in this view measures \"{key}\""));
        };
        let Some(score) = score else { return Ok(Some(Chosen { figure, score: None })) };
        match score.parse::<u8>().ok().filter(|score| figure.shape.values().contains(score)) {
            Some(score) => Ok(Some(Chosen { figure, score: Some(score) })),
            None => {
                let values = match figure.shape {
                    Shape::YesNo { .. } => "0 for no and 1 for yes".to_owned(),
                    _ => {
                        let all = figure.shape.values();
                        format!("numbers from {} to {}", all.start(), all.end())
                    }
                };
                wrong("bad_score", format!("score is \"{score}\"; there are {values}"))
            }
        }
    }

    /// The filters as a query for links: with the period where it goes along with today.
    pub fn query(&self, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(period) = self.period.filter(|period| *period != Period::Days30) {
            query.append_pair("period", period.word());
        }
        for (name, value) in self.filter.pairs() {
            let day = name == "from" || name == "to";
            let replaced = more.iter().any(|(other, _)| *other == name);
            if name != "agent" && !replaced && !(day && self.period.is_some()) {
                query.append_pair(name, &value);
            }
        }
        if let Some(least) = self.of_page("least") {
            query.append_pair("least", least);
        }
        if self.all_columns() && !more.iter().any(|(name, _)| *name == "columns") {
            query.append_pair("columns", "all");
        }
        query.extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    /// The filters as names and values, for a form beside that of the filters.
    pub fn kept(&self) -> Vec<(String, String)> {
        let query = self.query(&[]);
        pairs(Some(query.trim_start_matches('?')))
    }

    /// The same filters over another period, as a query for links.
    pub fn query_over(&self, period: Period) -> String {
        let filters = self.filter.pairs().into_iter();
        let filters = filters.filter(|(name, _)| !["from", "to", "agent"].contains(name));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("period", period.word()).extend_pairs(filters);
        format!("?{}", query.finish())
    }

    /// The same filters over those days, as a query for links.
    pub fn query_days(&self, from: &str, to: &str, more: &[(&str, &str)]) -> String {
        let filters = self.filter.pairs().into_iter();
        let filters = filters.filter(|(name, _)| !["from", "to", "agent"].contains(name));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("from", from).append_pair("to", to).extend_pairs(filters);
        query.extend_pairs(more);
        format!("?{}", query.finish())
    }

    /// The form of the page with that path.
    pub async fn form(&self, visit: &Visit, path: &str) -> Result<Form, PageError> {
        let filter = &self.filter;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let agent = filter.agent.clone().filter(|_| !self.own_agent);
        let version = filter.version.map(|v| v.to_string());
        let language = filter.language.map(|l| l.to_string());
        let words = visit.words();
        let columns = self.all_columns().then(|| "all".to_owned());
        let hidden = [("version", &version), ("agent", &agent), ("columns", &columns)];
        let hidden = hidden.into_iter().filter_map(|(n, v)| Some((n, v.clone()?))).collect();
        let named = language.as_deref().map(|code| language_in(words, code));
        let channel = filter.channel.as_deref().map(|word| channel_in(words, word));
        let said = [
            ("filter-agent", &agent),
            ("filter-team", &filter.team),
            ("filter-queue", &filter.queue),
            ("filter-survey", &filter.survey),
            ("filter-version", &version),
            ("filter-question", &filter.question),
            ("filter-language", &named),
            ("filter-channel", &channel),
        ];
        let said = said.into_iter().filter_map(|(key, value)| {
            Some(format!("{} {}", words.say(key).to_lowercase(), value.as_ref()?))
        });
        let said = said.collect::<Vec<_>>().join(" · ");
        let days = Self {
            filter: Filter::days(filter.from, filter.to),
            period: self.period,
            today: self.today,
            rest: Vec::new(),
            own_agent: false,
        };
        let choices = visit.site.reports.choices(&visit.viewer()).await?;
        Ok(Form {
            period: self.period.map_or("own", Period::word),
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            team: text(&filter.team),
            queue: text(&filter.queue),
            survey: text(&filter.survey),
            language: text(&language),
            question: text(&filter.question),
            channel: text(&filter.channel),
            least: self.of_page("least").unwrap_or_default().to_owned(),
            hidden,
            languages: languages(words, &choices),
            questions: choices.questions.clone(),
            channels: channels(words),
            choices,
            periods: periods(words),
            filling: filter.to >= self.today && filter.from <= self.today,
            only: said,
            clear: format!("{path}{}", days.query(&[])),
            anonymous: anonymous(visit).await?,
        })
    }
}

/// Says where anonymous surveys are, if there are any.
async fn anonymous(visit: &Visit) -> Result<String, PageError> {
    let names = visit.site.reports.anonymous_surveys().await?;
    Ok(match names.is_empty() {
        true => String::new(),
        false => visit.words().fill("filter-anonymous", &[("names", (&names.join(", ")).into())]),
    })
}

fn periods(words: &Words) -> Vec<(&'static str, String)> {
    let own = std::iter::once("own");
    let all = Period::ALL.into_iter().map(Period::word).chain(own);
    all.map(|word| (word, words.say(&format!("period-{word}")))).collect()
}

fn languages(words: &Words, choices: &Choices) -> Vec<(String, String)> {
    choices.languages.iter().map(|code| (code.clone(), language_in(words, code))).collect()
}

fn channels(words: &Words) -> Vec<(&'static str, String)> {
    vec![(TELEPHONE, channel_in(words, TELEPHONE))]
}

/// A language's name as the reader calls it; the code where no name is known.
pub fn language_in(words: &Words, code: &str) -> String {
    let key = format!("lang-{code}");
    if words.has(&key) { words.say(&key) } else { language_name(code) }
}

/// A channel's name as the reader calls it.
pub fn channel_in(words: &Words, word: &str) -> String {
    let key = format!("channel-{word}");
    if words.has(&key) { words.say(&key) } else { word.to_owned() }
}

impl Form {
    /// The form for an address that cannot be shown: with what the address says, as far as the
    /// form has it. The page without filters is always to be had.
    pub async fn of_wrong(
        visit: &Visit,
        path: &str,
        query: Option<&str>,
    ) -> Result<Self, PageError> {
        let today = visit.site.reports.today(visit.now);
        let all = pairs(query);
        let value = |name: &str| {
            let found = all.iter().find(|(n, _)| n == name);
            found.map(|(_, v)| v.trim().to_owned()).unwrap_or_default()
        };
        let period = Period::from_word(&value("period")).unwrap_or(Period::Days30);
        let (from, to) = period.days(today);
        let dated = !value("from").is_empty() || !value("to").is_empty();
        let day =
            |name: &str, else_: Date| value(name).parse::<Date>().unwrap_or(else_).to_string();
        let choices = visit.site.reports.choices(&visit.viewer()).await?;
        let words = visit.words();
        Ok(Self {
            period: if dated { "own" } else { period.word() },
            from: day("from", from),
            to: day("to", to),
            team: value("team"),
            queue: value("queue"),
            survey: value("survey"),
            language: value("language"),
            question: value("question"),
            channel: value("channel"),
            least: value("least"),
            hidden: Vec::new(),
            languages: languages(words, &choices),
            questions: choices.questions.clone(),
            channels: channels(words),
            choices,
            periods: periods(words),
            filling: false,
            only: String::new(),
            clear: path.to_owned(),
            anonymous: anonymous(visit).await?,
        })
    }
}

/// The filters of the page that led to an interview, for the way back: what is no filter is left
/// out, since anybody can write an address.
pub fn way_back(query: Option<&str>) -> String {
    const NAMES: [&str; 20] = [
        "period",
        "from",
        "to",
        "survey",
        "version",
        "question",
        "queue",
        "team",
        "agent",
        "language",
        "channel",
        "measure",
        "score",
        "q",
        "disposition",
        "link",
        "comment",
        "low",
        "marked",
        "clashing",
    ];
    let kept = pairs(query)
        .into_iter()
        .filter(|(name, value)| NAMES.contains(&name.as_str()) && !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

/// The tidy query of a form's: `go` is the period that the form showed.
fn tidy(all: &[(String, String)], today: Date) -> String {
    let value = |name: &str| {
        all.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim()).filter(|v| !v.is_empty())
    };
    let (shown, chosen) = (value("go"), value("period"));
    let dates = [value("from"), value("to")];
    let same_dates = |period: Period| {
        let (from, to) = period.days(today);
        dates == [Some(from.to_string().as_str()), Some(to.to_string().as_str())]
    };
    let period = chosen.and_then(Period::from_word);
    let keep_period = period.filter(|p| chosen != shown || same_dates(*p) || dates == [None, None]);
    let mut query = form_urlencoded::Serializer::new(String::new());
    match keep_period {
        Some(Period::Days30) => {}
        Some(period) => {
            query.append_pair("period", period.word());
        }
        None => {
            for (name, date) in ["from", "to"].into_iter().zip(dates) {
                if let Some(date) = date {
                    query.append_pair(name, date);
                }
            }
        }
    }
    for (name, value) in all {
        if !["go", "period", "from", "to"].contains(&name.as_str()) && !value.trim().is_empty() {
            query.append_pair(name, value.trim());
        }
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_s_address_becomes_a_tidy_one() {
        let today = jiff::civil::date(2026, 3, 1);
        for (form, wanted) in [
            // Nothing was changed.
            ("go=30d&period=30d&from=2026-01-31&to=2026-03-01&team=", ""),
            // Another period, beside the dates of the old one.
            ("go=30d&period=7d&from=2026-01-31&to=2026-03-01&team=a+b", "?period=7d&team=a+b"),
            // Other dates, beside the old period.
            ("go=30d&period=30d&from=2026-01-01&to=2026-03-01", "?from=2026-01-01&to=2026-03-01"),
            // From own dates to a period and back.
            ("go=own&period=month&from=2026-01-01&to=2026-01-02", "?period=month"),
            ("go=30d&period=own&from=2026-01-01&to=2026-01-02", "?from=2026-01-01&to=2026-01-02"),
            ("go=own&period=own&from=2026-01-01&to=2026-01-02", "?from=2026-01-01&to=2026-01-02"),
        ] {
            assert_eq!(tidy(&pairs(Some(form)), today), wanted, "{form}");
        }
    }
}
