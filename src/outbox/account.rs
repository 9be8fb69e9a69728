//! An account at a provider: where its API is, who we are there, and which addresses are the
//! provider's own.

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use crate::config::{Config, Provider};

/// Where a kind of provider lives.
struct Home {
    /// The kind's word in the settings.
    kind: &'static str,
    /// Base address of its API; none where each customer has an address of their own.
    api: Option<&'static str>,
    /// Domains, with all below them, to which its API may send us on for a recording.
    media: &'static [&'static str],
    /// Where its API's access tokens come from, if it takes nothing else.
    token: Option<&'static str>,
}

/// Twilio: <https://www.twilio.com/docs/voice/api/recording>. Plivo:
/// <https://www.plivo.com/docs/voice/xml/record>; its notices name the media host.
/// Bandwidth: <https://dev.bandwidth.com/docs/voice/webhooks/recordingAvailable>, and
/// <https://dev.bandwidth.com/docs/account/credentials/management> (no user and password any more
/// from December 2026) with the address in its libraries. SignalWire: every
/// space has a name below its domain (developer.signalwire.com/compatibility-api). Kinds that are
/// not here upload their recordings, or their documentation names no host: then the settings must.
const HOMES: &[Home] = &[
    Home {
        kind: "twilio",
        api: Some("https://api.twilio.com"),
        media: &["twilio.com", "twiliocdn.com"],
        token: None,
    },
    Home {
        kind: "bandwidth",
        api: Some("https://voice.bandwidth.com"),
        media: &["bandwidth.com"],
        token: Some("https://api.bandwidth.com/api/v1/oauth2/token"),
    },
    Home {
        kind: "plivo",
        api: Some("https://media.plivo.com"),
        media: &["plivo.com"],
        token: None,
    },
    Home { kind: "signalwire", api: None, media: &["signalwire.com"], token: None },
];

/// Kinds whose signing key is also the password of their API.
const ONE_SECRET: [&str; 3] = ["twilio", "somleng", "plivo"];

/// Kinds whose recordings whoever has the address may fetch.
const OPEN: [&str; 2] = ["kookoo", "africastalking"];

/// User and password of HTTP Basic.
pub(super) struct Credentials {
    pub(super) user: String,
    pub(super) password: SecretString,
}

/// How a request came to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// It stands in a notice.
    Named,
    /// The provider sent us on.
    Redirected,
}

/// What may be sent to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    /// The provider's API: the request carries the credentials.
    Credentials,
    /// A host of the provider that needs none.
    Nothing,
}

fn home(provider: &Provider) -> Option<&'static Home> {
    HOMES.iter().find(|home| home.kind == provider.kind.word())
}

/// The base address of the provider's API without a slash at the end: the settings' `api_base`,
/// else the provider's own.
pub(super) fn api(provider: &Provider) -> Option<&str> {
    let own = || home(provider).and_then(|home| home.api);
    provider.api_base.as_deref().or_else(own).map(|base| base.trim_end_matches('/'))
}

/// Who we are there: the API key if there is one, else the account with its first signing key.
pub(super) fn credentials(provider: &Provider) -> Option<Credentials> {
    if let Some(key) = &provider.api_key {
        let (user, password) = key.expose_secret().split_once(':')?;
        return Some(Credentials { user: user.to_owned(), password: password.into() });
    }
    if !ONE_SECRET.contains(&provider.kind.word()) {
        return None;
    }
    let password = provider.auth_tokens.first()?.clone();
    let user = provider.account_sid.clone();
    (!user.is_empty()).then_some(Credentials { user, password })
}

/// Where access tokens for the provider's API come from, if it takes no user and password: the
/// settings' `token_url`, else the provider's own, unless its API is somewhere else.
pub(super) fn token_url(provider: &Provider) -> Option<&str> {
    let own = || home(provider).filter(|_| provider.api_base.is_none())?.token;
    provider.token_url.as_deref().or_else(own)
}

/// The section whose account an address of the provider's API belongs to (Twilio's has
/// `/Accounts/SID/`, Plivo's `/Account/ID/`): sub-accounts have their own
/// credentials. Another section of the same kind if its account stands in the address, else the
/// one through which the call came.
pub(super) fn owner<'a>(config: &'a Config, provider: &'a Provider, url: &Url) -> &'a Provider {
    let names = |step: &&str| matches!(*step, "Accounts" | "Account" | "accounts");
    let mut steps = url.path().split('/').skip_while(|step| !names(step)).skip(1);
    let Some(account) = steps.next().filter(|sid| !sid.is_empty()) else { return provider };
    let theirs = |other: &&Provider| other.kind == provider.kind && other.account_sid == account;
    if theirs(&provider) {
        return provider;
    }
    config.providers.values().find(theirs).unwrap_or(provider)
}

