//! Phones that ring at this server: for the demo, for `call`, and in the browser.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{App, AppError, draw};
use crate::audio::Library;
use crate::config::Provider;
use crate::dialect::{Kind, Proof};
use crate::phone::{self, InProcess, Line};
use crate::survey::Lang;
use crate::web::phone::{Choice, LineTemplate, Offer, PhoneDesk, PhoneSetup, router};
use crate::web::{Body, Router};

/// A line to one provider section of a server at `url`: signs and hands over as that platform
/// would, with a call id of its own.
pub(super) fn to(provider: &Provider, url: &str) -> Line {
    let mut line = Line::new(
        provider.kind,
        format!("{}/voice/{}", url.trim_end_matches('/'), provider.name),
        phone::call_id(provider.kind, draw()),
    );
    line.auth_token = provider.auth_tokens.first().cloned();
    line.start_key = provider.start_keys.first().cloned();
    if !provider.account_sid.is_empty() {
        line.account_sid.clone_from(&provider.account_sid);
    }
    line
}

/// A wire to a server in this process.
pub(super) type Wire = InProcess<Router, Body>;

/// A wire to this server's webhooks, without a socket.
pub(super) fn wire(app: &App) -> Wire {
    InProcess::new(app.voice())
}

/// What a prompt's address says in words, from the surveys themselves.
pub(super) fn words(library: Arc<Library>) -> impl Fn(&str) -> Option<String> + Send + Sync {
    move |url: &str| {
        let path = url.split("/audio/").nth(1)?;
        let mut parts = path.split('/');
        let (_, version, lang, file) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let survey = library.version(version.parse().ok()?)?;
        let lang = lang.parse().ok()?;
        let names = file.split('.').next()?;
        let texts: Vec<&str> = names
            .split('+')
            .filter_map(|id| survey.prompt(lang, id))
            .map(|prompt| &*prompt.text)
            .filter(|text| !text.is_empty())
            .collect();
        Some(texts.join(" "))
    }
}

/// Settings for a server that lives in this process only: a section for each kind of provider,
/// secrets drawn anew, everything on loopback.
pub(super) fn own_settings(address: &str, database: &str, media: &str, more: &str) -> String {
    let (secret, caller_key) = (super::draw_secret(), super::draw_secret());
    let sections: String = Kind::ALL.into_iter().map(own_section).collect();
    format!(
        r#"
listen = "{address}"
public_url = "http://{address}"
database_url = "sqlite:{database}"
media = "{media}"
secret = "{secret}"
caller_key = "{caller_key}"
{more}
{sections}"#
    )
}

/// The section of a kind, named after it.
fn own_section(kind: Kind) -> String {
    let word = kind.word();
    let key = super::draw_secret();
    let proof = match kind.proof() {
        Proof::Address => format!("auth_tokens = [\"{key}\"]"),
        // The phone signs in the platform's place, so it has the private half.
        Proof::Body => {
            let private = STANDARD.encode([draw(), draw()].as_flattened());
            let public = phone::telnyx_public_key(&private);
            format!(
                "auth_tokens = [\"{private}\"]\npublic_keys = [\"{public}\"]\n\
                 start_keys = [\"{key}\"]"
            )
        }
        Proof::Nothing => format!("start_keys = [\"{key}\"]"),
    };
    let account = match kind {
        Kind::Plivo => "MA000000000000000001",
        Kind::Bandwidth => "55555555",
        _ => "AC00000000000000000000000000000001",
    };
    // Bandwidth signs nothing and has no key of its own that could fetch recordings.
    let proof = match kind {
        Kind::Bandwidth => format!("{proof}\napi_key = \"phone:{key}\""),
        _ => proof,
    };
    format!(
        r#"
[provider.{word}]
kind = "{word}"
survey = "post-call"
country = "LT"
account_sid = "{account}"
{proof}
"#
    )
}

/// The phone in the browser, ringing at this server's own providers.
pub(super) fn browser_phone(app: &App) -> Router {
    let site = &app.site;
    let url = &site.config.public_url;
    let mut lines = Vec::new();
    for provider in site.config.providers.values() {
        let mut line = to(provider, url);
        // The phone keeps recordings as the provider would, so that they can be fetched.
        line.media = format!("{url}/phone/media");
        lines.push(LineTemplate { name: provider.name.clone(), line });
    }
    let asked = app.clone();
    let lists = move || -> Offer {
        let app = asked.clone();
        Box::pin(async move {
            let read = offered(&app).await;
            read.inspect_err(|fault| tracing::warn!("the phone's lists could not be read: {fault}"))
                .ok()
        })
    };
    let words = words(site.library.clone());
    router(PhoneDesk::new(lines, app.voice(), lists, words))
}

/// What can be chosen on the phone's page.
pub(super) async fn offered(app: &App) -> Result<PhoneSetup, AppError> {
    let site = &app.site;
    let surveys: Vec<_> = site.desk.surveys().collect();
    let mut languages: Vec<Lang> = Vec::new();
    for lang in surveys.iter().flat_map(|survey| &survey.languages) {
        if !languages.contains(lang) {
            languages.push(*lang);
        }
    }
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into() };
    let agents = app.store().agents().await?;
    let queues = app.store().queues().await?;
    Ok(PhoneSetup {
        providers: site
            .config
            .providers
            .values()
            .map(|provider| choice(&provider.name, provider.kind.title()))
            .collect(),
        surveys: surveys.iter().map(|survey| choice(&survey.name, &survey.title)).collect(),
        languages: languages.iter().map(|lang| choice(lang.code(), language_name(*lang))).collect(),
        agents: agents
            .iter()
            .map(|agent| choice(&agent.code, &format!("{} ({})", agent.name, agent.code)))
            .collect(),
        queues: queues.iter().map(|queue| choice(&queue.name, &queue.name)).collect(),
    })
}

/// A language's own name, for those that the library's surveys speak.
fn language_name(lang: Lang) -> &'static str {
    match lang.code() {
        "en" => "English",
        "lt" => "Lietuvių",
        "lv" => "Latviešu",
        "pl" => "Polski",
        "ta" => "தமிழ்",
        _ => "other",
    }
}
