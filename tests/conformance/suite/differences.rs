//! The differences of this library and `harness-std` from std, as text: the documentation's tables contain the same.

use super::{WHO, Who};
use std::fmt::Debug;

/// An intended difference, and what each of the three does.
#[derive(Debug)]
pub struct Difference {
    pub what: &'static str,
    pub std: &'static str,
    /// The same as `std` if only `harness-std` differs.
    pub ours: &'static str,
    /// What `harness-std` does, if it differs from the library.
    pub shadow: Option<&'static str>,
}

impl Difference {
    /// Checks that the provider does what its text says.
    #[track_caller]
    pub fn check<T, U>(&self, seen: T, std: U, ours: U)
    where
        T: PartialEq<U> + Debug,
        U: PartialEq + Debug,
    {
        assert_ne!(std, ours, "no difference: {}", self.what);
        assert!(
            self.shadow.is_none(),
            "harness-std has words of its own: {}",
            self.what
        );
        let (expected, words) = match WHO {
            Who::Std => (std, self.std),
            Who::Native | Who::Wasm | Who::Shadow => (ours, self.ours),
        };
        assert_eq!(seen, expected, "{}: {words}", self.what);
    }

    /// The same if `harness-std` does something else again.
    #[track_caller]
    pub fn check_each<T, U>(&self, seen: T, std: U, ours: U, shadow: U)
    where
        T: PartialEq<U> + Debug,
        U: PartialEq + Debug,
    {
        let words = self.shadow.expect("words for what harness-std does");
        assert_eq!(std == ours, self.std == self.ours, "{}", self.what);
        assert_ne!(ours, shadow, "no difference: {}", self.what);
        let (expected, words) = match WHO {
            Who::Std => (std, self.std),
            Who::Native | Who::Wasm => (ours, self.ours),
            Who::Shadow => (shadow, words),
        };
        assert_eq!(seen, expected, "{}: {words}", self.what);
    }
}

/// Defines a constant for each. [`TABLE`] repeats their texts and not their names, so that the compiler reports a
/// constant that no behaviour checks.
macro_rules! differences {
    ($($name:ident: $what:literal, $std:literal, $ours:literal $(, $shadow:literal)?;)+) => {
        $(
            pub const $name: Difference = differences!(@ $what, $std, $ours $(, $shadow)?);
        )+

        /// All differences.
        #[allow(dead_code, reason = "one inclusion shows it for all")]
        pub const TABLE: &[Difference] = &[
            $(differences!(@ $what, $std, $ours $(, $shadow)?),)+
        ];
    };
    (@ $what:literal, $std:literal, $ours:literal) => {
        Difference { what: $what, std: $std, ours: $ours, shadow: None }
    };
    (@ $what:literal, $std:literal, $ours:literal, $shadow:literal) => {
        Difference { what: $what, std: $std, ours: $ours, shadow: Some($shadow) }
    };
}

