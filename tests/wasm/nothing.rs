//! How a read interprets the host's 0: with a real clock (`wasm32-wasip1`), without one (`wasm32-unknown-unknown`), and
//! with a fake one; over the facade and over the core.
//!
//! Without a clock the library counts a wait of the host as 5 s; here it is much shorter, so "30 s" are six short
//! waits.

use crate::{Guests, PATIENCE, call, eventually, pattern, quick, refusing_udp, v4};
use harness_host::peers::TcpPeer;
use harness_host::{Clock, Config, Fault, Faults, Plugin};
use std::io::Write;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

const WAIT: Duration = Duration::from_millis(200);

/// A guest and its clock.
struct World {
    name: &'static str,
    guests: &'static Guests,
    /// WASI's clock, if there is WASI.
    wasi: Option<Clock>,
}

const WORLDS: [World; 3] = [
    World {
        name: "a real clock",
        guests: &crate::WASIP1,
        wasi: Some(Clock::Real),
    },
    World {
        name: "no clock",
        guests: &crate::UNKNOWN,
        wasi: None,
    },
    World {
        name: "a fake clock",
        guests: &crate::WASIP1,
        wasi: Some(Clock::Fake),
    },
];

impl World {
    fn plugin(&self) -> Plugin {
        self.plugin_in(quick().wait(WAIT))
    }

    fn plugin_in(&self, config: Config) -> Plugin {
        let config = config.wasi(self.wasi.is_some());
        let config = config.clock(self.wasi.unwrap_or_default());
        self.guests.plugin(&config)
    }

    /// Returns whether there is a real clock.
    fn has_time(&self) -> bool {
        self.wasi == Some(Clock::Real)
    }

    /// Runs a function of the facade and the same of the core, each in its own plugin.
    fn both(&self, function: &str, input: &str, check: impl Fn(&str, &str, &Plugin)) {
        self.both_in(quick().wait(WAIT), function, input, check);
    }

    /// The same in a host of this kind.
    fn both_in(
        &self,
        config: Config,
        function: &str,
        input: &str,
        check: impl Fn(&str, &str, &Plugin),
    ) {
        for function in [function.to_owned(), format!("{function}_embedded")] {
            let mut plugin = self.plugin_in(config.clone());
            let output = call(&mut plugin, &function, input);
            assert_eq!(plugin.open_connections(), 0, "{function}, {}", self.name);
            check(&output, &format!("{function}, {}", self.name), &plugin);
        }
    }
}

