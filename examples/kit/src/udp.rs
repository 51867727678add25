//! The functions of UDP.

use crate::calls::{self, Block, Kind};
use crate::peers::{Connection, Peers, pattern};
use crate::report::{Behaviour, Verdict};

/// The contract's shortest wait, minus a tolerance for the clock's resolution.
const SHORTEST_WAIT: u64 = 90;
/// An id that no host has reached.
const UNKNOWN: u32 = 3_000_000_000;
/// The number of attempts for anything that may be lost in transit.
const TRIES: u32 = 3;

pub const ALL: &[Behaviour] = &[
    Behaviour {
        function: "udp_connect",
        does: "connects to an address, and to a name",
        costs: "no socket: `ConnectionRefused`",
        row: "returns 0 from a connect",
        check: connects,
    },
    Behaviour {
        function: "udp_connect",
        does: "accepts an IPv6 address in brackets",
        costs: "no socket over IPv6: `ConnectionRefused`",
        row: "returns 0 from a connect",
        check: takes_ipv6,
    },
    Behaviour {
        function: "udp_send",
        does: "sends a datagram, and returns its length",
        costs: "the error `Other`, and the datagram is lost",
        row: "returns 0 from a send",
        check: sends,
    },
    Behaviour {
        function: "udp_send",
        does: "sends at most the given length, and at most the block",
        costs: "the peer receives bytes that were never written",
        row: "reports more bytes sent than it was given",
        check: sends_no_more_than_the_length,
    },
    Behaviour {
        function: "udp_send",
        does: "reports a refused datagram in a later call",
        costs: "a program that sends to a closed port never gets an error",
        row: "returns 0 from a send to one of several peers",
        check: reports_a_refusal,
    },
    Behaviour {
        function: "udp_recv",
        does: "returns one datagram per call, complete and in order",
        costs: "lost datagrams; joined or truncated ones look like others",
        row: "returns 0 at once, or an offset that is no block",
        check: gives_one_at_a_time,
    },
    Behaviour {
        function: "udp_recv",
        does: "returns datagrams of 60,000 bytes",
        costs: "lost datagrams",
        row: "returns 0 at once, or an offset that is no block",
        check: gives_long_ones,
    },
    Behaviour {
        function: "udp_recv",
        does: "truncates a datagram to as many bytes as it is asked for; the next is complete",
        costs: "more copying; as a block, a longer one than was asked for",
        row: "returns a longer block than was asked for",
        check: cuts,
    },
    Behaviour {
        function: "udp_recv",
        does: "waits at least 100 ms for a silent peer, then returns 0",
        costs: "`WouldBlock` at once instead of a wait for the answer",
        row: "returns 0 at once, or an offset that is no block",
        check: waits,
    },
    Behaviour {
        function: "udp_close",
        does: "invalidates the id: with it, or any unknown id, send and receive return 0 and do not trap",
        costs: "another socket's datagrams, or a trap",
        row: "forgets an open connection",
        check: forgets_the_id,
    },
];

fn open(peers: &Peers) -> Option<Connection> {
    Connection::open(Kind::Udp, &peers.udp)
}

/// Sends a datagram and returns the peer's reply. Retries, since datagrams may be lost. `Err` if none could be sent.
fn answer(connection: &Connection, question: &[u8], most: u32) -> Result<Option<Vec<u8>>, Verdict> {
    let mut sent = false;
    for _ in 0..TRIES {
        sent |= connection.send(question) != 0;
        if let Some(answer) = connection.receive(most) {
            return Ok(Some(answer));
        }
    }
    if sent {
        Ok(None)
    } else {
        Err(Verdict::needs("udp_send"))
    }
}

fn connects(peers: &Peers) -> Verdict {
    let port = peers.udp.rsplit(':').next().unwrap_or_default();
    let name = format!("localhost:{port}");
    let mut addresses = vec![peers.udp.as_str()];
    if peers.udp.starts_with("127.0.0.1:") {
        addresses.push(&name);
    }
    let failed = addresses
        .iter()
        .find(|to| Connection::open(Kind::Udp, to).is_none());
    Verdict::of(failed.is_none(), || {
        format!("0 for {}", failed.unwrap_or(&""))
    })
}

fn takes_ipv6(peers: &Peers) -> Verdict {
    match &peers.udp6 {
        None => Verdict::NotTried("the peers have no ::1".to_owned()),
        Some(address) => {
            let connected = Connection::open(Kind::Udp, address);
            Verdict::of(connected.is_some(), || format!("0 for {address}"))
        }
    }
}

fn sends(peers: &Peers) -> Verdict {
    let Some(connection) = open(peers) else {
        return Verdict::needs("connecting");
    };
    let sent: Vec<u32> = [1, 100, 1_400]
        .iter()
        .map(|length| connection.send(&pattern(*length)))
        .collect();
    Verdict::of(sent == [1, 100, 1_400], || {
        format!("{sent:?} for 1, 100 and 1400 bytes")
    })
}

