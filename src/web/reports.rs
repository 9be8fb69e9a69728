//! The reports as programs and spreadsheets read them: JSON, CSV and workbooks.

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};

use super::Site;
use super::access::Person;
use super::api::{ApiError, json_line, may_read, written_down};
use super::pages::tongue;
use crate::clock;
use crate::desk::audit::Act;
use crate::report::{Filter, ReportError, book, table};

/// `/api/v1/reports/agents`, and the same ending in `.csv` and `.xlsx`.
pub fn router() -> Router<Site> {
    Router::new()
        .route("/api/v1/reports/agents", get(agents))
        .route("/api/v1/reports/agents.csv", get(agents_csv))
        .route("/api/v1/reports/agents.xlsx", get(agents_xlsx))
}

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
    Xlsx,
}

impl Form {
    const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Xlsx];

    /// The word in queries and the end of a file's name.
    fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// Its media type.
    fn media(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A query's names and values.
pub(super) fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect()
}

/// Takes that name out of a query; its first value.
pub(super) fn taken(asked: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let at = asked.iter().position(|(said, _)| said == name)?;
    let value = asked.remove(at).1;
    asked.retain(|(said, _)| said != name);
    Some(value)
}

async fn agents(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    let mut asked = pairs(query.as_deref());
    let form = match taken(&mut asked, "format") {
        None => accepted(&headers),
        Some(word) => Form::ALL.into_iter().find(|form| form.word() == word).ok_or_else(|| {
            let sentence = format!("format is \"{word}\"; there are json, csv and xlsx");
            ApiError::new(StatusCode::BAD_REQUEST, "bad_format", sentence)
        })?,
    };
    answer(&site, &person, asked, form, &headers).await
}

async fn agents_csv(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    answer(&site, &person, pairs(query.as_deref()), Form::Csv, &headers).await
}

async fn agents_xlsx(
    person: Person,
    State(site): State<Site>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    may_read(&person)?;
    answer(&site, &person, pairs(query.as_deref()), Form::Xlsx, &headers).await
}

async fn answer(
    site: &Site,
    person: &Person,
    mut asked: Vec<(String, String)>,
    form: Form,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let now = clock::now_ms();
    let bom = if form == Form::Csv { byte_order_mark(&mut asked)? } else { "" };
    let least = least(&mut asked)?;
    let filter = Filter::read(&asked, site.reports.today(now)).map_err(refused)?;
    let viewer = person.viewer(site);
    let report = site.reports.agents(&filter, &viewer, now).await.map_err(refused)?;
    let report = report.with_at_least(least);
    written_down(site, person, Act::Export, "report:agents").await?;
    let name = file_name(&filter, form);
    let body = match form {
        Form::Json => return Ok((private(), json_line(StatusCode::OK, &report)).into_response()),
        Form::Csv => table::csv(&report).map(|text| format!("{bom}{text}").into_bytes()),
        Form::Xlsx => {
            let tongue = tongue(headers);
            // Thousands of agents take a good part of a second: not on a thread that answers calls.
            let made = tokio::task::spawn_blocking(move || book::xlsx(&report, &filter, tongue));
            made.await.map_err(|fault| not_written(&fault))?
        }
    };
    let body = body.map_err(|fault| not_written(&fault))?;
    let kind = match form {
        Form::Csv => "text/csv; charset=utf-8",
        other => other.media(),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((private(), headers, body).into_response())
}

/// Answers that an agent must have to be in the report.
fn least(asked: &mut Vec<(String, String)>) -> Result<u64, ApiError> {
    let Some(text) = taken(asked, "least").filter(|text| !text.is_empty()) else { return Ok(0) };
    text.trim().parse().map_err(|_| {
        let sentence = format!("least is \"{text}\"; write how many answers an agent must have");
        ApiError::new(StatusCode::BAD_REQUEST, "bad_least", sentence)
    })
}

/// What stands before a CSV file: nothing, or with `bom=1` the mark by which some spreadsheets
/// know UTF-8.
fn byte_order_mark(asked: &mut Vec<(String, String)>) -> Result<&'static str, ApiError> {
    match taken(asked, "bom").as_deref() {
        None | Some("" | "0") => Ok(""),
        Some("1") => Ok("\u{feff}"),
        Some(other) => {
            let sentence =
                format!("bom is \"{other}\"; write 1 for a byte order mark, or leave it");
            Err(ApiError::new(StatusCode::BAD_REQUEST, "bad_format", sentence))
        }
    }
}

/// Days and filters in a file's name. Header values and file systems take plain letters only.
fn file_name(filter: &Filter, form: Form) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let filters = filter.pairs().into_iter().filter(|(n, _)| *n != "from" && *n != "to");
    let filters: String = filters
        .map(|(_, value)| format!("-{}", value.chars().map(plain).collect::<String>()))
        .collect();
    format!("agents-{}-{}{filters}.{}", filter.from, filter.to, form.word())
}

fn not_written(fault: &dyn std::fmt::Display) -> ApiError {
    tracing::error!(%fault, "a report could not be written");
    let message = "the table could not be written; the log says more";
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "not_written", message)
}

/// Figures on people belong in no shared cache.
pub(super) fn private() -> [(header::HeaderName, &'static str); 2] {
    [(header::CACHE_CONTROL, "private, no-store"), (header::VARY, "Accept")]
}

/// The form that the client names first. A list is read in its order; weights are not.
fn accepted(headers: &HeaderMap) -> Form {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .map(|kind| kind.split(';').next().unwrap_or_default().trim())
        .find_map(|kind| Form::ALL.into_iter().find(|form| form.media() == kind))
        .unwrap_or(Form::Json)
}

/// A report that cannot be had, as programs read it.
pub(super) fn refused(fault: ReportError) -> ApiError {
    match fault {
        ReportError::Asked { code, sentence } => {
            ApiError::new(StatusCode::BAD_REQUEST, code, sentence)
        }
        ReportError::Forbidden { code, sentence } => {
            ApiError::new(StatusCode::FORBIDDEN, code, sentence)
        }
        ReportError::Store(fault) => ApiError::away(&fault),
    }
}
