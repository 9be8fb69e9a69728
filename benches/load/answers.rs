//! Whether the report holds every answer that was sent, once.

use std::collections::BTreeMap;

use aftercall::report::agents::AgentRow;
use aftercall::report::{Filter, Reports, Viewer};
use aftercall::store::Store;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::caller::Call;

/// What was offered to the callers of an agent, and how often each key answered each question.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    offered: u64,
    csat: BTreeMap<String, u64>,
    /// Solved, and answered.
    fcr: [u64; 2],
    ces: BTreeMap<String, u64>,
    nps: u64,
}

/// What does not agree, in words.
pub async fn compare(calls: &[Call], store: &Store, now_ms: i64) -> Vec<String> {
    let mut sent: BTreeMap<String, Counts> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.has_begun()) {
        let counts = sent.entry(call.agent()).or_default();
        counts.offered += 1;
        for (question, key) in call.pressed().iter().enumerate() {
            match question {
                0 => *counts.csat.entry(key.to_string()).or_default() += 1,
                1 => {
                    counts.fcr[0] += u64::from(*key == 1);
                    counts.fcr[1] += 1;
                }
                2 => *counts.ces.entry(key.to_string()).or_default() += 1,
                _ => counts.nps += 1,
            }
        }
    }
    let reports = Reports::new(store.clone(), TimeZone::UTC);
    let today = reports.today(now_ms);
    // A run may begin before midnight.
    let yesterday = today.checked_sub(1.day()).expect("a day");
    let filter = Filter::days(yesterday, today);
    let report = reports.agents(&filter, &Viewer::everything(), now_ms).await.expect("a report");
    let shown: BTreeMap<String, Counts> =
        report.agents.iter().map(|row| (row.agent.clone(), counted(row))).collect();
    let mut wrong = Vec::new();
    for agent in sent.keys().chain(shown.keys().filter(|agent| !sent.contains_key(*agent))) {
        let (sent, shown) = (sent.get(agent), shown.get(agent));
        if sent != shown {
            wrong.push(format!("agent {agent}: sent {sent:?}, the report shows {shown:?}"));
        }
    }
    let differences = store.doctor().await.expect("the doctor reads");
    wrong.extend(differences.iter().map(|difference| format!("{difference:?}")));
    wrong
}

fn counted(row: &AgentRow) -> Counts {
    let row = serde_json::to_value(row).expect("JSON");
    let values = |measure: &str| -> BTreeMap<String, u64> {
        let counts = row[measure]["counts"].as_object().into_iter().flatten();
        let counts = counts.map(|(value, n)| (value.clone(), n.as_u64().unwrap_or(0)));
        counts.filter(|(_, n)| *n > 0).collect()
    };
    let n = row["fcr"]["n"].as_u64().unwrap_or(0);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count"
    )]
    let solved = (row["fcr"]["score"].as_f64().unwrap_or(0.0) * n as f64).round() as u64;
    let nps = |group: &Value| group.as_u64().unwrap_or(0);
    Counts {
        offered: row["offered"].as_u64().unwrap_or(0),
        csat: values("csat"),
        fcr: [solved, n],
        ces: values("ces"),
        nps: ["promoters", "passives", "detractors"].iter().map(|g| nps(&row["nps"][*g])).sum(),
    }
}
