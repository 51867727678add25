//! ICMP over raw sockets, as `icmp_send` and `icmp_recv` need it.
//!
//! A raw socket hears all ICMP of the machine: replies to somebody else, the echo requests
//! themselves on loopback, unreachable ports. Plugins get to see all of it, as they do in
//! production.

mod packet;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::address::{self, Nowhere};
use crate::{Allow, Config, IcmpListening};
pub(crate) use packet::Packet;

/// Packets are cut to this many bytes, the IPv4 header included.
const LONGEST_PACKET: usize = 1500;

/// With more than one socket to listen on, how long each one gets at a time.
const TURN: Duration = Duration::from_millis(10);

/// Whether this process may use ICMP. If not, `icmp_send` and `icmp_recv` answer 0, and the error
/// says which right is missing.
pub fn allowed() -> Result<(), String> {
    match open(Family::V4) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => Err(
            "raw sockets are not permitted: the right CAP_NET_RAW is missing (run as root, or \
             give the program the right with `setcap cap_net_raw+ep FILE`)"
                .to_owned(),
        ),
        Err(e) => Err(format!("cannot open a raw ICMP socket: {e}")),
    }
}

/// Whether a test may use ICMP. If not, says that it is skipped, by its name.
pub fn allowed_or_skipped(test: &str) -> bool {
    let allowed = allowed();
    if let Err(why) = &allowed {
        crate::skipped(test, why);
    }
    allowed.is_ok()
}

/// Sends an echo reply to this machine, from itself, each time it is called.
#[cfg(feature = "full")]
pub(crate) fn replies(
    seq: u16,
    payload: &[u8],
) -> io::Result<impl FnMut() -> io::Result<usize> + use<>> {
    let socket = open(Family::V4)?;
    let reply = packet::echo_reply(seq, payload);
    Ok(move || socket.send_to(&reply, (Ipv4Addr::LOCALHOST, 0)))
}

/// ICMP for IPv4, or the ICMPv6 of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

impl Family {
    fn of(address: SocketAddr) -> Self {
        if address.is_ipv4() {
            Family::V4
        } else {
            Family::V6
        }
    }
}

/// A raw socket. The standard library has no type for it, but its UDP socket does all that a raw
/// one needs, and without unsafe code.
fn open(family: Family) -> io::Result<UdpSocket> {
    let (domain, protocol, any): (_, _, IpAddr) = match family {
        Family::V4 => (Domain::IPV4, Protocol::ICMPV4, Ipv4Addr::UNSPECIFIED.into()),
        Family::V6 => (Domain::IPV6, Protocol::ICMPV6, Ipv6Addr::UNSPECIFIED.into()),
    };
    let socket = Socket::new(domain, Type::RAW, Some(protocol))?;
    socket.bind(&SockAddr::from(SocketAddr::new(any, 0)))?;
    Ok(socket.into())
}

/// One plugin's ICMP.
pub(crate) struct Icmp {
    listening: IcmpListening,
    /// What it sends to and listens to.
    families: &'static [Family],
    /// The payload of the one packet that is heard, if they are not real.
    reply: Option<Vec<u8>>,
    /// The sockets that stay open from the first send on: at most one for each family.
    kept: Vec<(Family, UdpSocket)>,
}

impl Icmp {
    pub fn new(config: &Config) -> Self {
        Icmp {
            listening: config.icmp,
            families: match config.ipv6_pings {
                true => &[Family::V4, Family::V6],
                false => &[Family::V4],
            },
            reply: config.echo_reply.clone(),
            kept: Vec::new(),
        }
    }

    /// Sends one echo request, where that is allowed, and answers the length of its payload.
    pub fn send(
        &mut self,
        target: &str,
        payload: &[u8],
        seq: u16,
        limit: Duration,
        allow: &Allow,
    ) -> Result<usize, Nowhere> {
        if self.reply.is_some() {
            return Ok(payload.len());
        }
        let mut addresses = address::find(target, None, limit, allow)?;
        // Of a name's addresses, IPv4 first: it is what the production host speaks.
        addresses.sort_by_key(SocketAddr::is_ipv6);
        addresses
            .into_iter()
            .filter(|address| self.families.contains(&Family::of(*address)))
            .find(|address| self.send_to(*address, payload, seq, limit).is_ok())
            .map(|_| payload.len())
            .ok_or(Nowhere::Failed)
    }

    fn send_to(
        &mut self,
        to: SocketAddr,
        payload: &[u8],
        seq: u16,
        limit: Duration,
    ) -> io::Result<()> {
        let family = Family::of(to);
        let request = packet::echo_request(family, seq, payload);
        let kept = self.kept.iter().find(|(f, _)| *f == family);
        let send = |socket: &UdpSocket| {
            socket.set_write_timeout(Some(at_least(limit)))?;
            socket.send_to(&request, to).map(drop)
        };
        match (kept, self.listening) {
            (Some((_, socket)), _) => send(socket),
            (None, IcmpListening::AtReceive) => send(&open(family)?),
            (None, IcmpListening::FromSend) => {
                // Open before the request leaves, so that the fastest reply is heard.
                let socket = open(family)?;
                send(&socket)?;
                self.kept.push((family, socket));
                Ok(())
            }
        }
    }

    /// The next ICMP packet of any kind, if one comes in time from where it is allowed.
    pub fn receive(&mut self, limit: Duration, allow: &Allow) -> Option<Packet> {
        if let Some(payload) = &self.reply {
            return Some(Packet::echo_reply(payload));
        }
        if *allow == Allow::nothing() {
            return None;
        }
        let deadline = Instant::now() + limit;
        let opened: Vec<_>;
        let sockets = if self.kept.is_empty() {
            opened = self
                .families
                .iter()
                .filter_map(|family| Some((*family, open(*family).ok()?)))
                .collect();
            &opened
        } else {
            &self.kept
        };
        let mut buffer = [0; LONGEST_PACKET];
        while !sockets.is_empty() {
            for (family, socket) in sockets {
                let left = deadline.saturating_duration_since(Instant::now());
                let turn = if sockets.len() > 1 {
                    left.min(TURN)
                } else {
                    left
                };
                socket.set_read_timeout(Some(at_least(turn))).ok()?;
                match socket.recv_from(&mut buffer) {
                    Ok((n, from)) => {
                        let packet = Packet::parse(*family, from.ip(), &buffer[..n]);
                        let may = !allow.pingable(vec![from]).is_empty();
                        if packet.is_some() && may {
                            return packet;
                        }
                    }
                    Err(e) if is_passing(&e) => {}
                    Err(_) => return None,
                }
            }
            if Instant::now() >= deadline {
                break;
            }
        }
        None
    }
}

/// Nothing came in this turn; or a signal did.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

/// The operating system takes a timeout of nothing for "forever".
fn at_least(timeout: Duration) -> Duration {
    timeout.max(Duration::from_millis(1))
}
