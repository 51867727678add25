//! The state of a scripted host, and its results.

use super::clock::{AT_ONCE, Clock, HOST_WAIT};
use super::kernel::{Kernel, NOWHERE};
use super::{Call, Fault, Reply, pattern};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// An echo request: target, payload, sequence number.
pub type Ping = (String, Vec<u8>, u16);
/// An HTTP request: method, URL, headers, body, each as it was passed.
pub type Request = [Option<Vec<u8>>; 4];

#[derive(Debug, Default)]
pub struct State {
    pub kernel: Kernel,
    pub clock: Clock,
    /// How much time has passed.
    pub passed: Duration,
    readings: u32,
    pub faults: BTreeMap<(Call, u32), Fault>,
    called: BTreeMap<Call, u32>,
    pub tcp: VecDeque<Reply>,
    pub udp: VecDeque<Reply>,
    /// The open UDP sockets by id, with their own replies, which come before the shared ones.
    pub udp_open: BTreeMap<u32, Udp>,
    /// Every call of `udp_send` and `udp_recv`.
    pub udp_log: Vec<Logged>,
    pub icmp: VecDeque<Reply>,
    /// The ICMP reports that arrive on their own, by time of arrival.
    pub arriving: Option<BTreeMap<(Duration, usize), Vec<u8>>>,
    /// The reports that each further echo request causes, and how long after it they arrive.
    pub echoes: VecDeque<Vec<(Duration, Vec<u8>)>>,
    /// The reports that were received, each with the number of requests sent by then.
    pub heard: Vec<(Vec<u8>, usize)>,
    /// By protocol (that of the connecting function) and id: how often it was returned and not closed.
    open: BTreeMap<(Call, u32), u32>,
    last_id: u32,
    /// How many bytes of the stream have been returned.
    pub given: usize,
    /// How many of the stream's bytes have been lost: the kernel had no memory for them.
    pub lost: usize,
    /// How many times the kernel had no memory for received data.
    pub undelivered: u32,
    /// The durations of the receives that returned nothing, since the last check; zero is at once.
    pub nothings: Vec<Duration>,
    /// The bytes that the host reported as sent.
    pub sent: Vec<u8>,
    pub datagrams: Vec<Vec<u8>>,
    pub pings: Vec<Ping>,
    /// When each of them was sent.
    pub pinged_at: Vec<Duration>,
    /// The addresses of the connects.
    pub addresses: Vec<String>,
    /// The responses to the next HTTP requests. When the queue is empty, there is none.
    pub responses: VecDeque<Vec<u8>>,
    pub requests: Vec<Request>,
}

/// An open UDP socket.
#[derive(Debug, Default)]
pub struct Udp {
    pub address: String,
    pub replies: VecDeque<Reply>,
}

/// The operations of a UDP socket, by id, and the host's results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logged {
    /// The number of bytes, and how many the host reported as sent.
    Sent(u32, usize, u32),
    /// The returned bytes.
    Gave(u32, Vec<u8>),
    /// Nothing, and whether the host waited.
    Nothing(u32, bool),
}

impl State {
    pub fn calls(&self, call: Call) -> u32 {
        self.called.get(&call).copied().unwrap_or(0)
    }

    pub fn now(&mut self) -> Option<Duration> {
        self.readings += 1;
        self.clock.read(self.passed, self.readings)
    }

    pub fn wrongs(&self) -> Vec<String> {
        self.kernel.wrongs.clone()
    }

    pub fn still_open(&self) -> Vec<(Call, u32)> {
        self.open.keys().copied().collect()
    }

    /// Counts a call, and returns its fault, if any.
    fn call(&mut self, call: Call) -> Option<Fault> {
        let called = self.called.entry(call).or_default();
        *called += 1;
        self.passed += AT_ONCE;
        self.faults.remove(&(call, *called))
    }

    /// Returns the block that the library passes: the first `len` bytes, which must be all of it.
    fn handed(&mut self, offset: u64, len: Option<u64>) -> Vec<u8> {
        let bytes = self.kernel.bytes(offset).map(<[u8]>::to_vec);
        let Some(mut bytes) = bytes else {
            self.kernel.wrong(format!("handed over {offset}, no block"));
            return Vec::new();
        };
        match len {
            // There are no empty blocks, so a block of 1 byte represents no bytes.
            Some(0) if bytes.len() == 1 => bytes.clear(),
            Some(len) if len != bytes.len() as u64 => {
                let held = bytes.len();
                self.kernel.wrong(format!("{len} bytes in {held}"));
            }
            _ => {}
        }
        bytes
    }

