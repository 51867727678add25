//! The expected state of a UDP socket with several peers after every operation, whatever the host returns.
//!
//! The reference is std's socket: it receives from every peer to which it has sent, each datagram once and whole, and
//! those of one peer in order. [`Order`] defines which peer gives way if there are more peers than places, and in which
//! order they are polled. The property tests run this over the async stack, and so does a fuzz target; the tests of the
//! facade use the same [`Order`].

use crate::host::{Call, Clock, Fault, Logged, Reply, Scripted, pattern};
use embedded_nal_async::{UdpStack, UnconnectedUdp as _};
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::{BoundUdp, Stack};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// How many peers the stack's socket receives from.
const MOST_PEERS: usize = 8;
/// The number of peers. The last two have IPv6 addresses.
pub const PEERS: u8 = 12;
const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// An action of the caller, a peer, the host, or the kernel.
#[derive(Debug, Clone)]
pub enum Op {
    Send(u8, u32),
    Receive(u32),
    /// A peer sends this many bytes to the address that it receives from.
    Answer(u8, u32),
    /// Whether a peer's port has a listener.
    Listen(u8, bool),
    /// This fault happens after this many calls of the function.
    Break(Call, u8, Fault),
    /// The allocation fails after this many others.
    OutOfMemory(u8),
    ResetKernel,
    Clock(Clock),
}

/// The peers that a socket receives from, in the order of their last use.
pub struct Order<W> {
    most: usize,
    peers: Vec<Known<W>>,
    /// How often one was polled in vain.
    silences: u32,
}

struct Known<W> {
    who: W,
    /// How many datagrams were sent to it, minus those received from it, since it was last silent.
    owes: u32,
    /// It was polled in vain, and not used since.
    silence: Option<u32>,
    /// It owed a reply at that time.
    unanswered: bool,
}

impl<W: Copy + PartialEq> Order<W> {
    pub fn new(most: usize) -> Self {
        Self {
            most,
            peers: Vec::new(),
            silences: 0,
        }
    }

    pub fn knows(&self, who: W) -> bool {
        self.peers.iter().any(|peer| peer.who == who)
    }

    pub fn all(&self) -> impl Iterator<Item = W> {
        self.peers.iter().map(|peer| peer.who)
    }

    /// A datagram is sent to a peer. Returns the peer that gives way, if any.
    pub fn sent(&mut self, who: W) -> Option<W> {
        let owed = self.take(who).map_or(0, |peer| peer.owes);
        self.used(who, owed + 1);
        let full = self.peers.len() > self.most;
        full.then(|| self.peers.remove(0).who)
    }

    /// A datagram from a peer was received.
    pub fn heard(&mut self, who: W) {
        if let Some(peer) = self.take(who) {
            self.used(who, peer.owes.saturating_sub(1));
        }
    }

    /// A polled peer had no data.
    pub fn in_vain(&mut self, who: W) {
        self.silences += 1;
        if let Some(peer) = self.peers.iter_mut().find(|peer| peer.who == who) {
            peer.unanswered |= peer.owes > 0;
            peer.owes = 0;
            peer.silence = Some(self.silences);
        }
    }

    /// Returns whether it left a request unanswered when it was last polled.
    pub fn is_gone(&self, who: W) -> bool {
        let mut peers = self.peers.iter();
        peers.any(|peer| peer.who == who && peer.unanswered)
    }

    /// Returns the order in which a receive polls them: those that owe a reply, those that do not, and the silent ones.
    pub fn to_ask(&self) -> Vec<W> {
        let mut silent: Vec<_> = self.peers.iter().collect();
        silent.retain(|peer| peer.silence.is_some());
        silent.sort_by_key(|peer| peer.silence);
        let latest = || {
            self.peers
                .iter()
                .rev()
                .filter(|peer| peer.silence.is_none())
        };
        let owing = latest().filter(|peer| peer.owes > 0);
        let quiet = latest().filter(|peer| peer.owes == 0);
        let all = owing.chain(quiet).chain(silent);
        all.map(|peer| peer.who).collect()
    }

    fn take(&mut self, who: W) -> Option<Known<W>> {
        let at = self.peers.iter().position(|peer| peer.who == who)?;
        Some(self.peers.remove(at))
    }

