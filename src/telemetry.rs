//! Counters, times, the log and traces.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tracing_subscriber::EnvFilter;

use crate::config::Log;
use request::{Belonging, Form};

pub mod request;
pub mod traces;

/// Which event of which provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Event {
    event: String,
    provider: String,
}

/// Why something of a provider was refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    reason: String,
    provider: String,
}

/// Which webhook of which provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Webhook {
    provider: String,
    path: String,
}

/// Which page or endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// Upper ends of the buckets of what may take from a millisecond to some seconds.
const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0];

/// Upper ends of the buckets of how many things are written by one commit.
const SIZES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// How many turns, starts and notices each commit holds.
#[derive(Clone, Debug)]
pub struct Batches(Histogram);

impl Default for Batches {
    fn default() -> Self {
        Self(Histogram::new(SIZES))
    }
}

impl Batches {
    /// Notes one commit.
    pub fn wrote(&self, things: usize) {
        // Batches are far smaller than what a float counts without a fault.
        self.0.observe(u32::try_from(things).map_or(f64::MAX, f64::from));
    }
}

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

fn times<L: Clone + std::hash::Hash + Eq>() -> Times<L> {
    Family::new_with_constructor(|| Histogram::new(SECONDS))
}

/// What happened how often since the start, how long things took, and how it stands; served at
/// `/metrics`.
#[derive(Debug)]
pub struct Counters {
    registry: Registry,
    events: Family<Event, Counter>,
    refusals: Family<Refusal, Counter>,
    webhooks: Times<Webhook>,
    routes: Times<Route>,
    away: Gauge,
    spooled_turns: Gauge,
    spooled: Gauge,
    refused: Gauge,
    unlinked: Gauge,
}

/// How this server stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stand {
    /// Whether the database is away.
    pub away: bool,
    /// Turns in the spool.
    pub spooled_turns: u64,
    /// All that is in the spool.
    pub spooled: u64,
    /// What of it the database refuses.
    pub refused: u64,
}

impl Default for Counters {
    fn default() -> Self {
        Self::new(&Batches::default())
    }
}

impl Counters {
    /// All at nothing; the store counts its own commits.
    pub fn new(batches: &Batches) -> Self {
        let mut registry = Registry::default();
        let (events, webhooks, routes) = (Family::default(), times(), times());
        let refusals = Family::<Refusal, Counter>::default();
        let gauges: [Gauge; 5] = Default::default();
        registry.register(
            "aftercall_events",
            "Things that happened, by event and section of the provider",
            events.clone(),
        );
        registry.register(
            "aftercall_refusals",
            "Requests whose sender was not believed, by reason and section of the provider",
            refusals.clone(),
        );
        registry.register(
            "aftercall_commit_size",
            "Starts, turns and notices that were written by one commit of this server",
            batches.0.clone(),
        );
        registry.register(
            "aftercall_webhook_seconds",
            "Time to answer a webhook, by section of the provider and path",
            Times::clone(&webhooks),
        );
        registry.register(
            "aftercall_http_seconds",
            "Time to answer a page or an endpoint of the API, by route",
            Times::clone(&routes),
        );
        let names = [
            ("aftercall_database_away", "1 while the database is away, else 0"),
            ("aftercall_spool_turns", "Turns that wait for the database on this server's disk"),
            ("aftercall_spool_items", "Starts, turns and notices that wait on this server's disk"),
            ("aftercall_spool_refused", "Things in the spool that the database does not take"),
            (
                "aftercall_unlinked_interviews",
                "Interviews of the last 30 days that count for no agent, as of the last minute",
            ),
        ];
        for ((name, help), gauge) in names.into_iter().zip(&gauges) {
            registry.register(name, help, gauge.clone());
        }
        let [away, spooled_turns, spooled, refused, unlinked] = gauges;
        Self {
            registry,
            events,
            refusals,
            webhooks,
            routes,
            away,
            spooled_turns,
            spooled,
            refused,
            unlinked,
        }
    }

    /// Counts one event of a provider; `event` is one of our own fixed words, never input.
    pub fn count(&self, event: &str, provider: &str) {
        self.events
            .get_or_create(&Event { event: event.to_string(), provider: provider.to_string() })
            .inc();
    }

    /// Counts a request whose sender was not believed; `reason` is one of our own fixed words.
    pub fn refused(&self, reason: &str, provider: &str) {
        self.count(reason, provider);
        let refusal = Refusal { reason: reason.to_owned(), provider: provider.to_owned() };
        self.refusals.get_or_create(&refusal).inc();
    }

    /// Notes how many interviews count for no agent.
    pub fn unlinked(&self, interviews: u64) {
        self.unlinked.set(i64::try_from(interviews).unwrap_or(i64::MAX));
    }

    /// How often an event was counted, over all providers.
    pub fn total(&self, event: &str, provider: &str) -> u64 {
        self.events
            .get_or_create(&Event { event: event.to_string(), provider: provider.to_string() })
            .get()
    }

    /// Notes how long a webhook took; `path` is one of our own fixed words, never input.
    pub fn webhook_took(&self, provider: &str, path: &str, took: Duration) {
        let webhook = Webhook { provider: provider.to_owned(), path: path.to_owned() };
        self.webhooks.get_or_create(&webhook).observe(took.as_secs_f64());
    }

    /// Notes how long a page or endpoint took; `route` is the pattern that it stands under.
    pub fn route_took(&self, route: &str, took: Duration) {
        self.routes.get_or_create(&Route { route: route.to_owned() }).observe(took.as_secs_f64());
    }

    /// All of it in Prometheus' text form.
    pub fn text(&self, stand: Stand) -> String {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.away.set(i64::from(stand.away));
        self.spooled_turns.set(number(stand.spooled_turns));
        self.spooled.set(number(stand.spooled));
        self.refused.set(number(stand.refused));
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

/// Starts the log on standard error; a second call changes nothing. Colours only on a terminal.
/// Lines say what request and interview they belong to.
pub fn start_log(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()));
    // A log that runs already (tests) is left as it is.
    let _ = match log.format.as_str() {
        "json" => {
            let form = Form::Json;
            builder.json().map_event_format(|format| Belonging { format, form }).try_init()
        }
        _ => {
            let form = Form::Text;
            builder.compact().map_event_format(|format| Belonging { format, form }).try_init()
        }
    };
}
