//! The std facade's UDP socket, with random operations, over real sockets on loopback, against a reference. std's own
//! socket is checked against the same reference, so it describes std's behaviour; the differences are marked.

use crate::facade::{nothing_is_left, turn};
use crate::host::pattern;
use crate::streams::config;
use crate::udp_model::Order;
use harness_wasi_sockets::UdpSocket;
use harness_wasi_sockets::host::Native;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket as StdSocket};
use std::time::Duration;

/// Two more than one socket has places for.
const PEERS: usize = 18;
/// How many peers the facade's socket has places for, and how many peeked datagrams it keeps.
const MOST: usize = 16;
/// The maximum number of silent peers that a receive waits for here: each takes one of the host's waits.
const MOST_WAITS: usize = 2;

/// How many bytes may be waiting before another datagram is sent: more than one of the longest might exceed the
/// system's buffer.
const MOST_WAITING: usize = 50_000;

/// A peer, and whether it is addressed by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Who {
    peer: usize,
    named: bool,
}

/// The kind of a receive.
#[derive(Debug, Clone, Copy)]
struct Receive {
    peek: bool,
    address: bool,
    room: usize,
}

/// The operations of a socket's user, with the socket or its clone, and of its peers.
#[derive(Debug, Clone)]
enum Op {
    SendTo(bool, Who, usize),
    Send(bool, usize),
    Connect(bool, Who),
    Receive(bool, Receive),
    /// A peer sends something to the address that it last received from.
    Answer(usize, usize),
}

/// Operations on a few peers, or on more than there are places for.
fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop_oneof![3 => Just(2_usize), 1 => Just(PEERS)].prop_flat_map(|peers| vec(op(peers), 0..80))
}

fn op(peers: usize) -> impl Strategy<Value = Op> {
    let named = proptest::bool::weighted(0.3);
    let who = (0..peers, named).prop_map(|(peer, named)| Who { peer, named });
    let size = || prop_oneof![9 => 1..20_usize, 1 => Just(65_507_usize)];
    let receive = (any::<bool>(), any::<bool>(), size());
    let receive = receive.prop_map(|(peek, address, room)| Receive {
        peek,
        address,
        room,
    });
    prop_oneof![
        12 => (any::<bool>(), who.clone(), size()).prop_map(|(at, to, n)| Op::SendTo(at, to, n)),
        4 => (any::<bool>(), size()).prop_map(|(at, n)| Op::Send(at, n)),
        2 => (any::<bool>(), who).prop_map(|(at, to)| Op::Connect(at, to)),
        14 => (any::<bool>(), receive).prop_map(|(at, what)| Op::Receive(at, what)),
        10 => (0..peers, size()).prop_map(|(from, n)| Op::Answer(from, n)),
    ]
}

/// The common operations of std's socket and ours, whose methods have different names.
trait Socket: Sized {
    /// Whether it is ours, which deviates from std's documentation in places.
    const OURS: bool;

    fn bind() -> io::Result<Self>;
    fn another(&self) -> io::Result<Self>;
    fn connect(&self, to: (&str, u16)) -> io::Result<()>;
    fn send(&self, datagram: &[u8]) -> io::Result<usize>;
    fn send_to(&self, datagram: &[u8], to: (&str, u16)) -> io::Result<usize>;
    fn receive(&self, peek: bool, into: &mut [u8]) -> io::Result<usize>;
    fn receive_from(&self, peek: bool, into: &mut [u8]) -> io::Result<(usize, SocketAddr)>;
}

macro_rules! socket {
    ($type:ty, $connect:ident, $ours:literal) => {
        impl Socket for $type {
            const OURS: bool = $ours;

            fn bind() -> io::Result<Self> {
                <$type>::bind("0.0.0.0:0")
            }
            fn another(&self) -> io::Result<Self> {
                self.try_clone()
            }
            fn connect(&self, to: (&str, u16)) -> io::Result<()> {
                self.$connect(to)
            }
            fn send(&self, datagram: &[u8]) -> io::Result<usize> {
                <$type>::send(self, datagram)
            }
            fn send_to(&self, datagram: &[u8], to: (&str, u16)) -> io::Result<usize> {
                <$type>::send_to(self, datagram, to)
            }
            fn receive(&self, peek: bool, into: &mut [u8]) -> io::Result<usize> {
                match peek {
                    true => self.peek(into),
                    false => self.recv(into),
                }
            }
            fn receive_from(&self, peek: bool, into: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
                match peek {
                    true => self.peek_from(into),
                    false => self.recv_from(into),
                }
            }
        }
    };
}

socket!(StdSocket, connect, false);
socket!(UdpSocket, connect_to, true);

/// A connection of our socket in the host.
struct Link {
    who: Who,
    /// The address that the peer receives from, after something has been sent.
    from: Option<SocketAddr>,
    /// The addresses that other open connections were received from: this one must differ.
    not_from: Vec<SocketAddr>,
}