differences! {
    TIMEOUT_KIND: "a read or receive that times out",
        "`WouldBlock` on Unix, `TimedOut` on Windows",
        "`TimedOut` on every platform";
    READ_TIMEOUT: "the read timeout of a new `TcpStream`",
        "none",
        "30 s";
    RECEIVE_TIMEOUT: "the read timeout of a new `UdpSocket`",
        "none",
        "5 s, one wait of the host";
    RESET: "reading from a connection that the peer has reset",
        "`ConnectionReset`",
        "end of stream, `Ok(0)`: the host does not say how a connection ended";
    SHUT_WHEN_BROKEN: "`shutdown` of a connection that is already broken",
        "`NotConnected`",
        "`Ok(())`";
    HALF_SHUT: "`shutdown(Write)`",
        "the peer sees end of stream",
        "the peer sees nothing until both halves are shut or the stream is dropped";
    SHUT_READ: "bytes that arrived before `shutdown(Read)`",
        "can still be read (on Linux)",
        "are dropped: the next read returns `Ok(0)`";
    PEEK_ROOM: "how much `TcpStream::peek` shows",
        "everything that has arrived",
        "at most 4,096 bytes";
    PEEK_AGAIN: "`TcpStream::peek` again without a read in between, when nothing new has arrived",
        "returns at once",
        "waits for more bytes for one wait of the host, then shows the same ones";
    WRITE_TIMEOUT: "a write to a peer that does not read",
        "waits, at most for the write timeout; then `WouldBlock`, and the stream still works",
        "fails after the host's 5 s with `BrokenPipe`, and all later writes fail";
    LOCAL_ADDR: "`local_addr`",
        "the local address",
        "`Unsupported`: the host does not return it";
    PEER_OF_A_NAME: "`peer_addr` after connecting to a name other than `localhost`",
        "the address that the name was resolved to",
        "`Unsupported`: only the host knows it",
        "the address that stands for the name";
    PEER_OF_LOCALHOST: "`peer_addr` after connecting to `localhost`, and `recv_from` after sending there",
        "the address that the name was resolved to",
        "the address that the name was resolved to",
        "the address that stands for the name";
    PEER_OF_NO_ADDRESS: "`peer_addr` after connecting to `0.0.0.0`, which means this machine",
        "the address of the connection, 127.0.0.1",
        "`0.0.0.0`, as given";
    ADDRESSES_OF_A_NAME: "`to_socket_addrs` of a name other than `localhost`",
        "the addresses that the name was resolved to",
        "`Unsupported`: only the host can resolve names; pass the name itself to `connect`, or with a \
         timeout to `connect_timeout_to`",
        "one address of 198.18.0.0/15, always the same, that stands for the name: the host resolves it on \
         connect or send, and only then reports that a name does not exist";
    ADDRESSES_OF_LOCALHOST: "`to_socket_addrs` of `localhost`",
        "127.0.0.1, ::1 or both",
        "127.0.0.1, ::1 or both",
        "one address of 198.18.0.0/15 that stands for the name";
    BRACKETS: "an IPv6 address in brackets as the host of a pair, as in `(\"[::1]\", 80)`",
        "the resolver's error, of no fixed kind",
        "is accepted";
    NO_NAME: "text that cannot be a host and a port, such as `a b:80`, `:80` or `2001:db8::1`",
        "the resolver's error, of no fixed kind",
        "`InvalidInput`, before the host is called";
    SIGNED_PORT: "a port with a sign, such as `+80`, in an address as text",
        "is accepted",
        "`InvalidInput`";
    WHY_NO_CONNECTION: "the error kind when a TCP connection fails",
        "the reason: `ConnectionRefused`, `NetworkUnreachable`...",
        "always `ConnectionRefused`: the host gives no reason";
    TOO_LONG: "a datagram of more than 65,507 bytes to an IPv4 address, or 65,527 to any other",
        "the system's error, of no fixed kind",
        "`InvalidInput`";
    EMPTY_DATAGRAM: "receiving an empty datagram",
        "`Ok(0)`",
        "`WouldBlock` or `TimedOut`: the host returns 0, as for no datagram";
    NO_LISTENER: "receiving on a connected UDP socket when nothing listens on the peer's port",
        "`ConnectionRefused`",
        "`WouldBlock` or `TimedOut`: the host gives no reason";
    SEND_AGAIN: "sending on a connected UDP socket when nothing listens on the peer's port",
        "`ConnectionRefused`, occasionally",
        "`Other`, occasionally: the host gives no reason";
    BROADCAST: "sending to a broadcast address without `set_broadcast(true)`",
        "`PermissionDenied`",
        "works if the host allows the address: its sockets always may broadcast";
    STRANGERS: "what a bound UDP socket receives",
        "datagrams from anyone",
        "datagrams from peers that it has sent to";
    BIND: "`UdpSocket::bind` to a specific address or port",
        "binds to it",
        "`AddrNotAvailable`: only `0.0.0.0:0` and `[::]:0` are supported";
    NO_PEER: "`UdpSocket::send` before `connect`",
        "the system's error, of no fixed kind",
        "`NotConnected`";
    NOT_SENT: "receiving on a bound UDP socket that has sent nothing",
        "waits",
        "`NotConnected`: no peer could answer";
    FROM_A_NAME: "`recv_from` after connecting to a name other than `localhost`",
        "works",
        "`Unsupported`, and nothing is received: only the host knows the address; `recv` works",
        "works, and returns the address that stands for the name";
    ORDER: "the order in which a bound UDP socket receives from its peers",
        "by arrival of the datagrams",
        "first peers that have not answered yet, the one used last before the others; peers that were silent \
         come last";
    FAMILY: "sending from a socket bound to `0.0.0.0:0` to an IPv6 address",
        "the system's error",
        "works";
    MOST_PEERS: "how many peers a bound UDP socket can receive from",
        "any number",
        "the 16 that it last sent to or received from; datagrams of earlier ones are lost until it sends to \
         them again";
    LOCAL_PORT: "the local port of a UDP socket, as its peers see it",
        "one, for the life of the socket",
        "a different one for each peer, and a new one after connecting back to a peer";
    SEND_TO_A_NAME: "resolving the name that `send_to` is given (other than `localhost`)",
        "at each call; the local port stays the same",
        "at the first call; again after a failed send, after a receive that waited in vain, and after 1,000 \
         datagrams without an answer. The local port is new then, and late answers to the old one are lost";
    CONNECT_TO_A_NAME: "connecting a UDP socket again to the name that it is connected to (other than \
         `localhost`)",
        "resolves it again; waiting datagrams and late answers are still received",
        "resolves it again, with a new local port; waiting datagrams and late answers are lost";
    WAITING: "datagrams that are waiting when a UDP socket is connected to another peer",
        "are received (on Linux)",
        "are lost, unless `peek` has shown them: those are received once the socket is connected to their \
         sender again";
    CONNECTED_BACK: "an answer that arrives after a UDP socket was connected to another peer and back",
        "is received",
        "is lost";
    NONBLOCKING: "`set_nonblocking(true)`",
        "calls return at once",
        "`Unsupported`: the host always waits";
    TTL: "`ttl` and `set_ttl`",
        "the time to live",
        "`Unsupported`";
    MULTICAST: "the methods for multicast",
        "multicast",
        "`Unsupported`";
}