    fn used(&mut self, who: W, owes: u32) {
        self.peers.push(Known {
            who,
            owes,
            silence: None,
            unanswered: false,
        });
    }
}

/// Runs operations on a socket of the async stack, and checks each. At the end, everything that arrived must have been
/// received.
#[track_caller]
pub fn run(ops: &[Op]) {
    let host = Scripted::new(Clock::Real);
    let stack = Stack::<64, _>::new_in(host.clone());
    let mut model = Model {
        host: host.clone(),
        socket: now(stack.bind_multiple(ANY)).unwrap(),
        order: Order::new(MOST_PEERS),
        deaf: [false; PEERS as usize],
        answers: 0,
    };
    for op in ops {
        model.step(op);
    }
    // Each receive takes one of them, unless the host still has a fault to inject.
    let left = |host: &Scripted| -> usize {
        let state = host.state();
        let open = state.udp_open.values();
        open.map(|socket| socket.replies.len()).sum()
    };
    for _ in 0..left(&host) + ops.len() {
        if left(&host) > 0 {
            model.step(&Op::Receive(16));
        }
    }
    assert_eq!(left(&host), 0, "never received");
    drop(model);
    host.finish("when all is dropped");
}

struct Model {
    host: Scripted,
    socket: BoundUdp<Scripted>,
    order: Order<SocketAddr>,
    /// The peers without a listener.
    deaf: [bool; PEERS as usize],
    answers: usize,
}

impl Model {
    #[track_caller]
    fn step(&mut self, op: &Op) {
        self.host.state().udp_log.clear();
        match *op {
            Op::Send(to, len) => self.send(peer(to), len as usize),
            Op::Receive(room) => self.receive(room as usize),
            Op::Answer(from, len) => self.answer(peer(from), len as usize),
            Op::Listen(who, listens) => self.deaf[usize::from(who % PEERS)] = !listens,
            Op::Break(call, after, fault) => self.host.break_at(call, u32::from(after) + 1, fault),
            Op::OutOfMemory(after) => self.host.out_of_memory(u32::from(after) + 1, false),
            Op::ResetKernel => self.host.reset_kernel(),
            Op::Clock(clock) => self.host.state().clock = clock,
        }
        assert_eq!(self.host.live_blocks(), 0, "blocks left over after {op:?}");
        let state = self.host.state();
        assert_eq!(state.wrongs(), Vec::<String>::new(), "after {op:?}");
        let mut open: Vec<_> = state.udp_open.values().collect();
        let mut known: Vec<_> = self.order.all().map(|who| who.to_string()).collect();
        open.sort_by_key(|socket| &socket.address);
        known.sort();
        let open: Vec<_> = open.iter().map(|socket| &socket.address).collect();
        assert!(open.iter().copied().eq(&known), "{open:?}, not {known:?}");
    }

    /// Returns the id of the socket that is connected to a peer.
    fn id(&self, who: SocketAddr) -> Option<u32> {
        let state = self.host.state();
        let mut open = state.udp_open.iter();
        let of = open.find(|(_, socket)| socket.address == who.to_string());
        of.map(|(id, _)| *id)
    }

    #[track_caller]
    fn send(&mut self, to: SocketAddr, len: usize) {
        let (connects, failed) = (self.host.calls(Call::UdpConnect), self.failed());
        let data: Vec<u8> = (0..len).map(pattern).collect();
        let result = now(self.socket.send(ANY, to, &data));
        let connects = self.host.calls(Call::UdpConnect) - connects;
        let sends = self.host.state().udp_log.clone();

        let longest = if to.is_ipv4() { 65_507 } else { 65_527 };
        if len > longest {
            assert_eq!(result, Err(Error::InvalidInput));
            assert_eq!((connects, sends.len()), (0, 0));
            return;
        }
        let known = self.order.knows(to);
        if result == Err(Error::OutOfMemory) {
            assert!(self.failed() > failed, "there was memory");
        }
        if !known && connects == 0 {
            assert_eq!(result, Err(Error::OutOfMemory), "no room for the address");
            return;
        }
        assert_eq!(connects, u32::from(!known));
        let Some(id) = self.id(to) else {
            assert_eq!(result, Err(Error::ConnectFailed));
            assert_eq!((known, sends.len()), (false, 0));
            return;
        };
        self.order.sent(to);
        let mut says = Vec::new();
        for send in sends {
            match send {
                Logged::Sent(on, bytes, sent) if (on, bytes) == (id, len) => says.push(sent),
                send => panic!("{send:?} on {id}"),
            }
        }
        match says[..] {
            // There is no memory for it, at the first or the second attempt.
            [] | [0] if result == Err(Error::OutOfMemory) => {}
            [0] | [0, 0] if len == 0 => assert_eq!((result, says.len()), (Ok(()), 1)),
            [sent] | [0, sent] => {
                let whole = sent as usize >= len;
                assert_eq!(result.is_ok(), whole, "{says:?} of {len}: {result:?}");
                assert!(whole || result == Err(Error::NotSent));
                assert!(says.len() == 2 || sent > 0, "not tried again");
            }
            _ => panic!("{says:?} of {len}: {result:?}"),
        }
    }

