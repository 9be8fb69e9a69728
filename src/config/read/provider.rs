//! One account at a phone provider: from its section to [`Provider`].

use secrecy::SecretString;
use toml::{Table, Value};

use super::super::{Number, Provider, loopback_host, reveal};
use super::{Reading, filled, integer, string, strings};
use crate::dialect::{Kind, Proof, PublicKey};
use crate::survey::Lang;

impl Reading<'_> {
    fn public_keys(&mut self, name: &str, table: &Table) -> Vec<PublicKey> {
        let mut keys = Vec::new();
        for text in strings(table, "public_keys") {
            match text.parse::<PublicKey>() {
                Ok(key) => keys.push(key),
                Err(fault) => {
                    self.fault(&format!("provider.{name}.public_keys"), fault.to_string())
                }
            }
        }
        keys
    }

    /// A called number: what is wrong with it is said with it, since several may stand in a line.
    fn number(&mut self, key: &str, number: &Number) {
        if !is_number(&number.to) {
            self.fault(key, not_a_number(&number.to));
        }
        let lang = number.lang.as_deref().filter(|lang| !lang.is_empty());
        if let Some(Err(fault)) = lang.map(str::parse::<Lang>) {
            self.fault(key, format!("{}: {fault}", number.to));
        }
    }

    pub(super) fn provider(
        &mut self,
        name: &str,
        table: &Table,
        public: bool,
        budget: u64,
    ) -> Option<Provider> {
        let key = |field: &str| format!("provider.{name}.{field}");
        if name.is_empty()
            || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            self.fault(&format!("provider.{name}"), "a provider's name has lower-case letters, digits and - only, since it stands in addresses");
        }
        for (field, value) in table {
            let list = value.as_array().map(Vec::as_slice).unwrap_or(std::slice::from_ref(value));
            let mut texts = list.iter().filter_map(Value::as_str);
            if let Some(sample) = texts.find_map(|text| sample(field, text, public)) {
                let message = format!("still has {sample} of an example; put your own value there");
                self.fault(&key(field), message);
            }
        }
        let word = string(table, "kind");
        let Some(kind) = Kind::ALL.into_iter().find(|k| k.word() == word) else {
            let all: Vec<_> = Kind::ALL.iter().map(|k| k.word()).collect();
            let what = match word.as_str() {
                "" => String::from("must be written, one of"),
                word => format!("\"{word}\" is not one of"),
            };
            self.fault(&key("kind"), format!("{what} {}", all.join(", ")));
            return None;
        };
        let auth_tokens: Vec<_> =
            strings(table, "auth_tokens").into_iter().map(SecretString::from).collect();
        let start_keys: Vec<_> =
            strings(table, "start_keys").into_iter().map(SecretString::from).collect();
        let allow_from = self.networks(table, "allow_from", &format!("provider.{name}."));
        let certificate = string(table, "client_cert_header");
        let verify = table.get("verify").and_then(Value::as_bool).unwrap_or(true);
        for (field, secrets) in [("auth_tokens", &auth_tokens), ("start_keys", &start_keys)] {
            if secrets.iter().any(|s| reveal(s).is_empty()) {
                self.fault(&key(field), "an empty key opens the door to everyone; remove it");
            }
        }
        let mut written = start_keys.iter().map(|key| reveal(key).chars().count());
        if public && written.any(|length| (1..START_KEY_LENGTH).contains(&length)) {
            self.fault(
                &key("start_keys"),
                format!(
                    "every start key must have {START_KEY_LENGTH} characters or more on a public \
                     address, for example from: openssl rand -hex 32"
                ),
            );
        }
        let start = !start_keys.is_empty() || !allow_from.is_empty() || !certificate.is_empty();
        let public_keys = self.public_keys(name, table);
        let mut missing = Vec::new();
        if kind.proof() == Proof::Address && auth_tokens.is_empty() {
            missing.push(NO_AUTH_TOKEN);
        }
        if kind.proof() == Proof::Body && public_keys.is_empty() {
            missing.push(NO_PUBLIC_KEY);
        }
        if kind.proof() != Proof::Address && !start {
            missing.push(NO_START_KEY);
        }
        if !verify && public {
            self.fault(&key("verify"), "false is refused on a public address: anyone could vote");
        } else if !verify {
            self.warnings
                .push(format!("provider.{name}: verify = false, requests are not checked"));
        }
        for (field, message) in missing.into_iter().filter(|_| verify) {
            if public {
                self.fault(&key(field), message);
            } else {
                self.warnings.push(format!("provider.{name}.{field} {message}"));
            }
        }
        let language = string(table, "language");
        let language = if language.is_empty() {
            None
        } else {
            match language.parse() {
                Ok(lang) => Some(lang),
                Err(fault) => {
                    self.fault(&key("language"), fault);
                    None
                }
            }
        };
        let written = filled(table, "country");
        let country = written.as_ref().map(|code| code.to_uppercase());
        if let (Some(code), Some(written)) = (&country, &written)
            && !is_country(code)
        {
            let message = format!("\"{written}\" is no country's two letters, such as LT");
            self.fault(&key("country"), message);
        }
        let mut numbers = Vec::new();
        for value in table.get("numbers").and_then(Value::as_array).cloned().unwrap_or_default() {
            match value.try_into::<Number>() {
                Ok(number) => {
                    self.number(&key("numbers"), &number);
                    numbers.push(number);
                }
                Err(fault) => self.fault(&key("numbers"), fault.message().to_string()),
            }
        }
        let moves = match string(table, "move").as_str() {
            "" => false,
            "reservation.wrapup" => true,
            other => {
                self.fault(
                    &key("move"),
                    format!("\"{other}\" is neither empty nor reservation.wrapup"),
                );
                false
            }
        };
        let account = string(table, "account_sid");
        let api_key = filled(table, "api_key");
        if moves && kind != Kind::Twilio {
            self.fault(&key("move"), "only Twilio has TaskRouter; leave it empty");
        }
        if moves && (account.is_empty() || (api_key.is_none() && auth_tokens.is_empty())) {
            self.fault(&key("move"), "needs account_sid and api_key (or auth_tokens): calls are moved through the provider's API");
        }
        if api_key.as_ref().is_some_and(|text| !text.contains(':')) {
            self.fault(&key("api_key"), "must be \"SID:secret\"");
        }
        let mut secret_address = |name: &str| {
            let url = filled(table, name);
            if url.as_ref().is_some_and(|url| !url.starts_with("https://") && !loopback_host(url)) {
                self.fault(
                    &key(name),
                    "must begin with https://, since credentials are sent there",
                );
            }
            url
        };
        let (api_base, token_url) = (secret_address("api_base"), secret_address("token_url"));
        let own_numbers = strings(table, "own_numbers");
        for text in own_numbers.iter().filter(|text| !is_number(text)) {
            self.fault(&key("own_numbers"), not_a_number(text));
        }
        let recording_hosts = strings(table, "recording_hosts");
        for host in recording_hosts.iter().filter(|host| !is_host(host)) {
            let message = format!(
                "\"{host}\" is not the bare name of a host, such as media.example.net: no \
                 https://, port or path, small letters"
            );
            self.fault(&key("recording_hosts"), message);
        }
        let own = u64::try_from(integer(table, "budget_ms")).unwrap_or_else(|_| {
            self.fault(&key("budget_ms"), "must be 0 or more; 0 = limits.budget_ms");
            0
        });
        Some(Provider {
            name: name.to_string(),
            kind,
            survey: filled(table, "survey"),
            country,
            language,
            own_numbers,
            account_sid: account,
            auth_tokens,
            public_keys,
            recording_hosts,
            api_key: api_key.map(SecretString::from),
            api_base,
            token_url,
            start_keys,
            allow_from,
            client_cert_header: (!certificate.is_empty()).then_some(certificate),
            verify,
            budget_ms: if own == 0 { budget.min(kind.most_budget_ms()) } else { own.min(budget) },
            moves,
            numbers,
        })
    }
}

