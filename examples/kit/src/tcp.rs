//! The functions of TCP.

use crate::calls::{self, Block, Kind};
use crate::peers::{Connection, Peers, digest, pattern};
use crate::report::{Behaviour, Verdict};

/// The contract's shortest wait, minus a tolerance for the clock's resolution.
const SHORTEST_WAIT: u64 = 90;
/// The library's limit for "at once", with a real clock.
const AT_ONCE: u64 = 50;
/// How long to retry a host that must return at once, on a busy machine.
const ENOUGH: u64 = 10_000;
/// The peer's reply for a connection that is still open, and how often it is asked again.
const STILL_OPEN: &str = "the connection is still open";
const ASKED: u32 = 100;
/// An id that no host has reached.
const UNKNOWN: u32 = 3_000_000_000;

pub const ALL: &[Behaviour] = &[
    Behaviour {
        function: "tcp_connect",
        does: "connects to an address",
        costs: "no connection: `ConnectionRefused`",
        row: "returns 0 from a connect",
        check: connects,
    },
    Behaviour {
        function: "tcp_connect",
        does: "resolves a name",
        costs: "no connection by name: `ConnectionRefused`",
        row: "returns 0 from a connect",
        check: looks_up_a_name,
    },
    Behaviour {
        function: "tcp_connect",
        does: "accepts an IPv6 address in brackets",
        costs: "no connection over IPv6: `ConnectionRefused`",
        row: "returns 0 from a connect",
        check: takes_ipv6,
    },
    Behaviour {
        function: "tcp_connect",
        does: "uses the length of the address's block, with other bytes after it",
        costs: "connections sometimes fail once the kernel reuses memory: `ConnectionRefused`",
        row: "returns 0 from a connect",
        check: reads_the_address_by_its_length,
    },
    Behaviour {
        function: "tcp_connect",
        does: "returns 0 for a closed port and for an invalid address",
        costs: "a stream without a connection: `Ok(0)` at the first read",
        row: "forgets an open connection",
        check: refuses,
    },
    Behaviour {
        function: "tcp_connect",
        does: "returns a different id for each open connection",
        costs: "two streams share a connection, and get each other's bytes",
        row: "returns the same id twice",
        check: gives_ids,
    },
    Behaviour {
        function: "tcp_send",
        does: "sends the whole block in one call, and returns its length",
        costs: "short writes and more host calls; if it returns 0, `BrokenPipe`, and later writes fail",
        row: "reports fewer bytes sent",
        check: sends_all,
    },
    Behaviour {
        function: "tcp_send",
        does: "sends at most the given length, and at most the block",
        costs: "the peer receives bytes that were never written",
        row: "reports more bytes sent than it was given",
        check: sends_no_more_than_the_length,
    },
    Behaviour {
        function: "tcp_send",
        does: "sends a megabyte, in order",
        costs: "lost bytes",
        row: "returns 0 from a send",
        check: sends_much,
    },
    Behaviour {
        function: "tcp_send",
        does: "does not free the plugin's block",
        costs: "a double free: traps, or bytes of another stream",
        row: "frees all blocks, as between two calls of a plugin",
        check: leaves_the_block,
    },
    Behaviour {
        function: "tcp_recv",
        does: "returns at most as many bytes as it is asked for",
        costs: "bytes that do not fit are lost: `InvalidData`",
        row: "returns a longer block than was asked for",
        check: gives_no_more,
    },
    Behaviour {
        function: "tcp_recv",
        does: "returns all available bytes in one call",
        costs: "small reads, and many host calls",
        row: "returns 0 after waiting",
        check: gives_what_has_come,
    },
    Behaviour {
        function: "tcp_recv",
        does: "returns every byte, in order, before EOF",
        costs: "lost bytes",
        row: "returns 0 at once, or an offset that is no block",
        check: gives_every_byte,
    },
    Behaviour {
        function: "tcp_recv",
        does: "waits at least 100 ms for a silent peer, then returns 0",
        costs: "a pause reads as EOF, `Ok(0)`: most programs miss the bytes after it",
        row: "returns 0 at once, or an offset that is no block",
        check: waits_for_a_silent_peer,
    },
    Behaviour {
        function: "tcp_recv",
        does: "loses nothing when a wait ends without data",
        costs: "lost bytes",
        row: "returns 0 after waiting",
        check: loses_nothing_by_a_silence,
    },
    Behaviour {
        function: "tcp_recv",
        does: "returns 0 at once after EOF, each time",
        costs: "every read to EOF waits for its read timeout, then fails with `TimedOut`",
        row: "takes longer than 50 ms each time to report EOF",
        check: ends_at_once,
    },
    Behaviour {
        function: "tcp_recv",
        does: "returns 0 at once after a reset",
        costs: "every read of a broken stream waits for its read timeout, then fails with `TimedOut`",
        row: "takes longer than 50 ms each time to report EOF",
        check: ends_after_a_reset,
    },
    Behaviour {
        function: "tcp_close",
        does: "closes the connection: the peer sees EOF",
        costs: "peers that wait for EOF wait forever; connections pile up",
        row: "sees a shutdown, a failure and a drop, in any order",
        check: closes,
    },
    Behaviour {
        function: "tcp_close",
        does: "invalidates the id: with it, or any unknown id, send and receive return 0 and do not trap",
        costs: "another stream's bytes, or a trap",
        row: "forgets an open connection",
        check: forgets_the_id,
    },
];

