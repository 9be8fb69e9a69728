//! `[sso]`: single sign-on with an OpenID Connect provider.

use toml::{Table, Value};

use super::super::{Given, SingleSignOn};
use super::{Reading, string, strings};

/// Roles that people can have.
const ROLES: [&str; 5] = ["admin", "manager", "reviewer", "agent", "read"];

impl Reading<'_> {
    /// Single sign-on, if an issuer is named.
    pub(super) fn sso(&mut self, settings: &Table, public: bool) -> Option<SingleSignOn> {
        let table = settings.get("sso").and_then(Value::as_table)?;
        let issuer = string(table, "issuer");
        if issuer.is_empty() {
            return None;
        }
        let local = super::loopback_host(&issuer) && issuer.starts_with("http://");
        if !issuer.starts_with("https://") && (public || !local) {
            self.fault("sso.issuer", "must begin with https://");
        }
        let client_id = string(table, "client_id");
        if client_id.is_empty() {
            self.fault("sso.client_id", "is missing: the id under which the provider knows us");
        }
        let secret = self.optional_secret(settings, "sso", "client_secret", "client_secret_file");
        let roles = self.mapping(table, "roles");
        for given in &roles {
            if !ROLES.contains(&given.gives.as_str()) {
                let message =
                    format!("\"{}\" is not a role; there are {}", given.gives, ROLES.join(", "));
                self.fault("sso.roles", message);
            }
        }
        if roles.is_empty() {
            let message = "gives nobody a role; write for example [\"support-leads = manager\"]";
            self.fault("sso.roles", message);
        }
        Some(SingleSignOn {
            issuer,
            client_id,
            client_secret: secret,
            name: string(table, "name"),
            scopes: strings(table, "scopes"),
            claim: string(table, "claim"),
            agent_claim: Some(string(table, "agent_claim")).filter(|claim| !claim.is_empty()),
            roles,
            teams: self.mapping(table, "teams"),
        })
    }

    /// A list of `VALUE = WHAT IT GIVES`.
    fn mapping(&mut self, table: &Table, key: &str) -> Vec<Given> {
        let mut found = Vec::new();
        for line in strings(table, key) {
            match line.split_once('=').map(|(claim, gives)| (claim.trim(), gives.trim())) {
                Some((claim, gives)) if !claim.is_empty() && !gives.is_empty() => {
                    found.push(Given { claim: claim.to_owned(), gives: gives.to_owned() });
                }
                _ => self.fault(
                    &format!("sso.{key}"),
                    format!("\"{line}\" is not of the form \"VALUE OF THE CLAIM = WHAT IT GIVES\""),
                ),
            }
        }
        found
    }
}