fn sends_no_more_than_the_length(peers: &Peers) -> Verdict {
    let Some(connection) = open(peers) else {
        return Verdict::needs("connecting");
    };
    let block = Block::new(b"abcdef");
    for (length, expected) in [(3, &b"abc"[..]), (1_000, b"abcdef")] {
        let mut sent = 0;
        let got = (0..TRIES).find_map(|_| {
            sent = block.send(Kind::Udp, connection.id, length);
            connection.receive(100)
        });
        match got {
            None => return Verdict::needs("an echo"),
            Some(got) if got != expected || sent as usize != expected.len() => {
                return Verdict::Broken(format!(
                    "{sent} sent and {} come back, for {length} of 6",
                    got.len()
                ));
            }
            Some(_) => {}
        }
    }
    Verdict::Holds
}

fn reports_a_refusal(peers: &Peers) -> Verdict {
    let Some(connection) = Connection::open(Kind::Udp, &peers.closed_udp) else {
        return Verdict::needs("connecting");
    };
    // Each send may report the error of an earlier one; asking for the time gives the error time to arrive.
    for _ in 0..20 {
        if connection.send(b"is anybody there?") == 0 {
            return Verdict::Holds;
        }
        peers.now();
    }
    Verdict::Broken("20 datagrams sent, without an error".to_owned())
}

fn gives_one_at_a_time(peers: &Peers) -> Verdict {
    let Some(connection) = open(peers) else {
        return Verdict::needs("connecting");
    };
    let (mut seen, mut sent) = (Vec::new(), false);
    for _ in 0..TRIES {
        for length in [10, 3, 500] {
            sent |= connection.send(&pattern(length)) != 0;
        }
        seen = (0..3)
            .filter_map(|_| connection.receive(1_000))
            .map(|d| d.len())
            .collect();
        if seen == [10, 3, 500] {
            return Verdict::Holds;
        }
        // Some may be lost; late ones must not count for the next attempt.
        while connection.receive(1_000).is_some() {}
    }
    if !sent {
        return Verdict::needs("udp_send");
    }
    Verdict::Broken(format!("{seen:?} for datagrams of 10, 3 and 500 bytes"))
}

fn gives_long_ones(peers: &Peers) -> Verdict {
    let Some(connection) = open(peers) else {
        return Verdict::needs("connecting");
    };
    let got = match answer(&connection, b"!bytes 60000", 65_535) {
        Ok(got) => got,
        Err(verdict) => return verdict,
    };
    Verdict::of(got.as_deref() == Some(&pattern(60_000)), || {
        format!("{:?} of 60000 bytes", got.map(|got| got.len()))
    })
}

fn cuts(peers: &Peers) -> Verdict {
    let Some(connection) = open(peers) else {
        return Verdict::needs("connecting");
    };
    let answers = answer(&connection, b"!bytes 5000", 10)
        .and_then(|first| Ok((first, answer(&connection, b"the next", 1_000)?)));
    let (first, second) = match answers {
        Ok(answers) => answers,
        Err(verdict) => return verdict,
    };
    let holds = first.as_deref() == Some(&pattern(10)) && second.as_deref() == Some(b"the next");
    Verdict::of(holds, || {
        let (first, second) = (first.map(|d| d.len()), second.map(|d| d.len()));
        format!("{first:?} bytes where 10 were asked for, and {second:?} of the 8 of the next")
    })
}

fn waits(peers: &Peers) -> Verdict {
    let (Some(connection), Some(start)) = (open(peers), peers.now()) else {
        return Verdict::needs("connecting, or asking the peer for the time");
    };
    let received = connection.receive(100);
    match (received, peers.now()) {
        (_, None) => Verdict::needs("asking the peer for the time"),
        (Some(_), _) => Verdict::Broken("a datagram from a silent peer".to_owned()),
        (None, Some(end)) => Verdict::of(end - start >= SHORTEST_WAIT, || {
            format!("0 after {} ms", end - start)
        }),
    }
}

fn forgets_the_id(peers: &Peers) -> Verdict {
    let Some(connection) = open(peers) else {
        return Verdict::needs("connecting");
    };
    let closed = connection.id;
    drop(connection);
    for id in [closed, UNKNOWN, 0] {
        calls::close(Kind::Udp, id);
        let sent = calls::send(Kind::Udp, id, b"x");
        let received = calls::receive(Kind::Udp, id, 10);
        if sent != 0 || received.is_some() {
            return Verdict::Broken(format!(
                "{sent} bytes sent, and {received:?} received, with no socket"
            ));
        }
    }
    Verdict::Holds
}