/// Runs the test in every world, in parallel: it mostly waits.
fn everywhere(test: impl Fn(&'static World) + Sync) {
    std::thread::scope(|scope| {
        for world in &WORLDS {
            scope.spawn(|| test(world));
        }
    });
}

/// A peer that does this with each connection.
fn peer(act: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> TcpPeer {
    TcpPeer::start(v4(), move |mut stream, _| act(&mut stream)).unwrap()
}

/// A host that receives nothing in these of its waits: silence of a fixed length, however busy the machine is. The next
/// wait returns what the peer has sent.
fn silent_in(waits: impl IntoIterator<Item = u64>) -> Config {
    let stall = |faults: Faults, call| faults.at("tcp_recv", call, Fault::Stall);
    let faults = waits.into_iter().fold(Faults::default(), stall);
    quick().wait(WAIT).faults(faults)
}

/// Returns the results of reads without repetitions: one `Ok(1)` for consecutive bytes.
fn squeezed(outcomes: &str) -> String {
    let mut words: Vec<&str> = outcomes.split(' ').collect();
    words.dedup();
    words.join(" ")
}

fn bytes(outcomes: &str) -> usize {
    outcomes.matches("Ok(1)").count()
}

fn expected(len: usize) -> String {
    let digest = pattern(len)
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
            (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{len} {digest:x}")
}

/// Silent for more than two of the host's waits, three times.
fn pausing(len: usize) -> TcpPeer {
    peer(move |stream| {
        let all = pattern(len);
        for part in all.chunks(len.div_ceil(3)) {
            sleep(WAIT * 5 / 2);
            stream.write_all(part)?;
        }
        sleep(WAIT * 3 / 2);
        Ok(())
    })
}

/// Clients that poll receive late data, and detect EOF.
#[test]
fn a_stream_that_is_polled_becomes_ready() {
    let peer = peer(|stream| stream.write_all(b"7 bytes"));
    everywhere(|world| {
        let (address, config) = (peer.addr().to_string(), silent_in([1, 2, 4, 5]));
        world.both_in(config, "nothing_ready", &address, |got, who, _| {
            assert_eq!(got, "Ok(7) Ok(0)", "{who}");
        });
    });
}

#[test]
fn pauses_lose_nothing() {
    let pausing = pausing(100_000);
    let steady = peer(|stream| stream.write_all(&pattern(100_000)));
    everywhere(|world| {
        // Without a clock the waits are counted, and a pause must not have one more than intended.
        let (peer, config) = match world.has_time() {
            true => (&pausing, quick().wait(WAIT)),
            false => (&steady, silent_in([1, 2, 4, 5, 7, 8])),
        };
        let address = peer.addr().to_string();
        world.both_in(config, "nothing_read_to_end", &address, |got, who, _| {
            assert_eq!(got, expected(100_000), "{who}");
        });
    });
}

/// Reads of one byte, with a timeout shorter than the silence: the silence is reported, and nothing is lost.
#[test]
fn a_timeout_shorter_than_the_silence() {
    let peer = peer(|stream| stream.write_all(b"abc"));
    everywhere(|world| {
        // About one of the host's waits, by the clock or by the count.
        let (timeout, silence) = if world.has_time() {
            (WAIT.as_millis(), "TimedOut")
        } else {
            (5_000, "Ok(0)")
        };
        let input = format!("{} {timeout} 20", peer.addr());
        world.both_in(silent_in(1..=3), "nothing_reads", &input, |got, who, _| {
            assert_eq!(
                squeezed(got),
                format!("{silence} Ok(1) Ok(0)"),
                "{who}: {got}"
            );
            assert_eq!(bytes(got), 3, "{who}: {got}");
        });
    });
}

/// With a timeout longer than the default, or none at all, a long silence is not even noticed.
#[test]
fn a_timeout_longer_than_the_silence() {
    let peer = peer(|stream| stream.write_all(b"abc"));
    everywhere(|world| {
        for timeout in ["120000", "none"] {
            let input = format!("{} {timeout} 3", peer.addr());
            world.both_in(silent_in(1..=8), "nothing_reads", &input, |got, who, _| {
                assert_eq!(got, "Ok(1) Ok(1) Ok(1)", "{who}, {timeout}");
            });
        }
    });
}

/// Without a clock, silence longer than the timeout is reported as EOF. Nothing is lost: further reads return what
/// arrives.
#[test]
fn without_a_clock_a_long_silence_reads_as_the_end() {
    let peer = peer(|stream| stream.write_all(b"abc"));
    everywhere(|world| {
        if world.has_time() {
            return;
        }
        let input = format!("{} default 6", peer.addr());
        world.both_in(silent_in(1..=9), "nothing_reads", &input, |got, who, _| {
            assert_eq!(squeezed(got), "Ok(0) Ok(1) Ok(0)", "{who}: {got}");
            assert_eq!(bytes(got), 3, "{who}: {got}");
        });
    });
}

#[test]
fn a_late_close_is_the_end() {
    let peer = peer(|_| {
        sleep(WAIT * 3 / 2);
        Ok(())
    });
    everywhere(|world| {
        world.both(
            "nothing_reads",
            &format!("{} default 2", peer.addr()),
            |got, who, _| {
                assert_eq!(got, "Ok(0) Ok(0)", "{who}");
            },
        );
    });
}

#[test]
fn a_close_at_once_is_the_end_at_once() {
    let peer = peer(|stream| stream.write_all(b"abc"));
    everywhere(|world| {
        // The bytes arrive within the first wait, however long that takes.
        world.both_in(
            quick().wait(PATIENCE),
            "nothing_read_to_end",
            &peer.addr().to_string(),
            |got, who, plugin| {
                assert!(got.starts_with("3 "), "{who}: {got}");
                let asked = plugin.report().calls.get("tcp_recv");
                if world.has_time() {
                    // Once for the bytes and once for EOF; a host that was delayed is asked again.
                    assert!((2..=7).contains(&asked), "{who}: asked {asked} times");
                } else {
                    assert_eq!(asked, 1 + 6, "{who}");
                }
            },
        );
    });
}

#[test]
fn a_reset_is_the_end() {
    let peer = peer(|stream| {
        stream.write_all(b"abc")?;
        sleep(WAIT);
        socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO))
    });
    everywhere(|world| {
        world.both(
            "nothing_reads",
            &format!("{} default 5", peer.addr()),
            |got, who, _| {
                assert_eq!(got, "Ok(1) Ok(1) Ok(1) Ok(0) Ok(0)", "{who}");
            },
        );
    });
}

#[test]
fn a_datagram_that_does_not_come() {
    let silent = std::net::UdpSocket::bind((v4(), 0)).unwrap();
    let silent_addr = silent.local_addr().unwrap();
    let (_port, nobody) = refusing_udp();
    everywhere(|world| {
        let mut plugin = world.plugin();
        let got = call(
            &mut plugin,
            "nothing_receives",
            &format!("{silent_addr} default 2"),
        );
        assert_eq!(got, "TimedOut TimedOut", "{}", world.name);
        assert_eq!(plugin.report().calls.get("udp_recv"), 2, "{}", world.name);

        // Three of the host's waits, by the clock or by the count.
        let timeout = if world.has_time() {
            WAIT * 3
        } else {
            Duration::from_secs(15)
        };
        let input = format!("{silent_addr} {} 1", timeout.as_millis());
        plugin.reset_counters();
        assert_eq!(
            call(&mut plugin, "nothing_receives", &input),
            "TimedOut",
            "{}",
            world.name
        );
        // By the clock they are fewer if a busy machine makes them longer.
        let waits = plugin.report().calls.get("udp_recv");
        let fewest = if world.has_time() { 1 } else { 3 };
        assert!((fewest..=3).contains(&waits), "{}: {waits}", world.name);

        // The host gets an error because nobody listens, and returns at once. Only a clock can show that, and does not
        // if a busy machine delays it.
        let input = format!("{nobody} default 1");
        if world.has_time() {
            eventually("it is told at once", || {
                let got = call(&mut world.plugin(), "nothing_receives", &input);
                assert!(["WouldBlock", "TimedOut"].contains(&&*got), "{got}");
                got == "WouldBlock"
            });
        } else {
            let got = call(&mut plugin, "nothing_receives", &input);
            assert_eq!(got, "TimedOut", "{}", world.name);
        }
    });
}

/// The fake clock behaves as intended: otherwise the tests above prove nothing.
#[test]
fn the_fake_clock_moves_by_a_millisecond_a_reading_from_2022_on() {
    let mut plugin = crate::WASIP1.plugin(&quick().clock(Clock::Fake));
    let clocks = call(&mut plugin, "nothing_clocks", "");
    assert_eq!(clocks, "1640995200 1ms 1ms");
    let mut plugin = crate::WASIP1.plugin(&quick());
    let clocks = call(&mut plugin, "nothing_clocks", "");
    assert!(!clocks.ends_with("1ms 1ms"), "{clocks}");
}