    pub fn connect(&mut self, call: Call, addr: u64) -> u32 {
        let fault = self.call(call);
        let address = String::from_utf8(self.handed(addr, None));
        self.addresses.push(address.unwrap_or_default());
        let id = match fault {
            None => self.last_id + 1,
            Some(Fault::Says(id)) => id,
            Some(_) => 0,
        };
        if id != 0 {
            self.last_id = self.last_id.max(id % u32::MAX);
            *self.open.entry((call, id)).or_default() += 1;
        }
        if call == Call::UdpConnect && id != 0 {
            let address = self.addresses.last().cloned().unwrap_or_default();
            let replies = VecDeque::new();
            self.udp_open.insert(id, Udp { address, replies });
        }
        id
    }

    fn must_be_open(&mut self, connecting: Call, id: u32, what: Call) {
        if !self.open.contains_key(&(connecting, id)) {
            self.kernel.wrong(format!("{what:?} of {id}, not open"));
        }
    }

    pub fn close(&mut self, call: Call, id: u32) {
        let _ = self.call(call);
        let connecting = connecting(call);
        self.must_be_open(connecting, id, call);
        if let Some(open) = self.open.get_mut(&(connecting, id)) {
            *open -= 1;
            if *open == 0 {
                self.open.remove(&(connecting, id));
                if connecting == Call::UdpConnect {
                    self.udp_open.remove(&id);
                }
            }
        }
    }

    pub fn send(&mut self, call: Call, id: u32, data: u64, len: u64) -> u32 {
        let fault = self.call(call);
        self.must_be_open(connecting(call), id, call);
        let mut bytes = self.handed(data, Some(len));
        let says = match fault {
            None => bytes.len() as u32,
            Some(Fault::Says(says)) => says,
            Some(Fault::Takes(n)) => {
                bytes.truncate(n as usize);
                bytes.len() as u32
            }
            Some(_) => {
                bytes.clear();
                0
            }
        };
        // Bytes that it sent without reporting them count on neither side.
        let counted = bytes.get(..says as usize).unwrap_or(&bytes);
        if call == Call::UdpSend {
            self.udp_log.push(Logged::Sent(id, len as usize, says));
        }
        if call == Call::TcpSend {
            self.sent.extend_from_slice(counted);
        } else if says != 0 || fault.is_none() {
            self.datagrams.push(bytes);
        }
        says
    }

    pub fn receive(&mut self, call: Call, id: u32, max: u32) -> u64 {
        let fault = self.call(call);
        self.must_be_open(connecting(call), id, call);
        if max == 0 {
            self.kernel.wrong("asked for no bytes".to_owned());
        }
        let tcp = call == Call::TcpRecv;
        let offset = self.answer(fault, id, max, tcp);
        if !tcp {
            let given = self.kernel.bytes(offset).filter(|_| fault_gives(fault));
            let logged = match given {
                Some(bytes) => Logged::Gave(id, bytes.to_vec()),
                None => {
                    Logged::Nothing(id, self.nothings.last().is_some_and(|took| !took.is_zero()))
                }
            };
            self.udp_log.push(logged);
        }
        offset
    }

    fn answer(&mut self, fault: Option<Fault>, id: u32, max: u32, tcp: bool) -> u64 {
        let bytes = match fault {
            None if tcp => self.stream_bytes(max),
            None => self.packet_bytes(id, max),
            Some(Fault::Longer(by)) => {
                let start = if tcp { self.given } else { 0 };
                let len = max as usize + by as usize;
                Some((start..start + len).map(pattern).collect())
            }
            Some(fault) => return self.hide(fault, max),
        };
        self.give(bytes, tcp)
    }

    /// Returns the next bytes of the stream; none is nothing.
    fn stream_bytes(&mut self, max: u32) -> Option<Vec<u8>> {
        let Some(Reply::Come(left)) = self.tcp.front_mut() else {
            let reply = self.tcp.pop_front();
            return self.nothing(reply, HOST_WAIT);
        };
        let n = max.min(*left);
        *left -= n;
        if *left == 0 {
            self.tcp.pop_front();
        }
        Some((self.given..self.given + n as usize).map(pattern).collect())
    }

    fn packet_bytes(&mut self, id: u32, max: u32) -> Option<Vec<u8>> {
        let own = self.udp_open.get_mut(&id);
        let own = own.and_then(|socket| socket.replies.pop_front());
        match own.or_else(|| self.udp.pop_front()) {
            Some(Reply::Packet(mut packet)) => {
                packet.truncate(max as usize);
                Some(packet)
            }
            reply => self.nothing(reply, HOST_WAIT),
        }
    }