struct Model<S> {
    /// One socket, with two handles.
    sockets: [S; 2],
    peers: [StdSocket; PEERS],
    addrs: [SocketAddr; PEERS],
    /// The address that each peer last received from.
    heard_from: [Option<SocketAddr>; PEERS],
    connected: Option<Who>,
    /// Arrived datagrams that were not received yet, in order of arrival, with the sender.
    queue: VecDeque<(Who, Vec<u8>)>,
    sent: usize,
    /// For std: the address that the peers receive from.
    local: Option<SocketAddr>,
    /// For ours: its connections, and the order in which they are polled while it is not connected.
    links: Vec<Link>,
    order: Order<Who>,
    /// Peeked datagrams come before the others.
    peeked: VecDeque<(Who, Vec<u8>)>,
}

impl<S: Socket> Model<S> {
    fn new() -> Self {
        let socket = S::bind().unwrap();
        let peers = [(); PEERS].map(|()| StdSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        for peer in &peers {
            let patience = Some(Duration::from_secs(60));
            peer.set_read_timeout(patience).unwrap();
        }
        Self {
            sockets: [socket.another().unwrap(), socket],
            addrs: peers.each_ref().map(|peer| peer.local_addr().unwrap()),
            peers,
            heard_from: [None; PEERS],
            connected: None,
            queue: VecDeque::new(),
            sent: 0,
            local: None,
            links: Vec::new(),
            order: Order::new(MOST),
            peeked: VecDeque::new(),
        }
    }

    #[track_caller]
    fn step(&mut self, op: &Op) {
        match *op {
            Op::SendTo(at, to, len) => {
                let data = self.data(len);
                let socket = &self.sockets[usize::from(at)];
                assert_eq!(socket.send_to(&data, self.address(to)).unwrap(), len);
                let from = self.arrived(to.peer, &data);
                self.sent_by(to, from);
            }
            Op::Send(at, len) => {
                let Some(to) = self.connected else { return };
                let data = self.data(len);
                assert_eq!(self.sockets[usize::from(at)].send(&data).unwrap(), len);
                let from = self.arrived(to.peer, &data);
                self.sent_by(to, from);
            }
            Op::Connect(at, to) => {
                let socket = &self.sockets[usize::from(at)];
                socket.connect(self.address(to)).unwrap();
                self.connected_to(to);
            }
            Op::Receive(at, what) => self.receive(usize::from(at), what),
            Op::Answer(from, len) => self.answer(from, len),
        }
        if S::OURS {
            assert_eq!(Native::live_blocks(), 0, "after {op:?}");
            assert_eq!(Native::open_connections(), self.links.len(), "after {op:?}");
        }
    }

    fn data(&mut self, len: usize) -> Vec<u8> {
        self.sent += 1;
        let start = self.sent * 100_000;
        (start..start + len).map(pattern).collect()
    }

    fn address(&self, who: Who) -> (&'static str, u16) {
        // The system's resolver accepts this as 127.0.0.1; it is not a valid address.
        let host = if who.named { "127.1" } else { "127.0.0.1" };
        (host, self.addrs[who.peer].port())
    }

    /// Checks that a datagram has arrived at a peer, complete. Returns its source address.
    #[track_caller]
    fn arrived(&mut self, peer: usize, data: &[u8]) -> SocketAddr {
        let mut buffer = vec![0; data.len() + 1];
        let (n, from) = self.peers[peer].recv_from(&mut buffer).unwrap();
        assert!(buffer[..n] == *data, "{n} bytes of {}", data.len());
        self.heard_from[peer] = Some(from);
        from
    }

    /// Checks the source address of a datagram.
    #[track_caller]
    fn sent_by(&mut self, to: Who, from: SocketAddr) {
        if !S::OURS {
            assert_eq!(*self.local.get_or_insert(from), from);
            return;
        }
        if self.connected != Some(to) {
            let gone = to.named && self.order.is_gone(to);
            let new = !self.order.knows(to) || gone;
            let not_from = self.open_from();
            let left = self.order.sent(to);
            if let Some(left) = left.or(gone.then_some(to)) {
                self.forget(|who| who == left);
            }
            if new {
                self.link(to, not_from);
            }
        }
        let link = self.links.iter_mut().find(|link| link.who == to);
        let link = link.expect("a connection");
        assert_eq!(*link.from.get_or_insert(from), from);
        assert!(!link.not_from.contains(&from), "not by a new connection");
    }

    fn open_from(&self) -> Vec<SocketAddr> {
        self.links.iter().filter_map(|link| link.from).collect()
    }

    fn link(&mut self, who: Who, not_from: Vec<SocketAddr>) {
        self.links.push(Link {
            who,
            from: None,
            not_from,
        });
    }

    /// Closes connections, and drops what has arrived over them.
    fn forget(&mut self, left: impl Fn(Who) -> bool) {
        self.links.retain(|link| !left(link.who));
        self.queue.retain(|(who, _)| !left(*who));
    }

    fn connected_to(&mut self, to: Who) {
        let before = self.connected.replace(to);
        if !S::OURS {
            return;
        }
        let listened_to = match before {
            Some(before) => before == to,
            None => self.order.knows(to),
        };
        // A name may by now resolve to another address.
        let stays = listened_to && !to.named;
        let not_from = self.open_from();
        self.forget(|who| !(stays && who == to));
        self.order = Order::new(MOST);
        if !stays {
            self.link(to, not_from);
        }
    }

    fn answer(&mut self, peer: usize, len: usize) {
        let waiting: usize = self.queue.iter().map(|(_, data)| data.len() + 1_000).sum();
        let Some(to) = self.heard_from[peer].filter(|_| waiting <= MOST_WAITING) else {
            return;
        };
        let data = self.data(len);
        // The socket may be closed by now.
        let _ = self.peers[peer].send_to(&data, to);
        let of_ours = || {
            let links = self.links.iter();
            let mut there = links.filter(|link| link.who.peer == peer && link.from == Some(to));
            there.next().map(|link| link.who)
        };
        let of_std = || Some(Who { peer, named: false });
        let Some(who) = (if S::OURS { of_ours() } else { of_std() }) else {
            return;
        };
        let hears = |connected: Who| match S::OURS {
            true => connected == who,
            false => connected.peer == peer,
        };
        if self.connected.is_none_or(hears) {
            self.queue.push_back((who, data));
        }
    }

    /// Returns the expected result of a receive, unless it would have to wait too long.
    fn expected(&mut self, what: Receive) -> Option<Result<(Who, Vec<u8>), io::ErrorKind>> {
        if !S::OURS {
            let next = match what.peek {
                true => self.queue.front().cloned(),
                false => self.queue.pop_front(),
            };
            return next.map(Ok);
        }
        let connected = self.connected;
        let takes = |who: Who| !(what.address && who.named);
        let from = |who: Who| connected.is_none_or(|connected| connected == who) && takes(who);
        if let Some(at) = self.peeked.iter().position(|(who, _)| from(*who)) {
            return match what.peek {
                true => self.peeked.get(at).cloned(),
                false => self.peeked.remove(at),
            }
            .map(Ok);
        }
        let peers = match connected {
            Some(connected) => vec![connected],
            None => self.order.to_ask(),
        };
        let asked: Vec<_> = peers.iter().copied().filter(|who| takes(*who)).collect();
        if asked.is_empty() {
            return Some(Err(match peers.is_empty() {
                true => io::ErrorKind::NotConnected,
                false => io::ErrorKind::Unsupported,
            }));
        }
        let has = |who: &Who| self.queue.iter().any(|(from, _)| from == who);
        let waits = asked.iter().position(has)?;
        if waits > MOST_WAITS {
            return None;
        }
        for silent in &asked[..waits] {
            self.order.in_vain(*silent);
        }
        let who = asked[waits];
        self.order.heard(who);
        let at = self.queue.iter().position(|(from, _)| *from == who)?;
        let datagram = self.queue.remove(at)?;
        if what.peek {
            if self.peeked.len() == MOST {
                self.peeked.pop_front();
            }
            self.peeked.push_back(datagram.clone());
        }
        Some(Ok(datagram))
    }

    #[track_caller]
    fn receive(&mut self, at: usize, what: Receive) {
        let Some(expected) = self.expected(what) else {
            return;
        };
        let mut buffer = vec![0xee; what.room + 1];
        let (into, behind) = buffer.split_at_mut(what.room);
        let socket = &self.sockets[at];
        let received = match what.address {
            true => socket
                .receive_from(what.peek, into)
                .map(|(n, from)| (n, Some(from))),
            false => socket.receive(what.peek, into).map(|n| (n, None)),
        };
        assert_eq!(behind, [0xee], "written behind the slice");
        match expected {
            Err(kind) => assert_eq!(received.unwrap_err().kind(), kind),
            Ok((who, datagram)) => {
                let n = datagram.len().min(what.room);
                let from = what.address.then_some(self.addrs[who.peer]);
                assert_eq!(received.unwrap(), (n, from));
                assert!(into[..n] == datagram[..n], "another datagram");
            }
        }
    }
}

fn run<S: Socket>(ops: &[Op]) {
    let mut model = Model::<S>::new();
    for op in ops {
        model.step(op);
    }
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn a_socket_with_several_peers_is_as_the_reference_says(ops in ops()) {
        let _turn = turn();
        Native::set_wait(Duration::from_millis(20));
        run::<UdpSocket>(&ops);
        Native::set_wait(Duration::from_secs(5));
        nothing_is_left();
    }

    #[test]
    fn a_socket_of_stds_is_as_the_reference_says(ops in ops()) {
        run::<StdSocket>(&ops);
    }
}
