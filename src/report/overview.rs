//! The overview: the centre's figures beside those of the period before, and what changed most.

use serde::Serialize;

use jiff::ToSpan;
use jiff::civil::Date;

use super::agents::{Figures, Rate, Waiting};
use super::anonymous::is_fenced;
use super::compare::measure_of;
use super::measures::{Detail, Figure, Measured, Shape, figures};
use super::parts::{Counted, over};
use super::targets::Against;
use super::view::Standard;
use super::weighted::Sampled;
use super::{Filter, ReportError, Reports, Viewer};
use crate::satisfaction::difference::{self, Difference, difference_of_nps, difference_of_shares};
use crate::satisfaction::{nps, share};
use crate::store::NOT_LINKED;
use crate::store::report::Split;

/// The centre's figures and their changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Overview {
    /// First day, local.
    pub from: String,
    /// Last day, included.
    pub to: String,
    /// The period before: first day.
    pub before_from: String,
    /// Its last day.
    pub before_to: String,
    /// The centre's zone.
    pub time_zone: String,
    /// The figures of the whole view.
    pub now: Figures,
    /// Those of the period before.
    pub before: Figures,
    /// What became of each figure.
    pub changes: Vec<Changed>,
    /// The figures that have a target.
    pub targets: Vec<Against>,
    /// What changed most among teams, queues and languages, beyond chance after counting all that
    /// was compared; the largest first.
    pub changed_most: Vec<PartChanged>,
    /// How many were compared for it.
    pub compared: u64,
    /// Interviews that count for no agent.
    pub not_linked: u64,
    /// What is not in the database yet.
    pub waiting: Waiting,
    /// How many calls were asked; null where all that could be were.
    pub sampled: Option<Sampled>,
    /// The figures, in their order.
    #[serde(skip)]
    pub figures: Vec<Figure>,
}

/// What became of a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changed {
    /// Its key, or one of [`RATES`](super::agents::RATES).
    pub measure: String,
    /// This period less the one before, in the unit of the figure.
    pub difference: f64,
    /// Its 95 % interval.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Whether that is more than chance and enough to matter.
    pub change: Change,
}

/// A figure of one team, queue or language that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartChanged {
    /// `team`, `queue` or `language`.
    pub by: &'static str,
    /// Its name.
    pub name: String,
    /// This period's figure.
    pub score: f64,
    /// Answers behind it.
    pub n: u64,
    /// That of the period before.
    pub score_before: f64,
    /// Answers behind that.
    pub n_before: u64,
    /// What became of it.
    #[serde(flatten)]
    pub changed: Changed,
}

/// What may be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It rose.
    Up,
    /// It fell.
    Down,
    /// Chance alone, or too small to matter.
    NotBeyondChance,
}

impl Change {
    pub(super) fn of(change: difference::Change) -> Self {
        match change {
            difference::Change::Up => Self::Up,
            difference::Change::Down => Self::Down,
            difference::Change::NotBeyondChance => Self::NotBeyondChance,
        }
    }

    /// The word in the JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::NotBeyondChance => "not_beyond_chance",
        }
    }
}

/// A rate changes in a way that matters from here on.
const RATE_MARGIN: f64 = 0.03;

impl Filter {
    /// The period before this one: the week before, as many whole months, or as many days.
    pub fn before(&self) -> (Date, Date) {
        let last = self.from.saturating_sub(1.day());
        // A period that is not over yet has the same shape.
        let first = match Standard::of(self.from, self.to, Date::MAX) {
            Some(Standard::Week) => self.from.saturating_sub(7.days()),
            Some(Standard::Month) => self.from.saturating_sub(1.month()),
            Some(Standard::Quarter) => self.from.saturating_sub(3.months()),
            // Several whole months stand beside as many.
            None if self.from.day() == 1 && self.to == self.to.last_of_month() => {
                let month = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
                let months = month(self.to) - month(self.from) + 1;
                self.from.saturating_sub(months.months())
            }
            None => {
                let days = super::view::day_number(self.to) - super::view::day_number(self.from);
                last.saturating_sub(days.days())
            }
        };
        (first, last)
    }
}

