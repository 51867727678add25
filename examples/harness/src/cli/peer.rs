//! Peers that the program starts for a plugin to talk to.

use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::str::FromStr;

use super::Failure;
use crate::Config;
use crate::guests::Example;
use crate::peers::{HttpServer, LineServer, TcpEcho, UdpEcho};

/// A kind of peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    TcpEcho,
    Lines,
    UdpEcho,
    Http,
}

/// A peer that runs until this is dropped.
pub(super) struct Peer {
    address: SocketAddr,
    _server: Box<dyn Any>,
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |kind: &Kind| kind.name() == text;
        Kind::ALL.into_iter().find(named).ok_or(())
    }
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::TcpEcho, Kind::Lines, Kind::UdpEcho, Kind::Http];
    pub const FORM: &str = "tcp-echo, lines, udp-echo or http";

    pub fn name(self) -> &'static str {
        match self {
            Kind::TcpEcho => "tcp-echo",
            Kind::Lines => "lines",
            Kind::UdpEcho => "udp-echo",
            Kind::Http => "http",
        }
    }

    pub fn start(self) -> io::Result<Peer> {
        let (address, server): (_, Box<dyn Any>) = match self {
            Kind::TcpEcho => TcpEcho::v4().map(|p| (p.addr(), Box::new(p) as _))?,
            Kind::Lines => LineServer::v4().map(|p| (p.addr(), Box::new(p) as _))?,
            Kind::UdpEcho => UdpEcho::v4().map(|p| (p.addr(), Box::new(p) as _))?,
            Kind::Http => HttpServer::v4().map(|p| (p.addr(), Box::new(p) as _))?,
        };
        Ok(Peer {
            address,
            _server: server,
        })
    }
}

impl Peer {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns an input that leads a plugin here: `PEER` in the pattern is replaced by the peer's address.
    pub fn input(&self, pattern: &str) -> String {
        pattern.replace("PEER", &self.address.to_string())
    }
}

/// Fails if an example needs a server that none of these peers can replace.
pub(super) fn check(example: &Example) -> Result<(), Failure> {
    let (name, input) = (example.name, example.input);
    example.server.map_or(Ok(()), |server| {
        Err(format!(
            "{name} needs {server}: give it the input {input} (`--input-file -` takes one of \
             several lines from standard input)"
        )
        .into())
    })
}

/// Returns a suitable input for an example, and the peer that it leads to.
pub(super) fn of(
    example: &Example,
    config: &mut Config,
) -> Result<(String, Option<Peer>), Failure> {
    let (kind, pattern) = match example.name {
        "icmp_echo" | "icmp_ping" => {
            crate::icmp::allowed()?;
            return Ok(("127.0.0.1".to_owned(), None));
        }
        "tcp_lines" => (Kind::Lines, "PEER"),
        "udp_echo" => (Kind::UdpEcho, "PEER"),
        "udp_proxy" => (Kind::UdpEcho, "Hello through a proxy"),
        "http_get" => (Kind::Http, "PEER/"),
        "http" | "std_attohttpc" | "std_minreq" | "std_ureq" => (Kind::Http, "http://PEER/"),
        "bare_http" => (Kind::Http, "http://PEER\n/"),
        "bare_edge_http" => (Kind::Http, "PEER\n/"),
        "statsd" | "std_cadence" | "std_statsd" => (Kind::UdpEcho, "PEER plugin"),
        _ => (Kind::TcpEcho, "PEER"),
    };
    let peer = kind.start()?;
    if example.name == "udp_proxy" {
        *config = config.clone().set("address", peer.input("PEER"));
    }
    Ok((peer.input(pattern), Some(peer)))
}