    fn nothing(&mut self, reply: Option<Reply>, wait: Duration) -> Option<Vec<u8>> {
        let took = match reply {
            Some(Reply::Silence) => wait,
            Some(Reply::Late(took)) => took,
            _ => Duration::ZERO,
        };
        self.passed += took;
        self.nothings.push(took);
        None
    }

    /// Allocates a block for the library, which then owns it.
    fn give(&mut self, bytes: Option<Vec<u8>>, tcp: bool) -> u64 {
        let Some(bytes) = bytes else { return 0 };
        let len = bytes.len();
        let offset = self.kernel.alloc(bytes, true);
        if offset == 0 {
            // An empty datagram, or no memory: for the library it is nothing, at once.
            self.nothings.push(Duration::ZERO);
            self.lost += if tcp { len } else { 0 };
            self.undelivered += u32::from(len > 0);
        } else if tcp {
            self.given += len;
        }
        offset
    }

    /// Returns a result that names no block.
    fn hide(&mut self, fault: Fault, len: u32) -> u64 {
        self.nothings.push(Duration::ZERO);
        match fault {
            Fault::Dangling => NOWHERE,
            Fault::Inside => self.kernel.place(vec![0xbb; len as usize + 1], false) + 1,
            Fault::Empty => self.kernel.place(Vec::new(), false),
            _ => 0,
        }
    }

    pub fn ping(&mut self, target: u64, payload: u64, len: u64, seq: u16) -> u32 {
        let fault = self.call(Call::IcmpSend);
        let target = String::from_utf8(self.handed(target, None)).unwrap_or_default();
        let payload = self.handed(payload, Some(len));
        match fault {
            None => {}
            Some(Fault::Says(says)) => return says,
            Some(_) => return 0,
        }
        self.pings.push((target, payload, seq));
        self.pinged_at.push(self.passed);
        for (after, report) in self.echoes.pop_front().unwrap_or_default() {
            self.arrives(self.passed + after, report);
        }
        1
    }

    /// Makes an ICMP report arrive at this time.
    pub fn arrives(&mut self, at: Duration, report: Vec<u8>) {
        let arriving = self.arriving.get_or_insert_default();
        // One behind the other, if they arrive at the same time.
        let number = self.heard.len() + arriving.len();
        arriving.insert((at, number), report);
    }

    /// Waits for the next report that arrives within this time.
    fn arrived(&mut self, wait: Duration) -> Option<Vec<u8>> {
        let next = self.arriving.as_mut().and_then(BTreeMap::first_entry);
        match next.filter(|next| next.key().0 <= self.passed + wait) {
            Some(next) => {
                self.passed = self.passed.max(next.key().0);
                let report = next.remove();
                self.heard.push((report.clone(), self.pings.len()));
                Some(report)
            }
            None => self.nothing(Some(Reply::Silence), wait),
        }
    }

    pub fn hear(&mut self, timeout_ms: u32) -> u64 {
        let fault = self.call(Call::IcmpRecv);
        let wait = Duration::from_millis(timeout_ms.into());
        let mut bytes = match fault {
            None | Some(Fault::Longer(_)) => match self.icmp.pop_front() {
                Some(Reply::Packet(packet)) => Some(packet),
                None if self.arriving.is_some() => self.arrived(wait),
                reply => self.nothing(reply, wait),
            },
            Some(fault) => return self.hide(fault, 100),
        };
        if let (Some(Fault::Longer(by)), Some(bytes)) = (fault, &mut bytes) {
            // JSON may end in white space.
            bytes.resize(bytes.len() + by as usize, b' ');
        }
        self.give(bytes, false)
    }
}

impl State {
    pub fn request(&mut self, parts: [u64; 4]) -> u64 {
        let fault = self.call(Call::HttpRequest);
        let request = parts.map(|offset| (offset != 0).then(|| self.handed(offset, None)));
        self.requests.push(request);
        let mut response = match fault {
            None | Some(Fault::Longer(_)) => self.responses.pop_front(),
            Some(fault) => return self.hide(fault, 100),
        };
        if let (Some(Fault::Longer(by)), Some(bytes)) = (fault, &mut response) {
            bytes.resize(bytes.len() + by as usize, b'0');
        }
        self.give(response, false)
    }
}

/// Returns whether a receive with this fault returns a datagram.
fn fault_gives(fault: Option<Fault>) -> bool {
    matches!(fault, None | Some(Fault::Longer(_)))
}

/// Returns the function that opens what this one uses.
fn connecting(call: Call) -> Call {
    match call {
        Call::TcpSend | Call::TcpRecv | Call::TcpClose => Call::TcpConnect,
        _ => Call::UdpConnect,
    }
}