impl Reports {
    /// The overview of a view.
    ///
    /// # Errors
    /// If the filter names what is not known here, or the store does not answer.
    pub async fn overview(
        &self,
        filter: &Filter,
        viewer: &Viewer,
    ) -> Result<Overview, ReportError> {
        let (cuts, directory) = self.resolve(filter, viewer).await?;
        let (first, last) = filter.before();
        let cuts_before = over(&cuts, first, last);
        let (now, before) = (&*cuts, &*cuts_before);
        let splits = if is_fenced(&cuts) {
            // What may be shown of the parts of an anonymous survey need not be all of the whole.
            let views = [(now, Split::Whole), (before, Split::Whole)];
            let [whole, whole_before] = self.counted_all(views).await?;
            vec![("queue", whole, whole_before)]
        } else {
            let [team, team_before, queue, queue_before, language, language_before] = self
                .counted_all([
                    (now, Split::Team),
                    (before, Split::Team),
                    (now, Split::Queue),
                    (before, Split::Queue),
                    (now, Split::Language),
                    (before, Split::Language),
                ])
                .await?;
            vec![
                ("team", team, team_before),
                ("queue", queue, queue_before),
                ("language", language, language_before),
            ]
        };
        // Every split holds the whole view; the first one serves for it.
        let Some((_, now, before)) = splits.first() else {
            return Err(ReportError::asked("bad_split", "there is nothing to split by"));
        };
        let seen = directory.seen(now.versions().chain(before.versions()));
        let size = |version, question| now.size(version, question);
        let figures = figures(&seen, filter.question.as_deref(), size);
        let (mut whole, whole_before) = (now.whole(&figures), before.whole(&figures));
        // One agent's calls of a queue and day are one sample: nothing to weigh.
        let sampled = now.sampled().filter(|_| filter.agent.is_none());
        if sampled.is_some() {
            let strata = self.strata(&cuts, Split::Queue, &figures).await?;
            strata.put(None, &figures, &mut whole.measures);
        }
        let changes = changes(&figures, &whole, &whole_before);
        let targets = self.against(filter, &figures, &whole).await?;
        let queues = self.store.queues().await?;
        let name = |by: &str, part: i64, word: &str| match by {
            "team" => directory.teams.get(&part).map(|team| team.name.clone()),
            "queue" => queues.iter().find(|queue| queue.id == part).map(|q| q.name.clone()),
            _ => Some(word.to_owned()).filter(|word| !word.is_empty()),
        };
        let pairs = pairs(&figures, &splits, &name);
        let differences: Vec<(Difference, f64)> =
            pairs.iter().map(|pair| (pair.difference, pair.margin)).collect();
        let verdicts = difference::changed_most(&differences);
        let compared = pairs.len() as u64;
        let mut changed_most: Vec<PartChanged> = pairs
            .into_iter()
            .zip(verdicts)
            .filter(|(_, change)| *change != difference::Change::NotBeyondChance)
            .map(|(pair, change)| pair.changed(Change::of(change)))
            .collect();
        // By their size in margins, so that shares and points stand in one list.
        changed_most.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
        let not_linked = now.staged(NOT_LINKED);
        Ok(Overview {
            from: filter.from.to_string(),
            to: filter.to.to_string(),
            before_from: first.to_string(),
            before_to: last.to_string(),
            time_zone: self.time_zone().to_owned(),
            now: whole,
            before: whole_before,
            changes,
            targets,
            changed_most,
            compared,
            not_linked,
            waiting: Waiting { answers: self.store.waiting().await? },
            sampled,
            figures,
        })
    }
}

/// Two figures of one part.
struct Pair {
    by: &'static str,
    name: String,
    measure: String,
    now: (f64, u64),
    before: (f64, u64),
    difference: Difference,
    margin: f64,
}

impl Pair {
    fn changed(self, change: Change) -> PartChanged {
        PartChanged {
            by: self.by,
            name: self.name,
            score: self.now.0,
            n: self.now.1,
            score_before: self.before.0,
            n_before: self.before.1,
            changed: changed(self.measure, &self.difference, change),
        }
    }
}

impl PartChanged {
    fn weight(&self) -> f64 {
        let points = self.changed.measure == "nps" || self.score.abs() > 1.0;
        self.changed.difference.abs() / if points { 100.0 } else { 1.0 }
    }
}

fn changed(measure: String, difference: &Difference, change: Change) -> Changed {
    Changed {
        measure,
        difference: difference.difference,
        low: difference.interval.low,
        high: difference.interval.high,
        change,
    }
}

