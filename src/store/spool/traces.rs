//! What waits in the spools of this machine and belongs to one person.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use sqlx::Sqlite;

use super::super::open::pool;
use super::super::{CallerHash, Store, StoreError};
use super::{DONE, EVERYTHING, Item, files, options};
use crate::interview::{Fact, InterviewId};

/// Whether a notice, in the desk's own words, is about one of these interviews or about a call of one
/// of these names.
pub type About<'a> = &'a (dyn Fn(&str, &HashSet<InterviewId>, &BTreeSet<String>) -> bool + Sync);

/// Who is looked for in spools.
pub struct Sought<'a> {
    /// The hash of their number, where they are known by it.
    pub caller: Option<CallerHash>,
    /// Interviews that are known to be theirs.
    pub interviews: &'a [InterviewId],
    /// Tells which notices are theirs.
    pub notice: About<'a>,
    /// Names of their calls.
    pub calls: &'a BTreeSet<String>,
}

/// What was found of them.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// The things that wait, as JSON.
    pub items: Vec<String>,
    /// Interviews that they are of.
    pub interviews: BTreeSet<InterviewId>,
    /// Interviews in which one of them says never to ask them again.
    pub never_ask: Vec<InterviewId>,
}

impl Store {
    /// Finds what waits for somebody in all files of a folder, also those that running servers are
    /// using; takes it out where `remove`.
    ///
    /// # Errors
    /// If a file cannot be read or written; what was taken out of others stays out.
    pub async fn in_spools(
        folder: &Path,
        whose: &Sought<'_>,
        remove: bool,
    ) -> Result<Waiting, StoreError> {
        let mut found = Waiting::default();
        for (_, file) in files(folder) {
            let pool = pool::<Sqlite>(1);
            let pool = pool.connect_with(options(&file).read_only(!remove)).await?;
            let rows: Vec<(i64, String)> = sqlx::query_as(EVERYTHING).fetch_all(&pool).await?;
            // What cannot be read is of another release; whose it is nobody can tell here.
            let rows: Vec<(i64, String, Item)> = rows
                .into_iter()
                .filter_map(|(seq, text)| {
                    let item = serde_json::from_str(&text).ok()?;
                    Some((seq, text, item))
                })
                .collect();
            let theirs = of(&rows, whose);
            for (seq, text, item) in rows.into_iter().filter(|(seq, ..)| theirs.contains(seq)) {
                if remove {
                    sqlx::query(DONE).bind(seq).execute(&pool).await?;
                }
                found.interviews.extend(item.interview());
                found.never_ask.extend(item.interview().filter(|_| says_never(&item)));
                found.items.push(text);
            }
            pool.close().await;
        }
        Ok(found)
    }
}

/// The rows that are theirs.
fn of(rows: &[(i64, String, Item)], whose: &Sought<'_>) -> HashSet<i64> {
    let mut interviews: HashSet<InterviewId> = whose.interviews.iter().copied().collect();
    let mut calls = whose.calls.clone();
    for (_, _, item) in rows {
        if let Item::Start(begin) = item
            && begin.caller.is_some()
            && begin.caller == whose.caller
        {
            interviews.insert(begin.id);
            calls.extend(begin.call_ref.clone());
        }
    }
    let theirs = |item: &Item| match item {
        Item::Notice(words, _) => (whose.notice)(words, &interviews, &calls),
        item => item.interview().is_some_and(|id| interviews.contains(&id)),
    };
    rows.iter().filter(|(_, _, item)| theirs(item)).map(|(seq, ..)| *seq).collect()
}

fn says_never(item: &Item) -> bool {
    matches!(item, Item::Turn(turn) | Item::Second(turn) if turn.facts.iter().any(|fact| matches!(fact, Fact::NeverAsk)))
}