fn connects(peers: &Peers) -> Verdict {
    let connected = Connection::open(Kind::Tcp, &peers.tcp);
    Verdict::of(connected.is_some(), || format!("0 for {}", peers.tcp))
}

fn looks_up_a_name(peers: &Peers) -> Verdict {
    if !peers.tcp.starts_with("127.0.0.1:") {
        return Verdict::NotTried("the peers are on another machine".to_owned());
    }
    let name = format!("localhost:{}", peers.port());
    let connected = Connection::open(Kind::Tcp, &name);
    Verdict::of(connected.is_some(), || format!("0 for {name}"))
}

fn takes_ipv6(peers: &Peers) -> Verdict {
    match &peers.tcp6 {
        None => Verdict::NotTried("the peers have no ::1".to_owned()),
        Some(address) => {
            let connected = Connection::open(Kind::Tcp, address);
            Verdict::of(connected.is_some(), || format!("0 for {address}"))
        }
    }
}

fn reads_the_address_by_its_length(peers: &Peers) -> Verdict {
    // Digits follow it, so a longer read would change the port.
    let address = Block::new(peers.tcp.as_bytes());
    let _behind = Block::new(&[b'9'; 64]);
    let id = address.connect(Kind::Tcp);
    calls::close(Kind::Tcp, id);
    // The same in a block that had other content before.
    drop(Block::new(&[b'9'; 64]));
    let again = Connection::open(Kind::Tcp, &peers.tcp);
    Verdict::of(id != 0 && again.is_some(), || {
        "0 with other bytes behind the address".to_owned()
    })
}

fn refuses(peers: &Peers) -> Verdict {
    let wrong = [
        peers.closed_tcp.as_str(),
        "no address",
        "127.0.0.1",
        "127.0.0.1:99999",
    ];
    let taken = wrong
        .iter()
        .find(|wrong| Connection::open(Kind::Tcp, wrong).is_some());
    Verdict::of(taken.is_none(), || {
        format!("an id for {}", taken.unwrap_or(&""))
    })
}

fn gives_ids(peers: &Peers) -> Verdict {
    let open = || Connection::open(Kind::Tcp, &peers.tcp);
    match (open(), open(), open()) {
        (Some(a), Some(b), Some(c)) => {
            Verdict::of(a.id != b.id && b.id != c.id && a.id != c.id, || {
                format!("the ids {}, {}, {}", a.id, b.id, c.id)
            })
        }
        _ => Verdict::needs("connecting"),
    }
}

/// Opens a connection that the peer records under a name.
fn record(peers: &Peers, name: &str) -> Option<Connection> {
    peers.tell(&format!("record {name}"))
}

/// Returns what the peer has recorded when the connection has ended; or, after ten seconds, that it is still open.
fn recorded(peers: &Peers, name: &str) -> Option<String> {
    let ask = || peers.ask(&format!("recorded {name}"));
    // Each of these takes a tenth of a second.
    let answers = (0..ASKED).map(|_| ask());
    let mut last = None;
    for answer in answers {
        last = answer;
        if last.as_deref() != Some(STILL_OPEN) {
            break;
        }
    }
    last
}