fn changes(figures: &[Figure], now: &Figures, before: &Figures) -> Vec<Changed> {
    let mut found = Vec::new();
    for figure in figures {
        let both = now.measures.get(&figure.key).zip(before.measures.get(&figure.key));
        let Some((difference, margin)) = both.and_then(|(now, before)| {
            let enough = now.enough && before.enough;
            enough.then(|| difference_of(figure, now, before)).flatten()
        }) else {
            continue;
        };
        let change = Change::of(difference::change(&difference, margin));
        found.push(changed(figure.key.clone(), &difference, change));
    }
    for ((rate, now), (_, before)) in now.rates().into_iter().zip(before.rates()) {
        let both = now.as_ref().and_then(of_rate).zip(before.as_ref().and_then(of_rate));
        let Some((now, before)) = both else { continue };
        let difference = difference_of_shares(&now, &before);
        let change = Change::of(difference::change(&difference, RATE_MARGIN));
        found.push(changed(rate.into(), &difference, change));
    }
    found
}

pub(super) fn of_rate(rate: &Rate) -> Option<share::Share> {
    // The number of hits comes back whole from a share of whole numbers.
    share::share((rate.score * rate.n as f64).round() as u64, rate.n)
}

/// The difference of a figure over two periods with its margin; `None` where it has no score.
pub fn difference_of(
    figure: &Figure,
    now: &Measured,
    before: &Measured,
) -> Option<(Difference, f64)> {
    let margin = measure_of(&figure.shape)?.margin();
    let difference = match (&now.detail, &before.detail) {
        (
            Detail::Nps { promoters: p1, passives: n1, detractors: d1 },
            Detail::Nps { promoters: p2, passives: n2, detractors: d2 },
        ) => difference_of_nps(&nps::nps(*p1, *n1, *d1)?, &nps::nps(*p2, *n2, *d2)?),
        _ => {
            difference_of_shares(&share_of(&figure.shape, now)?, &share_of(&figure.shape, before)?)
        }
    };
    Some((difference, margin))
}

/// The share that a figure's counts come to; `None` where nothing is satisfied or not.
pub(super) fn share_of(shape: &Shape, measured: &Measured) -> Option<share::Share> {
    let satisfied: &[u8] = match shape {
        Shape::Scale { satisfied, .. } => satisfied,
        Shape::YesNo { satisfied } => std::slice::from_ref(satisfied),
        Shape::Nps | Shape::Choice { .. } => return None,
    };
    let values = measured.values.0.iter();
    let hits = values.filter(|(value, _)| satisfied.contains(value)).map(|(_, n)| n).sum();
    share::share(hits, measured.n)
}

fn pairs(
    figures: &[Figure],
    splits: &[(&'static str, Counted, Counted)],
    name: &impl Fn(&str, i64, &str) -> Option<String>,
) -> Vec<Pair> {
    let mut found = Vec::new();
    for (by, now, before) in splits {
        let (now, before) = (now.gather(figures), before.gather(figures));
        // One part is the whole, which has its own place.
        if now.len() < 2 {
            continue;
        }
        for ((part, word), own) in &now {
            let Some(name) = name(by, *part, word) else { continue };
            let Some(old) = before.get(&(*part, word.clone())) else { continue };
            for figure in figures.iter().filter(|figure| figure.older_series.is_none()) {
                let both = own.measures.get(&figure.key).zip(old.measures.get(&figure.key));
                let Some((now, before)) = both.filter(|(a, b)| a.enough && b.enough) else {
                    continue;
                };
                let (Some((difference, margin)), Some(score), Some(old_score)) =
                    (difference_of(figure, now, before), now.score, before.score)
                else {
                    continue;
                };
                found.push(Pair {
                    by,
                    name: name.clone(),
                    measure: figure.key.clone(),
                    now: (score, now.n),
                    before: (old_score, before.n),
                    difference,
                    margin,
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn whole_months_stand_beside_whole_months() {
        let before = |from, to| Filter::days(from, to).before();
        for (from, to, first, last) in [
            (date(2026, 3, 1), date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
            (date(2026, 2, 1), date(2026, 3, 31), date(2025, 12, 1), date(2026, 1, 31)),
            (date(2024, 1, 1), date(2024, 12, 31), date(2023, 1, 1), date(2023, 12, 31)),
            (date(2026, 3, 2), date(2026, 3, 15), date(2026, 2, 16), date(2026, 3, 1)),
        ] {
            assert_eq!(before(from, to), (first, last), "{from} to {to}");
        }
    }
}
