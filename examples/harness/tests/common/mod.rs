//! Shared by several test files: the plugin of `raw.wat`, with a method for each of its exports.
#![allow(dead_code)] // No test file uses all of it.

use harness_host::{Allow, Config, Plugin};
use socket2::{Domain, Socket, Type};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// Short enough to wait out in a test.
pub const WAIT: Duration = Duration::from_millis(100);

/// Longer than anything takes, unless the machine hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A configuration that lets a plugin reach this machine, and waits long enough for late data.
pub fn local() -> Config {
    Config::new()
        .allow(Allow::loopback())
        .wait(PATIENCE)
        .send_wait(PATIENCE)
}

/// The same with a short wait, for data that never arrives. For data that does, use [`Raw::get`].
pub fn impatient() -> Config {
    local().wait(WAIT)
}

/// Waits for a condition that another thread brings about.
pub fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A TCP port that refuses as long as this lives: bound, but not listening.
pub fn refusing_tcp() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    socket.bind(&any.into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// A UDP port that refuses as long as this lives: connected to itself, so it receives nothing from others.
pub fn refusing_udp() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    socket.connect(address).unwrap();
    (socket, address)
}

/// The plugin that passes calls directly to the host.
pub struct Raw(pub Plugin);

impl Raw {
    pub fn new(config: &Config) -> Self {
        Raw(Plugin::new(include_bytes!("raw.wat"), config).unwrap())
    }

    /// Makes a call that returns a number.
    pub fn number(&mut self, function: &str, words: &[u64], bytes: &[u8]) -> u64 {
        let output = self.bytes(function, words, bytes);
        u64::from_le_bytes(output.try_into().unwrap())
    }

    /// Makes a call that returns bytes; none for the host's 0.
    pub fn bytes(&mut self, function: &str, words: &[u64], bytes: &[u8]) -> Vec<u8> {
        let mut input: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        input.extend_from_slice(bytes);
        let output = self.0.call(function, &input).unwrap();
        assert_eq!(self.0.live_blocks(), Some(0), "{function} leaks");
        output
    }

    pub fn connect(&mut self, protocol: &str, address: impl ToString) -> u64 {
        let function = format!("{protocol}_connect");
        self.number(&function, &[], address.to_string().as_bytes())
    }

    pub fn send(&mut self, protocol: &str, id: u64, data: &[u8]) -> u64 {
        let words = [id, data.len() as u64];
        self.number(&format!("{protocol}_send"), &words, data)
    }

    pub fn receive(&mut self, protocol: &str, id: u64, max: u32) -> Vec<u8> {
        self.bytes(&format!("{protocol}_recv"), &[id, max.into()], &[])
    }

    /// Like `receive`, but retries until data arrives.
    pub fn get(&mut self, protocol: &str, id: u64, max: u32) -> Vec<u8> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let received = self.receive(protocol, id, max);
            if !received.is_empty() {
                return received;
            }
            assert!(Instant::now() < deadline, "nothing comes");
        }
    }

    pub fn close(&mut self, protocol: &str, id: u64) {
        self.bytes(&format!("{protocol}_close"), &[id], &[]);
    }

    pub fn ping(&mut self, target: &str, payload: &[u8], seq: u64) -> u64 {
        let rest = [target.as_bytes(), payload].concat();
        self.number("icmp_send", &[seq, target.len() as u64], &rest)
    }

    pub fn hear(&mut self, milliseconds: u32) -> String {
        let json = self.bytes("icmp_recv", &[milliseconds.into()], &[]);
        String::from_utf8(json).unwrap()
    }
}
