//! The addresses that a plugin may reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;

use ipnet::IpNet;

/// The addresses that a plugin may reach. Everything else is denied.
///
/// The check applies to addresses: a name is resolved first, each of its addresses is checked, and the connection goes
/// to one that passed. So a name cannot lead to a forbidden address. An IPv4 address written as IPv6
/// (`::ffff:127.0.0.1`) is treated as IPv4. The unspecified addresses (`0.0.0.0`, `::`) are treated as loopback, where
/// such a connection would end.
///
/// ```
/// use harness_host::Allow;
///
/// // One web server, and the name servers of the local network.
/// let allow = Allow::net("93.184.216.34".parse()?, 80..=80)
///     .and(Allow::net("10.0.0.0/8".parse()?, 53..=53));
///
/// // The same as text, as on the command line.
/// let text: Allow = "93.184.216.34:80".parse()?;
/// assert_eq!(allow, text.and("10.0.0.0/8:53".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    rules: Vec<Rule>,
    except: Vec<IpNet>,
    no_names: bool,
}

/// A network, and the ports in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    net: IpNet,
    ports: RangeInclusive<u16>,
}

/// A network, parsed from text. A single address is a network with one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Net(IpNet);

/// The error if a text is neither a [`Net`] nor an [`Allow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a network: give `all`, `loopback`, an address, or ADDRESS/BITS, and perhaps :PORT or \
     :FROM-TO behind it (an IPv6 address in brackets then)"
)]
pub struct NoNetwork;

const EVERY_PORT: RangeInclusive<u16> = 0..=u16::MAX;

impl Allow {
    /// Allows nothing: every connection fails, and no name is resolved.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Allows only this machine, at its loopback addresses.
    pub fn loopback() -> Self {
        Self::nets([
            IpNet::new_assert(Ipv4Addr::new(127, 0, 0, 0).into(), 8),
            IpNet::new_assert(Ipv6Addr::LOCALHOST.into(), 128),
        ])
    }

    /// Allows everything: for plugins that you trust with this machine's network.
    pub fn everything() -> Self {
        Self::nets([
            IpNet::new_assert(Ipv4Addr::UNSPECIFIED.into(), 0),
            IpNet::new_assert(Ipv6Addr::UNSPECIFIED.into(), 0),
        ])
    }

    /// Allows these ports of a network. ICMP has no ports: it is allowed only by rules for all ports.
    pub fn net(net: Net, ports: RangeInclusive<u16>) -> Self {
        let rules = vec![Rule { net: net.0, ports }];
        Self {
            rules,
            ..Self::default()
        }
    }

    fn nets(nets: [IpNet; 2]) -> Self {
        let rule = |net| Rule {
            net,
            ports: EVERY_PORT,
        };
        Self {
            rules: nets.map(rule).into(),
            ..Self::default()
        }
    }

    /// Allows what either of the two allows, unless either excludes it.
    pub fn and(mut self, other: Self) -> Self {
        self.rules.extend(other.rules);
        self.except.extend(other.except);
        self.no_names |= other.no_names;
        self
    }

    /// Excludes this network, whatever else allows it.
    ///
    /// ```
    /// use harness_host::Allow;
    ///
    /// let not_at_home = Allow::everything()
    ///     .except("127.0.0.0/8".parse()?)
    ///     .except("::1".parse()?)
    ///     .except("192.168.0.0/16".parse()?);
    /// # Ok::<(), harness_host::NoNetwork>(())
    /// ```
    pub fn except(mut self, net: Net) -> Self {
        self.except.push(net.0);
        self
    }

    /// Allows only addresses: names are refused, and not resolved. (Resolving a name sends a message to the name's
    /// server, so a plugin could leak data that way.)
    pub fn without_names(mut self) -> Self {
        self.no_names = true;
        self
    }

    /// Returns whether names may be resolved.
    pub(crate) fn names(&self) -> bool {
        !self.no_names && !self.rules.is_empty()
    }

    /// Returns the addresses that may be reached.
    pub(crate) fn reachable(&self, addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let addresses = addresses.into_iter().map(plain);
        addresses
            .filter(|a| self.permits(a.ip(), a.port()..=a.port()))
            .collect()
    }

    /// Returns the addresses that may be sent ICMP.
    pub(crate) fn pingable(&self, addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
        let addresses = addresses.into_iter().map(plain);
        addresses
            .filter(|a| self.permits(a.ip(), EVERY_PORT))
            .collect()
    }

    fn permits(&self, ip: IpAddr, ports: RangeInclusive<u16>) -> bool {
        let allows = |rule: &Rule| {
            rule.net.contains(&ip)
                && rule.ports.contains(ports.start())
                && rule.ports.contains(ports.end())
        };
        self.rules.iter().any(allows) && !self.except.iter().any(|net| net.contains(&ip))
    }
}

