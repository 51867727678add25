//! ICMP over raw sockets, for `icmp_send` and `icmp_recv`.
//!
//! A raw socket receives all ICMP of the machine: replies to others, the echo requests themselves on loopback,
//! unreachable ports. Plugins see all of it, as in production.

mod packet;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, SockAddr, Socket, Type};

use crate::address::{self, Nowhere};
use crate::{Allow, Config, IcmpListening};
pub(crate) use packet::Packet;

/// Packets are truncated to this many bytes, including the IPv4 header.
const LONGEST_PACKET: usize = 1500;

/// With several sockets to listen on, how long each one is polled at a time.
const TURN: Duration = Duration::from_millis(10);

/// Checks whether this process may use ICMP. If not, `icmp_send` and `icmp_recv` return 0, and the error names the
/// missing permission.
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

/// Returns whether a test may use ICMP. If not, reports that the test of this name is skipped.
pub fn allowed_or_skipped(test: &str) -> bool {
    let allowed = allowed();
    if let Err(why) = &allowed {
        crate::skipped(test, why);
    }
    allowed.is_ok()
}

/// Sends an echo reply from this machine to itself, each time it is called.
#[cfg(feature = "full")]
pub(crate) fn replies(
    seq: u16,
    payload: &[u8],
) -> io::Result<impl FnMut() -> io::Result<usize> + use<>> {
    let socket = open(Family::V4)?;
    let reply = packet::echo_reply(seq, payload);
    Ok(move || socket.send_to(&reply, (Ipv4Addr::LOCALHOST, 0)))
}

/// ICMP for IPv4, or ICMPv6 for IPv6.
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

/// Opens a raw socket. The standard library has no type for it, but its UDP socket supports what a raw one needs,
/// without unsafe code.
fn open(family: Family) -> io::Result<UdpSocket> {
    let (domain, protocol, any): (_, _, IpAddr) = match family {
        Family::V4 => (Domain::IPV4, Protocol::ICMPV4, Ipv4Addr::UNSPECIFIED.into()),
        Family::V6 => (Domain::IPV6, Protocol::ICMPV6, Ipv6Addr::UNSPECIFIED.into()),
    };
    let socket = Socket::new(domain, Type::RAW, Some(protocol))?;
    socket.bind(&SockAddr::from(SocketAddr::new(any, 0)))?;
    Ok(socket.into())
}

/// The ICMP state of one plugin.
pub(crate) struct Icmp {
    listening: IcmpListening,
    /// The address families that it sends to and listens to.
    families: &'static [Family],
    /// The payload of the only packet received, if packets are not real.
    reply: Option<Vec<u8>>,
    /// The sockets that stay open from the first send on: at most one per family.
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

    /// Sends one echo request, if allowed, and returns the length of its payload.
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
        // Of a name's addresses, IPv4 first, as in the production host.
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
                // Open before the request is sent, so that the fastest reply is received.
                let socket = open(family)?;
                send(&socket)?;
                self.kept.push((family, socket));
                Ok(())
            }
        }
    }

    /// Returns the next ICMP packet of any kind from an allowed address, if one arrives in time.
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

/// Returns whether the error is a timeout or an interruption by a signal.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

/// The operating system takes a zero timeout as "forever".
fn at_least(timeout: Duration) -> Duration {
    timeout.max(Duration::from_millis(1))
}
