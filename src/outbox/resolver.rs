//! Names to addresses, but never to an address inside our own network: what a name points to is
//! somebody else's word.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::config::Config;

/// Networks that no public host is in, from the special-purpose registries of IANA (RFC 6890 and
/// its updates).
const INSIDE: &[IpNet] = &[
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 3),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 96),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 9),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
];

/// Where an IPv6 address carries an IPv4 one in its last four bytes: mapped, and NAT64 (RFC 6052).
const CARRIES_V4: &[IpNet] =
    &[v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96)];

const fn v4([a, b, c, d]: [u8; 4], bits: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], bits: u8) -> IpNet {
    IpNet::new_assert(IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, g, h)), bits)
}

/// Whether a public host may have that address.
fn is_public(address: IpAddr) -> bool {
    if let IpAddr::V6(six) = address
        && CARRIES_V4.iter().any(|net| net.contains(&address))
    {
        let [.., a, b, c, d] = six.octets();
        return is_public(Ipv4Addr::new(a, b, c, d).into());
    }
    !INSIDE.iter().any(|net| net.contains(&address))
}

/// Looks names up in the system and leaves out addresses inside; a host that an `api_base` or a
/// `token_url` of the settings names is exempt, since the operator put it there.
pub(super) struct Outside {
    exempt: Arc<BTreeSet<String>>,
}

impl Outside {
    /// Without any exemption.
    pub(super) fn strict() -> Self {
        Self { exempt: Arc::default() }
    }

    pub(super) fn new(config: &Config) -> Self {
        let bases = config.providers.values().flat_map(|provider| {
            [provider.api_base.as_deref(), provider.token_url.as_deref()].into_iter().flatten()
        });
        let hosts = bases.filter_map(|base| reqwest::Url::parse(base).ok());
        let exempt = hosts.filter_map(|url| url.domain().map(str::to_owned)).collect();
        Self { exempt: Arc::new(exempt) }
    }
}

/// Whether an address names its host by number, and that number is inside: such a host is not
/// looked up, so [`Outside`] is not asked.
pub(super) fn inside_by_number(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    number.is_ok_and(|number| !is_public(number))
}

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        let exempt = self.exempt.clone();
        Box::pin(async move {
            let exempt = exempt.contains(name.as_str());
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let taken: Vec<SocketAddr> =
                found.filter(|address| exempt || is_public(address.ip())).collect();
            if taken.is_empty() {
                return Err("the name has no public address".into());
            }
            let taken: Addrs = Box::new(taken.into_iter());
            Ok(taken)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_are_known() {
        for (address, public) in [
            ("54.172.60.0", true),
            ("2600:1f18::1", true),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("127.0.0.53", false),
            ("169.254.169.254", false),
            ("172.31.255.255", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:54.172.60.0", true),
            ("64:ff9b::10.0.0.1", false),
            ("64:ff9b::54.172.60.0", true),
        ] {
            let parsed: IpAddr = address.parse().expect("an address");
            assert_eq!(is_public(parsed), public, "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_that_points_inside_is_not_found() {
        let base = |line: &str| {
            let text = format!(
                "secret = \"{0}\"\ncaller_key = \"{0}\"\n[provider.a]\nkind = \"twilio\"\n\
                 auth_tokens = [\"x\"]\n{line}",
                "0123456789abcdef0123456789abcdef"
            );
            Outside::new(&Config::read(&text, "test", Vec::new()).expect("good settings"))
        };
        let name = || "localhost".parse::<Name>().expect("a name");
        assert!(base("").resolve(name()).await.is_err());
        assert!(base("api_base = \"http://localhost:9\"").resolve(name()).await.is_ok());
    }
}