    #[track_caller]
    fn receive(&mut self, room: usize) {
        let order = self.order.to_ask();
        self.let_wait();
        let mut buffer = vec![0xee; room];
        let result = now(self.socket.receive_into(&mut buffer));
        let log = self.host.state().udp_log.clone();
        let (mut came, mut waited) = (None, false);
        for (n, call) in log.iter().enumerate() {
            let who = *order.get(n).expect("one to ask");
            assert_eq!(came, None, "asked on, and {came:?} had come");
            match call {
                Logged::Gave(id, bytes) if Some(*id) == self.id(who) => came = Some((who, bytes)),
                Logged::Nothing(id, wait) if Some(*id) == self.id(who) => {
                    waited |= wait;
                    self.order.in_vain(who);
                }
                call => panic!("{call:?}, and not {who}"),
            }
        }
        self.stop_waiting();
        if let Some((from, bytes)) = came {
            let local = match from {
                SocketAddr::V4(_) => ANY,
                SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
            };
            assert_eq!(result, Ok((bytes.len(), local, from)));
            let shown = bytes.len().min(room);
            assert!(buffer[..shown] == bytes[..shown], "other bytes than came");
            assert!(buffer[shown..].iter().all(|byte| *byte == 0xee));
            self.order.heard(from);
            return;
        }
        assert_eq!(log.len(), order.len(), "not all were asked");
        let clock = self.host.state().clock;
        let error = match order.len() {
            0 => Error::NotConnected,
            _ if clock.shows_ends() && !waited => Error::WouldBlock,
            _ => Error::TimedOut,
        };
        // A coarse clock may step just then.
        let by_chance = matches!(clock, Clock::Coarse(_)) && !waited && !order.is_empty();
        let seen = result.map(drop);
        assert!(
            seen == Err(error) || by_chance && seen == Err(Error::WouldBlock),
            "{seen:?} and not {error:?} on {clock:?}"
        );
    }

    /// A peer that listens and has sent nothing is waited for.
    fn let_wait(&self) {
        let deaf = (0..PEERS).filter(|who| self.deaf[usize::from(*who)]);
        let deaf: Vec<_> = deaf.map(|who| peer(who).to_string()).collect();
        for socket in self.host.state().udp_open.values_mut() {
            if !deaf.contains(&socket.address) {
                socket.replies.push_back(Reply::Silence);
            }
        }
    }

    fn stop_waiting(&self) {
        for socket in self.host.state().udp_open.values_mut() {
            socket.replies.retain(|reply| *reply != Reply::Silence);
        }
    }

    fn answer(&mut self, from: SocketAddr, len: usize) {
        self.answers += 1;
        let bytes = (0..len).map(|at| pattern(self.answers * 100_000 + at));
        // Of who has given way, or was never sent to, it is lost.
        if let Some(id) = self.id(from)
            && let Some(socket) = self.host.state().udp_open.get_mut(&id)
        {
            socket.replies.push_back(Reply::Packet(bytes.collect()));
        }
    }

    fn failed(&self) -> u32 {
        self.host.state().kernel.failed
    }
}

fn peer(number: u8) -> SocketAddr {
    let number = number % PEERS;
    let port = 1_000 + u16::from(number);
    if number < PEERS - 2 {
        (Ipv4Addr::LOCALHOST, port).into()
    } else {
        (Ipv6Addr::LOCALHOST, port).into()
    }
}

/// Polls a future once: it must be ready.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is not ready at its first poll"),
    }
}
