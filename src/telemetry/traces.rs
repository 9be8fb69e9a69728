//! Traces over OTLP, where the settings name a collector: what a request took, and its commit.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceId,
    TraceState, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};

use crate::config::Telemetry;

/// Longest time for one delivery to the collector.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether requests are traced, and where to.
#[derive(Clone, Debug, Default)]
pub struct Traces(Option<On>);

#[derive(Clone, Debug)]
struct On {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// Why nothing can be traced.
#[derive(Debug, thiserror::Error)]
#[error("telemetry.otlp: traces cannot be sent: {0}")]
pub struct TracesError(String);

/// The collector's HTTP, by the client that everything else goes out by. Spans are sent by a thread
/// of their own, which knows no runtime.
struct Client {
    client: reqwest::Client,
    runtime: tokio::runtime::Handle,
    /// Whether the last delivery failed: that is told once.
    fails: AtomicBool,
}

impl Client {
    /// Tells that traces are lost, or that they are not any more.
    fn told(&self, fault: Option<String>) {
        let failed = self.fails.swap(fault.is_some(), Ordering::Relaxed);
        match fault {
            Some(fault) if !failed => {
                tracing::warn!(
                    "telemetry.otlp: the collector takes no traces, and they are lost: {fault}"
                );
            }
            None if failed => tracing::info!("telemetry.otlp: the collector takes traces again"),
            _ => {}
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl HttpClient for Client {
    fn send_bytes<'a, 'b>(
        &'a self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, HttpError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request.map(reqwest::Body::from).try_into()?).await?;
            let mut told = http::Response::builder().status(answer.status());
            if let Some(headers) = told.headers_mut() {
                headers.extend(answer.headers().clone());
            }
            Ok::<_, HttpError>(told.body(answer.bytes().await?)?)
        });
        Box::pin(async move {
            let sent = sent.await?;
            self.told(match &sent {
                Ok(answer) if answer.status().is_success() => None,
                Ok(answer) => Some(answer.status().to_string()),
                Err(fault) => Some(causes(&**fault)),
            });
            sent
        })
    }
}

impl Traces {
    /// As the settings say; within a tokio runtime.
    ///
    /// # Errors
    /// If the address of the collector cannot be used.
    pub fn start(settings: &Telemetry) -> Result<Self, TracesError> {
        let Some(base) = &settings.otlp else { return Ok(Self::default()) };
        let client = reqwest::Client::builder().timeout(PATIENCE).build();
        let client = client.map_err(|fault| TracesError(fault.to_string()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client {
                client,
                runtime: tokio::runtime::Handle::current(),
                fails: AtomicBool::new(false),
            })
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .with_endpoint(format!("{}/v1/traces", base.trim_end_matches('/')))
            .build()
            .map_err(|fault| TracesError(fault.to_string()))?;
        let share = Sampler::TraceIdRatioBased(settings.share);
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder_empty().with_service_name("aftercall");
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(Sampler::ParentBased(Box::new(share)))
            .with_resource(resource.with_attribute(version).build())
            .build();
        let tracer = provider.tracer("aftercall");
        Ok(Self(Some(On { provider, tracer })))
    }

    /// Begins a request's part of a trace: of that of `parent` (W3C's `traceparent`), if it has
    /// one. `None` where nothing is traced, or this request is not drawn.
    pub fn begin(&self, method: &str, parent: Option<&str>) -> Option<Span> {
        let On { tracer, .. } = self.0.as_ref()?;
        let parent = match parent.and_then(remote) {
            Some(parent) => Context::new().with_remote_span_context(parent),
            None => Context::new(),
        };
        let begun = tracer
            .span_builder(method.to_owned())
            .with_kind(SpanKind::Server)
            .with_attributes([KeyValue::new("http.request.method", method.to_owned())]);
        let span = tracer.build_with_context(begun, &parent);
        span.is_recording()
            .then(|| Span { context: parent.with_span(span), tracer: tracer.clone() })
    }

    /// Sends what waits, and no more after that. Blocks for a second at most.
    pub fn stop(&self) {
        let Some(On { provider, .. }) = &self.0 else { return };
        if let Err(fault) = provider.shutdown_with_timeout(Duration::from_secs(1)) {
            tracing::warn!("the last traces were not sent: {fault}");
        }
    }
}

/// A fault with those below it.
fn causes(fault: &dyn std::error::Error) -> String {
    let mut said = fault.to_string();
    let mut below = fault.source();
    while let Some(deeper) = below {
        said = format!("{said}: {deeper}");
        below = deeper.source();
    }
    said
}

/// The trace that a header `traceparent` names.
fn remote(header: &str) -> Option<SpanContext> {
    let mut parts = header.split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let lengths = [version.len(), trace.len(), span.len(), flags.len()];
    if lengths != [2, 32, 16, 2] || version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

/// The id of the trace that a header `traceparent` names.
pub fn trace_of(header: &str) -> Option<String> {
    remote(header).map(|parent| parent.trace_id().to_string())
}

/// A request's part of a trace.
#[derive(Debug)]
pub struct Span {
    context: Context,
    tracer: SdkTracer,
}

impl Span {
    /// It is asked for under that pattern of a path, never the path itself, which holds tokens.
    pub fn route(&self, method: &str, route: &str) {
        self.context.span().update_name(format!("{method} {route}"));
        self.context.span().set_attribute(KeyValue::new("http.route", route.to_owned()));
    }

    /// Something that is known of it.
    pub fn note(&self, key: &'static str, value: String) {
        self.context.span().set_attribute(KeyValue::new(key, value));
    }

    /// It is answered.
    pub fn end(&self, status: u16) {
        let code = KeyValue::new("http.response.status_code", i64::from(status));
        self.context.span().set_attribute(code);
        if status >= 500 {
            self.context.span().set_status(Status::error(""));
        }
        self.context.span().end();
    }

    /// A part of it that begins now, and ends when it is dropped.
    pub(super) fn part(&self, name: &'static str) -> impl Drop + use<> {
        self.tracer.start_with_context(name, &self.context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_read_as_the_standard_says() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(trace_of(good).as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert!(remote(good).is_some_and(|parent| parent.is_sampled()));
        assert!(remote(&good.replace("-01", "-00")).is_some_and(|parent| !parent.is_sampled()));
        assert!(remote(&format!("{}-later", good.replacen("00", "01", 1))).is_some());
        for bad in [
            "",
            "00",
            &format!("{good}-more"),
            &good.replacen("00", "ff", 1),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        ] {
            assert!(remote(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn nothing_is_traced_where_nothing_is_named() {
        assert!(Traces::default().begin("GET", None).is_none());
    }
}
