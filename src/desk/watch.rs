//! Requests that fail the provider's check: counted by reason, and an alarm when a provider's
//! requests fail three times in a row while none succeeds.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::Desk;
use crate::config::Provider;

/// Failures in a row that raise the alarm.
const ALARM: u32 = 3;

/// Failed checks in a row, by provider.
#[derive(Debug, Default)]
pub struct Watch(Mutex<BTreeMap<String, u32>>);

impl Desk {
    /// Counts a request that failed the provider's check. `address` is what was verified over:
    /// scheme, host and path, without query.
    pub fn refused(&self, provider: &Provider, reason: &str, address: &str) {
        self.counters.refused(reason, &provider.name);
        let Ok(mut failures) = self.watch.0.lock() else { return };
        let run = failures.entry(provider.name.clone()).or_default();
        *run = run.saturating_add(1);
        if *run == ALARM {
            self.counters.count("alarm_verification", &provider.name);
            tracing::error!(
                provider = %provider.name, reason,
                "the last {ALARM} requests of this provider were refused. We verified over {address}: \
                 is public_url what the provider calls, and is its key the right one?"
            );
        } else {
            tracing::warn!(provider = %provider.name, reason, "a request was refused");
        }
    }

    /// Notes that a request passed the provider's check.
    pub fn verified(&self, provider: &Provider) {
        if let Ok(mut failures) = self.watch.0.lock() {
            failures.remove(&provider.name);
        }
    }
}