/// Whether, and with what, we may ask an address for a recording; `None`: never.
///
/// The provider's API, over the very scheme, host and port of its base address, may always be
/// asked. Any other host must be one that the settings name, or, where the provider sends us on,
/// below one of its domains; by https on the usual port, and without credentials.
pub(super) fn allowed(provider: &Provider, url: &Url, came: Came) -> Option<Allowed> {
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let own = home(provider).and_then(|home| home.api);
    let bases = provider.api_base.as_deref().into_iter().chain(own);
    if bases.filter_map(|base| Url::parse(base).ok()).any(|base| base.origin() == url.origin()) {
        let open = OPEN.contains(&provider.kind.word()) && provider.api_key.is_none();
        return Some(if open { Allowed::Nothing } else { Allowed::Credentials });
    }
    let below = |domain: &&str| {
        url.domain()
            .and_then(|host| host.strip_suffix(*domain))
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let known = home(provider).is_some_and(|home| home.media.iter().any(below));
    let usual = url.scheme() == "https" && url.port().is_none();
    let named = provider.recording_hosts.iter().any(|host| url.domain() == Some(host.as_str()));
    let theirs = named || came == Came::Redirected && known;
    (theirs && usual).then_some(Allowed::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(more: &str) -> Config {
        let text = format!(
            "secret = \"{0}\"\ncaller_key = \"{0}\"\n[provider.main]\nkind = \"twilio\"\n\
             account_sid = \"AC1\"\nauth_tokens = [\"first\", \"second\"]\n{more}",
            "0123456789abcdef0123456789abcdef"
        );
        Config::read(&text, "test", Vec::new()).expect("good settings")
    }

    #[test]
    fn only_the_provider_is_asked() {
        use Allowed::{Credentials, Nothing};
        use Came::{Named, Redirected};
        let own = config("");
        let based = config("api_base = \"http://127.0.0.1:9000/twilio/\"");
        for (config, came, url, expected) in [
            (&own, Named, "https://api.twilio.com/2010-04-01/x", Some(Credentials)),
            (&own, Named, "https://api.twilio.com:443/x", Some(Credentials)),
            (&own, Named, "http://api.twilio.com/x", None),
            (&own, Named, "https://api.twilio.com:8443/x", None),
            (&own, Named, "https://user@api.twilio.com/x", None),
            (&own, Named, "https://api.twilio.com@evil.example/x", None),
            (&own, Named, "https://api.twilio.com.evil.example/x", None),
            (&own, Named, "https://media.twiliocdn.com/x", None),
            (&own, Named, "file:///etc/passwd", None),
            (&own, Named, "http://127.0.0.1:9000/x", None),
            (&own, Redirected, "https://api.twilio.com/x", Some(Credentials)),
            (&own, Redirected, "https://media.twiliocdn.com/x", Some(Nothing)),
            (&own, Redirected, "https://com.twilio.music.media.twiliocdn.com/x", Some(Nothing)),
            (&own, Redirected, "https://media.us1.twilio.com/x", Some(Nothing)),
            (&own, Redirected, "http://media.twiliocdn.com/x", None),
            (&own, Redirected, "https://media.twiliocdn.com:8443/x", None),
            (&own, Redirected, "https://eviltwiliocdn.com/x", None),
            (&own, Redirected, "https://169.254.169.254/x", None),
            (&own, Redirected, "https://[::1]/x", None),
            (&based, Named, "http://127.0.0.1:9000/x", Some(Credentials)),
            (&based, Named, "https://api.twilio.com/x", Some(Credentials)),
            (&based, Named, "http://127.0.0.1:9001/x", None),
            (&based, Named, "https://127.0.0.1:9000/x", None),
            (&based, Redirected, "http://127.0.0.1:9000/y", Some(Credentials)),
            (&based, Redirected, "http://127.0.0.1:22/y", None),
            (&based, Redirected, "http://10.0.0.1/y", None),
        ] {
            let provider = &config.providers["main"];
            let parsed = Url::parse(url).expect("an address");
            assert_eq!(allowed(provider, &parsed, came), expected, "{came:?} {url}");
        }
    }

    #[test]
    fn each_kind_has_its_own_hosts() {
        use Allowed::{Credentials, Nothing};
        use Came::{Named, Redirected};
        let config = config(
            "[provider.plivo]\nkind = \"plivo\"\naccount_sid = \"MA1\"\nauth_tokens = [\"p\"]\n\
             [provider.bandwidth]\nkind = \"bandwidth\"\nstart_keys = [\"k\"]\n\
             [provider.branch]\nkind = \"plivo\"\naccount_sid = \"SA2\"\nauth_tokens = [\"b\"]",
        );
        let plivo = &config.providers["plivo"];
        let bandwidth = &config.providers["bandwidth"];
        for (url, expected) in [
            ("https://voice.bandwidth.com/api/v2/accounts/5/calls/c/recordings/r/media", true),
            ("https://media.bandwidth.com/x", false),
            ("https://media.plivo.com/x", false),
        ] {
            let parsed = Url::parse(url).expect("an address");
            let expected = expected.then_some(Credentials);
            assert_eq!(allowed(bandwidth, &parsed, Named), expected, "{url}");
        }
        for (came, url, expected) in [
            (Named, "https://media.plivo.com/v1/Account/MA1/Recording/R1.wav", Some(Credentials)),
            (Named, "http://media.plivo.com/v1/Account/MA1/Recording/R1.wav", None),
            (Named, "https://api.twilio.com/x", None),
            (Named, "https://evilplivo.com/x", None),
            (Redirected, "https://cdn.plivo.com/x", Some(Nothing)),
            (Redirected, "https://media.twiliocdn.com/x", None),
            (Redirected, "https://10.0.0.1/x", None),
        ] {
            let parsed = Url::parse(url).expect("an address");
            assert_eq!(allowed(plivo, &parsed, came), expected, "{came:?} {url}");
        }
        let theirs = Url::parse("https://media.plivo.com/v1/Account/SA2/Recording/R1.wav");
        assert_eq!(owner(&config, plivo, &theirs.expect("an address")).name, "branch");
    }

    #[test]
    fn the_settings_name_the_hosts_that_a_kind_does_not() {
        use Allowed::{Credentials, Nothing};
        use Came::{Named, Redirected};
        let config = config(
            "[provider.telnyx]\nkind = \"telnyx\"\nrecording_hosts = [\"media.example.net\"]\n\
             [provider.sw]\nkind = \"signalwire\"\nauth_tokens = [\"PSK1\"]\n\
             api_base = \"https://space.signalwire.com\"\napi_key = \"project:token\"\n\
             [provider.kookoo]\nkind = \"kookoo\"\nstart_keys = [\"k\"]\n\
             api_base = \"https://recordings.kookoo.in\"\n\
             [provider.somleng]\nkind = \"somleng\"\nauth_tokens = [\"s\"]\naccount_sid = \"A\"\n\
             api_base = \"https://api.somleng.example\"",
        );
        for (name, came, url, expected) in [
            ("telnyx", Named, "https://media.example.net/7f.wav?X-Amz-Expires=600", Some(Nothing)),
            ("telnyx", Named, "http://media.example.net/7f.wav", None),
            ("telnyx", Named, "https://media.example.net:8443/7f.wav", None),
            ("telnyx", Named, "https://evil.media.example.net/7f.wav", None),
            ("telnyx", Named, "https://api.twilio.com/7f.wav", None),
            ("sw", Named, "https://space.signalwire.com/r/1", Some(Credentials)),
            ("sw", Named, "https://other.signalwire.com/r/1", None),
            ("sw", Redirected, "https://files.signalwire.com/r/1", Some(Nothing)),
            // Who has the address may fetch it, also where no credentials are set.
            ("kookoo", Named, "https://recordings.kookoo.in/a/1.wav", Some(Nothing)),
            ("kookoo", Named, "http://recordings.kookoo.in/a/1.wav", None),
            ("somleng", Named, "https://api.somleng.example/r/1", Some(Credentials)),
            ("somleng", Redirected, "https://storage.example/r/1", None),
        ] {
            let url = Url::parse(url).expect("an address");
            assert_eq!(allowed(&config.providers[name], &url, came), expected, "{name} {url}");
        }
        let token = |more: &str| {
            let section =
                format!("[provider.bw]\nkind = \"bandwidth\"\nstart_keys = [\"k\"]\n{more}");
            token_url(&super::tests::config(&section).providers["bw"]).map(str::to_owned)
        };
        assert!(token("").is_some_and(|url| url.starts_with("https://api.bandwidth.com/")));
        assert_eq!(token("api_base = \"https://relay.example.net\""), None);
        let own = "https://login.example.net/token";
        let named = format!("api_base = \"https://relay.example.net\"\ntoken_url = \"{own}\"");
        assert_eq!(token(&named).as_deref(), Some(own));
        let user = |name: &str| credentials(&config.providers[name]).map(|who| who.user);
        assert_eq!(user("sw").as_deref(), Some("project"));
        assert_eq!(user("somleng").as_deref(), Some("A"));
        assert_eq!(user("telnyx"), None);
    }

    #[test]
    fn the_account_is_the_one_in_the_address() {
        let config = config(
            "[provider.branch]\nkind = \"twilio\"\naccount_sid = \"AC2\"\nauth_tokens = [\"b\"]\n\
             [provider.switch]\nkind = \"freeswitch\"\nstart_keys = [\"k\"]\naccount_sid = \"AC3\"",
        );
        let main = &config.providers["main"];
        for (path, expected) in [
            ("2010-04-01/Accounts/AC1/Recordings/RE1", "main"),
            ("2010-04-01/Accounts/AC2/Recordings/RE1", "branch"),
            ("2010-04-01/Accounts/AC3/Recordings/RE1", "main"),
            ("2010-04-01/Accounts/AC9/Recordings/RE1", "main"),
            ("2010-04-01/Accounts", "main"),
            ("RE1", "main"),
        ] {
            let url = Url::parse(&format!("https://api.twilio.com/{path}")).expect("an address");
            assert_eq!(owner(&config, main, &url).name, expected, "{path}");
        }
    }

    #[test]
    fn an_api_key_goes_before_the_account() {
        for (more, user, password) in
            [("", "AC1", "first"), ("api_key = \"SK1:se:cret\"", "SK1", "se:cret")]
        {
            let config = config(more);
            let found = credentials(&config.providers["main"]).expect("credentials");
            assert_eq!((found.user.as_str(), found.password.expose_secret()), (user, password));
        }
    }
}
