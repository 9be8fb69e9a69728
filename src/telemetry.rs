//! Counters and the log.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;
use tracing_subscriber::EnvFilter;

use crate::config::Log;

/// Which event of which provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Event {
    event: String,
    provider: String,
}

/// What happened how often since the start; served at `/metrics`.
#[derive(Debug)]
pub struct Counters {
    registry: Registry,
    events: Family<Event, Counter>,
}

impl Default for Counters {
    fn default() -> Self {
        let mut registry = Registry::default();
        let events = Family::<Event, Counter>::default();
        registry.register(
            "aftercall_events",
            "Things that happened on the webhooks, by event and provider",
            events.clone(),
        );
        Self { registry, events }
    }
}

impl Counters {
    /// Counts one event of a provider; `event` is one of our own fixed words, never input.
    pub fn count(&self, event: &str, provider: &str) {
        self.events
            .get_or_create(&Event { event: event.to_string(), provider: provider.to_string() })
            .inc();
    }

    /// How often an event was counted, over all providers.
    pub fn total(&self, event: &str, provider: &str) -> u64 {
        self.events
            .get_or_create(&Event { event: event.to_string(), provider: provider.to_string() })
            .get()
    }

    /// All counters in Prometheus' text form.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

/// Starts the log on standard error; a second call changes nothing. Colours only on a terminal.
pub fn start_log(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    // A log that runs already (tests) is left as it is.
    let _ = match log.format.as_str() {
        "json" => builder.json().try_init(),
        _ => builder.compact().try_init(),
    };
}
