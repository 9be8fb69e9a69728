//! The request under way: what lines of the log and traces belong to. It goes along with the task,
//! so that nothing has to be handed down, and is written out only where something is logged.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::traces::Span;

tokio::task_local! {
    static UNDER_WAY: Arc<Request>;
}

/// Longest name that is taken over from a proxy, in characters.
const LONGEST: usize = 128;

/// The name of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// Made here.
    Made(u64),
    /// What a proxy calls it.
    Given(Box<str>),
}

impl Name {
    /// A proxy's name for a request, if it is one that may stand in a log and a header.
    pub fn given(text: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:+=/".contains(c);
        let fits = !text.is_empty() && text.len() <= LONGEST && text.chars().all(plain);
        fits.then(|| Self::Given(text.into()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made(n) => write!(f, "{n:016x}"),
            Self::Given(text) => f.write_str(text),
        }
    }
}

/// Names requests that have none.
#[derive(Debug)]
pub struct Names(AtomicU64);

impl Names {
    /// Beginning at a number that no other server is likely to begin near.
    pub fn new(begin: u64) -> Self {
        Self(AtomicU64::new(begin))
    }

    /// The next name. They follow one another: nothing may rest on nobody knowing them.
    pub fn make(&self) -> Name {
        Name::Made(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A request under way.
#[derive(Debug)]
pub struct Request {
    name: Name,
    interview: OnceLock<[u8; 16]>,
    span: Option<Span>,
}

impl Request {
    /// A request of that name, with its part of a trace if it is traced.
    pub fn new(name: Name, span: Option<Span>) -> Arc<Self> {
        Arc::new(Self { name, interview: OnceLock::new(), span })
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Its part of a trace.
    pub fn span(&self) -> Option<&Span> {
        self.span.as_ref()
    }

    /// The interview that it turned out to concern.
    pub fn interview(&self) -> Option<[u8; 16]> {
        self.interview.get().copied()
    }
}

/// Does that for a request.
pub async fn during<F: Future>(request: Arc<Request>, work: F) -> F::Output {
    UNDER_WAY.scope(request, work).await
}

/// The same work, still for the request under way when it goes on in a task of its own.
pub async fn going_on<F: Future>(request: Option<Arc<Request>>, work: F) -> F::Output {
    match request {
        Some(request) => UNDER_WAY.scope(request, work).await,
        None => work.await,
    }
}

/// The request under way.
pub fn current() -> Option<Arc<Request>> {
    UNDER_WAY.try_with(Arc::clone).ok()
}

/// The request under way concerns that interview; the first word holds.
pub fn concerns(interview: [u8; 16]) {
    let _ = UNDER_WAY.try_with(|request| request.interview.set(interview));
}

/// Does that as a part of its own of the request's trace, if it is traced.
pub async fn part<F: Future>(name: &'static str, work: F) -> F::Output {
    let part = UNDER_WAY.try_with(|request| request.span.as_ref().map(|span| span.part(name)));
    let done = work.await;
    // Ended here at the latest; when the work is given up, by being dropped.
    drop(part);
    done
}

/// How lines are written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// For people.
    Text,
    /// An object a line.
    Json,
}

/// Adds to each line what request and interview it belongs to.
pub(super) struct Belonging<F> {
    pub format: F,
    pub form: Form,
}

impl<S, N, F> FormatEvent<S, N> for Belonging<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(request) = current() else {
            return self.format.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.format.format_event(context, Writer::new(&mut line), event)?;
        writer.write_str(&belonging(self.form, &line, &request)?)
    }
}

/// The line with its request, and its interview where it does not name one itself.
fn belonging(form: Form, line: &str, request: &Request) -> Result<String, fmt::Error> {
    let mut more = line.trim_end().to_owned();
    let interview = request.interview().filter(|_| {
        let named = match form {
            Form::Text => "interview=",
            Form::Json => "\"interview\":",
        };
        !line.contains(named)
    });
    let hex = interview.map(|id| id.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    match form {
        Form::Text => {
            write!(more, " request={}", request.name)?;
            if let Some(id) = hex {
                write!(more, " interview={id}")?;
            }
        }
        Form::Json => {
            more.truncate(more.strip_suffix('}').map_or(more.len(), str::len));
            write!(more, ",\"request\":\"{}\"", request.name)?;
            if let Some(id) = hex {
                write!(more, ",\"interview\":\"{id}\"")?;
            }
            more.push('}');
        }
    }
    more.push('\n');
    Ok(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_harm_no_log_are_taken_over() {
        for good in ["1", "b7ad6b7169203331", "Root=1-67891233-abcdef012345678912345678", "a/b:c"] {
            assert_eq!(Name::given(good).map(|name| name.to_string()).as_deref(), Some(good));
        }
        let long = "a".repeat(LONGEST + 1);
        for bad in ["", " ", "a b", "a\nb", "\"", "ą", "{}", &long] {
            assert_eq!(Name::given(bad), None, "{bad:?}");
        }
        let names = Names::new(u64::MAX);
        assert_eq!(names.make().to_string(), "f".repeat(16));
        assert_eq!(names.make().to_string(), "0".repeat(16));
    }

    #[tokio::test]
    async fn lines_say_what_they_belong_to() {
        let request = Request::new(Name::Made(7), None);
        let (text, json) = ("WARN a: b\n", "{\"level\":\"WARN\",\"fields\":{}}\n");
        assert_eq!(
            belonging(Form::Text, text, &request).as_deref(),
            Ok("WARN a: b request=0000000000000007\n")
        );
        during(request.clone(), async {
            concerns([0xab; 16]);
            // What comes later is another's.
            concerns([1; 16]);
        })
        .await;
        let id = "ab".repeat(16);
        let told = belonging(Form::Text, text, &request).expect("a line");
        assert!(told.ends_with(&format!(" interview={id}\n")), "{told}");
        let told = belonging(Form::Text, "WARN a interview=5\n", &request).expect("a line");
        assert_eq!(told.matches("interview=").count(), 1, "{told}");
        let told = belonging(Form::Json, json, &request).expect("a line");
        let read: serde_json::Value = serde_json::from_str(&told).expect("JSON");
        assert_eq!(
            (&read["request"], &read["interview"]),
            (&"0000000000000007".into(), &id.into())
        );
        // Nothing is under way here.
        concerns([2; 16]);
        assert!(current().is_none());
    }

    #[tokio::test]
    async fn a_task_of_its_own_goes_on_for_the_same_request() {
        let request = Request::new(Name::Made(7), None);
        let seen = during(request, async {
            let work = going_on(current(), async { current().map(|now| now.name().clone()) });
            tokio::spawn(work).await.expect("ends")
        });
        assert_eq!(seen.await, Some(Name::Made(7)));
        assert!(going_on(None, async { current() }).await.is_none());
    }
}