/// Returns the address that a connection to this one would reach, in canonical form.
fn plain(address: SocketAddr) -> SocketAddr {
    let ip = address.ip().to_canonical();
    let ip = match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        // Keeps the scope.
        IpAddr::V6(_) => return address,
        IpAddr::V4(_) => ip,
    };
    SocketAddr::new(ip, address.port())
}

impl FromStr for Net {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.split_once(']'))
            // A port after the brackets would be parsed as a part of the address.
            .filter(|(_, rest)| rest.is_empty() || rest.starts_with('/'))
            .map(|(ip, rest)| format!("{ip}{rest}"));
        let text = bare.as_deref().unwrap_or(text);
        let net = match text.parse::<IpAddr>() {
            Ok(ip) => IpNet::from(ip.to_canonical()),
            Err(_) => text.parse().map_err(|_| NoNetwork)?,
        };
        Ok(Net(net.trunc()))
    }
}

/// Parses `all`, `loopback`, or a network, followed by `:PORT` or `:FROM-TO` if not for all ports.
impl FromStr for Allow {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        match text {
            "all" => return Ok(Self::everything()),
            "loopback" => return Ok(Self::loopback()),
            _ => {}
        }
        if let Ok(net) = text.parse() {
            return Ok(Self::net(net, EVERY_PORT));
        }
        let (net, ports) = text.rsplit_once(':').ok_or(NoNetwork)?;
        let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
        let port = |text: &str| text.parse::<u16>().map_err(|_| NoNetwork);
        Ok(Self::net(net.parse()?, port(from)?..=port(to)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(allow: &Allow, address: &str) -> bool {
        !allow.reachable(vec![address.parse().unwrap()]).is_empty()
    }

    #[test]
    fn nothing_is_allowed_unless_something_is() {
        for address in ["127.0.0.1:80", "[::1]:80", "93.184.216.34:80", "0.0.0.0:80"] {
            assert!(!allows(&Allow::nothing(), address), "{address}");
            assert!(allows(&Allow::everything(), address), "{address}");
        }
        assert!(!Allow::nothing().names());
        assert!(Allow::everything().names());
        assert!(!Allow::everything().without_names().names());
    }

    #[test]
    fn an_address_is_what_it_reaches_however_it_is_written() {
        let inside = Allow::loopback();
        let outside = Allow::everything()
            .except("127.0.0.0/8".parse().unwrap())
            .except("::1".parse().unwrap());
        for address in [
            "127.0.0.1:80",
            "127.255.0.9:80",
            "0.0.0.0:80",
            "[::1]:80",
            "[::]:80",
            "[::ffff:127.0.0.1]:80",
            "[::ffff:0.0.0.0]:80",
        ] {
            assert!(allows(&inside, address), "{address}");
            assert!(!allows(&outside, address), "{address}");
        }
        for address in ["128.0.0.1:80", "[::2]:80", "[::ffff:10.0.0.1]:80"] {
            assert!(!allows(&inside, address), "{address}");
            assert!(allows(&outside, address), "{address}");
        }
        // Where it leads is where the connection goes.
        let reached = inside.reachable(vec!["[::ffff:127.0.0.1]:80".parse().unwrap()]);
        assert_eq!(reached, ["127.0.0.1:80".parse().unwrap()]);
    }

    #[test]
    fn networks_and_ports() {
        let allow: Allow = "10.1.2.3/8:80-90".parse().unwrap();
        assert!(allows(&allow, "10.200.0.1:80") && allows(&allow, "10.200.0.1:90"));
        assert!(!allows(&allow, "10.200.0.1:79") && !allows(&allow, "10.200.0.1:91"));
        assert!(!allows(&allow, "11.0.0.1:80"));
        // ICMP has no port.
        let target = || vec!["10.0.0.1:0".parse().unwrap()];
        assert!(allow.pingable(target()).is_empty());
        let whole: Allow = "10.0.0.0/8".parse().unwrap();
        assert_eq!(whole.pingable(target()).len(), 1);
        let both = allow.and("[2001:db8::]/32:443".parse().unwrap());
        assert!(allows(&both, "[2001:db8::7]:443") && allows(&both, "10.0.0.1:80"));
        assert!(!allows(&both, "[2001:db8::7]:80"));
        let port: Allow = "[2001:db8::1]:80".parse().unwrap();
        assert!(allows(&port, "[2001:db8::1]:80") && !allows(&port, "[2001:db8::1]:81"));
        assert!(!allows(&port, "[2001:db8::1:80]:1"));
        let bare: Allow = "2001:db8::1".parse().unwrap();
        assert!(allows(&bare, "[2001:db8::1]:1") && !allows(&bare, "[2001:db8::2]:1"));
    }

    #[test]
    fn what_is_no_network() {
        for text in [
            "",
            "example.org",
            "10.0.0.0/33",
            "10.0.0.0:",
            "10.0.0.0:99999",
            "10.0.0.0:1-",
            "[::1",
            "10.0.0.0/8/8",
            ":80",
        ] {
            assert_eq!(text.parse::<Allow>(), Err(NoNetwork), "{text:?}");
        }
    }
}