fn sends_all(peers: &Peers) -> Verdict {
    let Some(connection) = Connection::open(Kind::Tcp, &peers.tcp) else {
        return Verdict::needs("connecting");
    };
    // To a peer that receives everything.
    let told = connection.send_all(b"record all\n");
    let sent = [1_000, 4_000].map(|length| connection.send(&pattern(length)));
    Verdict::of(told && sent == [1_000, 4_000], || {
        format!("{sent:?} for 1000 and 4000 bytes")
    })
}

fn sends_no_more_than_the_length(peers: &Peers) -> Verdict {
    let Some(connection) = record(peers, "length") else {
        return Verdict::needs("connecting and sending");
    };
    let block = Block::new(b"abcdef");
    let part = block.send(Kind::Tcp, connection.id, 3);
    let more = block.send(Kind::Tcp, connection.id, 1_000);
    drop(connection);
    match recorded(peers, "length") {
        None => Verdict::needs("asking the peer"),
        Some(arrived) => {
            // A partial send is allowed if the host returns its length.
            let first = b"abc".get(..part as usize).unwrap_or(b"abc");
            let second = b"abcdef".get(..more as usize).unwrap_or(b"abcdef");
            let sound = part <= 3 && more <= 6 && arrived == digest(&[first, second].concat());
            Verdict::of(sound, || {
                format!("{part} for 3 of 6 bytes, {more} for 1000 of 6; what arrived is {arrived}")
            })
        }
    }
}

fn sends_much(peers: &Peers) -> Verdict {
    let Some(connection) = record(peers, "much") else {
        return Verdict::needs("connecting and sending");
    };
    let much = pattern(1 << 20);
    let sent = much.chunks(65_536).all(|piece| connection.send_all(piece));
    drop(connection);
    match recorded(peers, "much") {
        None => Verdict::needs("asking the peer"),
        Some(arrived) => Verdict::of(sent && arrived == digest(&much), || {
            format!("of {} arrived {arrived}", digest(&much))
        }),
    }
}

fn leaves_the_block(peers: &Peers) -> Verdict {
    let Some(connection) = peers.tell("echo") else {
        return Verdict::needs("connecting and sending");
    };
    let block = Block::new(b"a block of the plugin's");
    block.send(Kind::Tcp, connection.id, 23);
    // The kernel reuses freed blocks only after its first page is used up.
    let _page: Vec<_> = (0..80).map(|_| Block::empty(1_000)).collect();
    let _others: Vec<_> = (0..8).map(|_| Block::new(&[0; 23])).collect();
    Verdict::of(block.bytes() == b"a block of the plugin's", || {
        "the block is gone, or another".to_owned()
    })
}

/// Opens a connection on which this data has arrived, and possibly the end of stream.
fn filled(peers: &Peers, what: &str) -> Option<Connection> {
    let connection = peers.tell(what)?;
    // The peer sends this data before it replies to another connection, so the data is on its way by then. On loopback
    // it has then arrived.
    peers.now();
    peers.now();
    Some(connection)
}

fn gives_no_more(peers: &Peers) -> Verdict {
    let Some(connection) = filled(peers, "bytes 20000") else {
        return Verdict::needs("connecting and sending");
    };
    let lengths: Vec<usize> = (0..5)
        .filter_map(|_| connection.receive(100))
        .map(|bytes| bytes.len())
        .collect();
    match lengths.iter().max() {
        None => Verdict::Broken("0 for 100 of 20000 bytes".to_owned()),
        Some(most) => Verdict::of(*most <= 100, || {
            format!("{most} bytes where 100 were asked for")
        }),
    }
}

fn gives_what_has_come(peers: &Peers) -> Verdict {
    let Some(connection) = filled(peers, "bytes 20000") else {
        return Verdict::needs("connecting and sending");
    };
    // The maximum of several: the data may arrive in pieces.
    let most = (0..8)
        .filter_map(|_| connection.receive(1_000))
        .map(|bytes| bytes.len())
        .max();
    let most = most.unwrap_or(0);
    Verdict::of(most >= 500, || {
        format!("{most} bytes at most, of 1000 that were asked for")
    })
}