/// What a provider that is to be verified must name, and why.
type Missing = (&'static str, &'static str);
const NO_AUTH_TOKEN: Missing =
    ("auth_tokens", "is missing: without the account's signing key no request can be verified");
const NO_PUBLIC_KEY: Missing =
    ("public_keys", "is missing: without the account's public key no request can be verified");
const NO_START_KEY: Missing = (
    "start_keys",
    "is missing: name start_keys, allow_from or client_cert_header, else anyone who can fetch the start address votes",
);

/// Shortest start key on a public address, in characters: who tries them one by one there must
/// not come to an end.
const START_KEY_LENGTH: usize = 16;

/// Settings that hold what a provider or its customer made up; a manual has words in capitals
/// there, such as START-KEY.
const OWN_VALUES: [&str; 4] = ["account_sid", "auth_tokens", "api_key", "start_keys"];

/// What of a manual's example a value still has. Words in capitals may stay where nobody else
/// comes: samples are tried out there.
fn sample(field: &str, text: &str, public: bool) -> Option<String> {
    if text.contains('…') || text.contains("...") {
        return Some(String::from("the …"));
    }
    if !public {
        return None;
    }
    let capitals = text.contains(['-', ':'])
        && text.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '-' | ':'));
    let spaced = field == "start_keys" && text.contains(char::is_whitespace);
    (text.contains("YOUR-") || (OWN_VALUES.contains(&field) && (capitals || spaced)))
        .then(|| format!("the \"{text}\""))
}

fn is_country(code: &str) -> bool {
    code.parse::<phonenumber::country::Id>().is_ok()
}

/// Whether a number can be told from others: digits as they are dialled, also short ones of a
/// service, with a plus and punctuation or as `tel:` or SIP address of such digits.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    let bare = ["sip:", "sips:", "tel:"].iter().find_map(|scheme| text.strip_prefix(scheme));
    let user = bare.unwrap_or(text).split(['@', ';']).next().unwrap_or_default();
    let digits = user.strip_prefix('+').unwrap_or(user);
    digits.contains(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '/' | '(' | ')'))
}

fn not_a_number(text: &str) -> String {
    format!("\"{text}\" is not a phone number such as +37052000000")
}

/// Whether it is a host's bare name, which is compared letter by letter with that in an address;
/// numbers are no name, and nothing is fetched by them.
fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        let inner =
            label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        inner && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let numbers =
        text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    text.split('.').all(label) && !numbers
}