fn gives_every_byte(peers: &Peers) -> Verdict {
    let Some(connection) = peers.tell("bytes 10000") else {
        return Verdict::needs("connecting and sending");
    };
    let got = connection.receive_all(10_001);
    Verdict::of(got == pattern(10_000), || {
        format!("of {} came {}", digest(&pattern(10_000)), digest(&got))
    })
}

/// Measures how long a receive takes.
fn timed(peers: &Peers, connection: &Connection) -> Option<(u64, Option<Vec<u8>>)> {
    let start = peers.now()?;
    let received = connection.receive(100);
    Some((peers.now()? - start, received))
}

fn waits_for_a_silent_peer(peers: &Peers) -> Verdict {
    let Some(connection) = peers.tell("late silent 10") else {
        return Verdict::needs("connecting and sending");
    };
    match timed(peers, &connection) {
        None => Verdict::needs("asking the peer for the time"),
        Some((_, Some(bytes))) => {
            Verdict::Broken(format!("{} bytes from a silent peer", bytes.len()))
        }
        Some((took, None)) => Verdict::of(took >= SHORTEST_WAIT, || format!("0 after {took} ms")),
    }
}

fn loses_nothing_by_a_silence(peers: &Peers) -> Verdict {
    let Some(connection) = peers.tell("late loses 10") else {
        return Verdict::needs("connecting and sending");
    };
    let before = connection.receive(100);
    if peers.ask("go loses").is_none() {
        return Verdict::needs("asking the peer");
    }
    let got = connection.receive_all(10);
    Verdict::of(before.is_none() && got == pattern(10), || {
        format!("{} of 10 bytes that came after a silence", got.len())
    })
}

/// Checks that receives return 0 at once after the `before` bytes.
fn ends(peers: &Peers, connection: &Connection, before: usize) -> Verdict {
    let got = connection.receive_all(before);
    if got != pattern(before) {
        return Verdict::Broken(format!("{} of {before} bytes before the end", got.len()));
    }
    // EOF may arrive later than the data.
    connection.receive(100);
    let (mut quickest, mut all) = (u64::MAX, 0);
    while all < ENOUGH {
        match timed(peers, connection) {
            None => return Verdict::needs("asking the peer for the time"),
            Some((_, Some(bytes))) => {
                return Verdict::Broken(format!("{} bytes after the end", bytes.len()));
            }
            Some((took, None)) => {
                quickest = quickest.min(took);
                all += took + 1;
            }
        }
        // On a busy machine one may be slow, but not all.
        if quickest < AT_ONCE {
            return Verdict::Holds;
        }
    }
    Verdict::Broken(format!("0 after {quickest} ms, at the quickest"))
}

fn ends_at_once(peers: &Peers) -> Verdict {
    match peers.tell("bytes 10") {
        None => Verdict::needs("connecting and sending"),
        Some(connection) => ends(peers, &connection, 10),
    }
}

fn ends_after_a_reset(peers: &Peers) -> Verdict {
    let Some(connection) = peers.tell("reset 10") else {
        return Verdict::needs("connecting and sending");
    };
    let got = connection.receive_all(10);
    if got != pattern(10) {
        return Verdict::Broken(format!("{} of 10 bytes before the reset", got.len()));
    }
    // This makes the peer reset the connection.
    if !connection.send_all(b"!") {
        return Verdict::needs("sending");
    }
    ends(peers, &connection, 0)
}

fn closes(peers: &Peers) -> Verdict {
    let Some(connection) = record(peers, "closed") else {
        return Verdict::needs("connecting and sending");
    };
    drop(connection);
    match recorded(peers, "closed") {
        None => Verdict::needs("asking the peer"),
        Some(seen) => Verdict::of(seen == digest(b""), || format!("the peer says: {seen}")),
    }
}

fn forgets_the_id(peers: &Peers) -> Verdict {
    let Some(connection) = peers.tell("echo") else {
        return Verdict::needs("connecting and sending");
    };
    let closed = connection.id;
    drop(connection);
    for id in [closed, UNKNOWN, 0] {
        calls::close(Kind::Tcp, id);
        let sent = calls::send(Kind::Tcp, id, b"x");
        let received = calls::receive(Kind::Tcp, id, 10);
        if sent != 0 || received.is_some() {
            return Verdict::Broken(format!(
                "{sent} bytes sent, and {received:?} received, with no connection"
            ));
        }
    }
    Verdict::Holds
}
