//! What a plugin is run with.

use std::time::Duration;

use crate::denied::Observer;
use crate::{Allow, Denied, Faults};

/// The shortest wait of a receive: twice what the library takes for "at once".
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// How the JSON of `icmp_recv` is written.
///
/// The description of the ten functions and the host that plugins meet in production differ
/// here, so a plugin has to read both, and its tests should see both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As described: the bytes are an array of numbers,
    /// `{"source":"127.0.0.1","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}`.
    #[default]
    Described,
    /// As the production host's encoder writes it: sorted keys, the bytes in base64,
    /// `{"code":0,"data":"SGk=","id":1,"seq":1,"source":"127.0.0.1","type":0}`.
    Real,
}

/// From when on ICMP packets are heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IcmpListening {
    /// From the first `icmp_send` on. A reply that arrives before the plugin asks for it is kept,
    /// which is what makes pings on loopback work at all.
    #[default]
    FromSend,
    /// Only during `icmp_recv`, as the production host does: a reply that arrives earlier is lost.
    AtReceive,
}

/// The clock that WASI shows a plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// This machine's.
    #[default]
    Real,
    /// As the production host's: one that advances by exactly 1 ms whenever it is read, whatever
    /// time has passed, and begins with the year 2022.
    Fake,
}

/// The random bytes that WASI gives a plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Randomness {
    /// This machine's.
    #[default]
    Real,
    /// As the production host's: the same bytes in every plugin of every process.
    Fixed,
}

/// What a plugin is run with: the host's limits and habits.
///
/// The defaults are those of a host that is kind to tests: its clock is real, and it hears every
/// packet. [`production`](Config::production) is how the production host behaves. In either a plugin
/// may reach no address until [`allow`](Config::allow) names some. A test usually wants a shorter
/// [`wait`](Config::wait):
///
/// ```
/// use std::time::Duration;
/// use harness_host::{Allow, Config, Dialect};
///
/// let config = Config::new()
///     .allow(Allow::loopback())
///     .wait(Duration::from_millis(100))
///     .dialect(Dialect::Real);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) dialect: Dialect,
    pub(crate) wait: Duration,
    pub(crate) connect_wait: Duration,
    pub(crate) send_wait: Duration,
    pub(crate) icmp_wait: Duration,
    pub(crate) http_wait: Duration,
    pub(crate) icmp: IcmpListening,
    pub(crate) ipv6_pings: bool,
    pub(crate) wasi: bool,
    pub(crate) clock: Clock,
    pub(crate) sleep: bool,
    pub(crate) randomness: Randomness,
    pub(crate) short_numbers: bool,
    pub(crate) whole_blocks: bool,
    pub(crate) short_bodies: bool,
    pub(crate) fuel_limit: u64,
    pub(crate) memory_pages: Option<u32>,
    pub(crate) call_timeout: Option<Duration>,
    pub(crate) max_receive: u32,
    pub(crate) max_connections: usize,
    pub(crate) max_bytes: u64,
    pub(crate) max_request_body: u64,
    pub(crate) max_response_body: u64,
    #[cfg(feature = "http")]
    pub(crate) authorities: crate::http::Authorities,
    pub(crate) max_waiting: Duration,
    pub(crate) denied: Observer,
    pub(crate) allow: Allow,
    pub(crate) faults: Faults,
    pub(crate) redirects: Vec<(String, String)>,
    pub(crate) module: String,
    pub(crate) values: Vec<(String, String)>,
    pub(crate) whole_receives: bool,
    pub(crate) kernel_calls: bool,
    pub(crate) echo_reply: Option<Vec<u8>>,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            dialect: Dialect::default(),
            wait: Duration::from_secs(5),
            connect_wait: Duration::from_secs(5),
            send_wait: Duration::from_secs(5),
            icmp_wait: Duration::from_secs(60),
            http_wait: Duration::from_secs(10),
            icmp: IcmpListening::default(),
            ipv6_pings: true,
            wasi: true,
            clock: Clock::default(),
            sleep: true,
            randomness: Randomness::default(),
            short_numbers: true,
            whole_blocks: false,
            short_bodies: false,
            // Half the range: no plugin gets there, and adding to it cannot overflow.
            fuel_limit: u64::MAX / 2,
            memory_pages: None,
            call_timeout: None,
            max_receive: 16 * 1024 * 1024,
            max_connections: 1024,
            max_bytes: u64::MAX,
            max_request_body: 32 * 1024 * 1024,
            max_response_body: 32 * 1024 * 1024,
            #[cfg(feature = "http")]
            authorities: Vec::new(),
            max_waiting: Duration::MAX,
            denied: Observer::default(),
            allow: Allow::nothing(),
            faults: Faults::default(),
            redirects: Vec::new(),
            module: "env".to_owned(),
            values: Vec::new(),
            whole_receives: false,
            kernel_calls: false,
            echo_reply: None,
        }
    }
}

impl Config {
    /// The defaults. With them a plugin reaches nobody: see [`allow`](Config::allow).
    pub fn new() -> Self {
        Self::default()
    }

    /// The production host, as far as a plugin can tell. What is set afterwards is as it is set: a
    /// test may shorten a wait or set a configuration value, which production never does.
    ///
    /// ```
    /// use std::time::Duration;
    /// use harness_host::{Allow, Config};
    ///
    /// let config = Config::production()
    ///     .allow(Allow::loopback())
    ///     .wait(Duration::from_secs(1)); // not production's 5 s: this test waits for a silence
    /// ```
    ///
    #[doc = include_str!("production.md")]
    pub fn production() -> Self {
        Self::new().like_production()
    }

    /// The same with the habits of the [production](Config::production) host.
    pub(crate) fn like_production(self) -> Self {
        Config {
            dialect: Dialect::Real,
            icmp: IcmpListening::AtReceive,
            ipv6_pings: false,
            clock: Clock::Fake,
            sleep: false,
            randomness: Randomness::Fixed,
            short_numbers: false,
            whole_blocks: true,
            short_bodies: true,
            ..self
        }
    }

    /// The addresses that the plugin may reach. Default: [`Allow::nothing`]. A connection to another
    /// fails as one to a peer that is not there; [`Report::denied`](crate::Report::denied) counts
    /// them. Called again, it stands instead of what was allowed before.
    pub fn allow(mut self, allow: Allow) -> Self {
        self.allow = allow;
        self
    }

    /// What goes wrong on purpose. Default: nothing.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// How the JSON of `icmp_recv` is written. Default: [`Dialect::Described`].
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// How long `tcp_recv` and `udp_recv` wait for bytes before they return 0. Default: 5 s.
    ///
    /// Less than 100 ms becomes 100 ms. The library recognizes the end of a stream by its receives
    /// returning 0 at once, within 50 ms; with a shorter wait a silent peer would look the same.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait.max(SHORTEST_WAIT);
        self
    }

    /// How long `tcp_connect` and `udp_connect` may take, looking up the name included.
    /// Default: 5 s.
    pub fn connect_wait(mut self, wait: Duration) -> Self {
        self.connect_wait = wait;
        self
    }

    /// How long `tcp_send` and `udp_send` may take. Default: 5 s.
    pub fn send_wait(mut self, wait: Duration) -> Self {
        self.send_wait = wait;
        self
    }

    /// The longest that `icmp_recv` waits, whatever the plugin asks for. Default: 60 s.
    pub fn icmp_wait(mut self, wait: Duration) -> Self {
        self.icmp_wait = wait;
        self
    }

    /// How long `http_request` may take in all: looking up names, connecting, redirects, both bodies.
    /// Default: 10 s.
    pub fn http_wait(mut self, wait: Duration) -> Self {
        self.http_wait = wait;
        self
    }

    /// From when on ICMP packets are heard. Default: [`IcmpListening::FromSend`].
    pub fn icmp(mut self, listening: IcmpListening) -> Self {
        self.icmp = listening;
        self
    }

    /// Whether the plugin has WASI. Default: yes. A plugin for `wasm32-unknown-unknown` needs none.
    pub fn wasi(mut self, wasi: bool) -> Self {
        self.wasi = wasi;
        self
    }

    /// Whether IPv6 targets can be pinged. Default: yes. In production they cannot.
    pub fn ipv6_pings(mut self, can: bool) -> Self {
        self.ipv6_pings = can;
        self
    }

    /// The clock that WASI shows the plugin. Default: [`Clock::Real`].
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Whether sleeping takes time. Default: yes. In production it returns at once.
    pub fn sleep(mut self, takes_time: bool) -> Self {
        self.sleep = takes_time;
        self
    }

    /// The random bytes that WASI gives the plugin. Default: [`Randomness::Real`].
    pub fn randomness(mut self, randomness: Randomness) -> Self {
        self.randomness = randomness;
        self
    }

    /// Whether a number in a short form, such as `127.1`, is an address. Default: yes, as the operating
    /// system's resolver has it. In production it is a name that nobody knows.
    pub fn short_numbers(mut self, are_addresses: bool) -> Self {
        self.short_numbers = are_addresses;
        self
    }

    /// Whether a send reads the whole block, and cuts it to the given length then. Default: no. In
    /// production it does, so sending a part of a large block costs as much as sending all of it;
    /// [`Report::bytes_read`](crate::Report::bytes_read) counts.
    pub fn whole_blocks(mut self, whole: bool) -> Self {
        self.whole_blocks = whole;
        self
    }

    /// How much fuel one call may use; about one unit an instruction. Default: practically no
    /// limit. Fuel is metered in any case, see [`Report::fuel`](crate::Report::fuel).
    pub fn fuel_limit(mut self, fuel: u64) -> Self {
        self.fuel_limit = fuel;
        self
    }

    /// How many pages of 64 KiB the memories of the plugin and of the kernel may grow by in all.
    /// Default: no limit. An allocation beyond it stops the plugin.
    pub fn memory_pages(mut self, pages: u32) -> Self {
        self.memory_pages = Some(pages);
        self
    }

    /// How long one call of the plugin may take, to the millisecond. Default: no limit. A host
    /// function that waits stops waiting at that time.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = Some(limit);
        self
    }

    /// The most bytes that one `tcp_recv` or `udp_recv` answers with, whatever the plugin asks
    /// for; so that a plugin that asks for 4 GiB does not make the host allocate them.
    /// Default: 16 MiB.
    pub fn max_receive(mut self, bytes: u32) -> Self {
        self.max_receive = bytes;
        self
    }

    /// Leads a plugin that asks for `from` to `to` instead: `HOST:PORT` for connections, a host
    /// alone for ICMP. So a test can put a peer of its own behind an address that a plugin has
    /// built in. `from` is compared with the text that the plugin passes, of an HTTP
    /// request with the host and port of each URL (`example.org:443`); `to` must be allowed as any
    /// other address. Default: none.
    pub fn redirect(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.redirects.push((from.into(), to.into()));
        self
    }

    /// Gives the plugin a configuration value, which it gets with its PDK's `config::get`. Default:
    /// none.
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.push((key.into(), value.into()));
        self
    }

    /// The import module of the host functions. Default: `env`, as in production.
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.module = name.into();
        self
    }

    /// Makes `tcp_recv` wait for as many bytes as the plugin asks for; the end of the stream or the
    /// host's wait gives it fewer. How a stream falls into pieces is chance, so this is what makes
    /// the calls and the fuel of a transfer repeat. Default: no, as in production.
    pub fn whole_receives(mut self, whole: bool) -> Self {
        self.whole_receives = whole;
        self
    }

    /// Counts the plugin's calls of its kernel, for
    /// [`Report::kernel_calls`](crate::Report::kernel_calls). A module stands between the two then,
    /// and its instructions are part of the fuel: compare fuel without. The plugin must be in
    /// binary form. Default: no.
    pub fn count_kernel_calls(mut self, count: bool) -> Self {
        self.kernel_calls = count;
        self
    }

    /// Answers every `icmp_recv` at once with an echo reply of this payload from 127.0.0.1, and
    /// every `icmp_send` with success, without a socket. So what a plugin makes of a packet can be
    /// measured without the right to open raw sockets, and without anybody else's packets.
    /// Default: none; packets are real.
    pub fn echo_reply(mut self, payload: impl Into<Vec<u8>>) -> Self {
        self.echo_reply = Some(payload.into());
        self
    }

    /// How many payload bytes a plugin may send and receive in all. Then sends and receives fail. Default:
    /// no limit.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The longest body that `http_request` sends. A longer one fails, and nothing is sent. Default: 32 MiB.
    pub fn max_request_body(mut self, bytes: u64) -> Self {
        self.max_request_body = bytes;
        self
    }

    /// The longest body that `http_request` returns, once decoded. A longer one makes it fail.
    /// Default: 32 MiB.
    pub fn max_response_body(mut self, bytes: u64) -> Self {
        self.max_response_body = bytes;
        self
    }

    /// Whether `http_request` takes a response body that ends early for a whole one. Default: no, it fails. In
    /// production it does, and the plugin cannot tell.
    pub fn short_bodies(mut self, are_whole: bool) -> Self {
        self.short_bodies = are_whole;
        self
    }

    /// Makes `http_request` trust these certificate authorities, in PEM, besides the system's. May be called
    /// again for more. Default: the system's alone.
    #[cfg(feature = "http")]
    pub fn trust(mut self, pem: &[u8]) -> Result<Self, crate::NoCertificate> {
        self.authorities.extend(crate::http::authorities(pem)?);
        Ok(self)
    }

    /// How long a plugin may wait inside the host functions, all its calls together. Then they fail at once,
    /// and one that waits stops waiting. Default: no limit.
    pub fn max_waiting(mut self, time: Duration) -> Self {
        self.max_waiting = time;
        self
    }

    /// Calls this whenever a plugin is denied something, by [`allow`](Config::allow) or by a limit. It is
    /// called on the plugin's thread, inside the host function: it should be quick, and must not ask for
    /// the counters of that plugin. Default: nothing is called; the [`Report`](crate::Report) counts.
    ///
    /// ```
    /// use harness_host::Config;
    ///
    /// let config = Config::new().on_denied(|denied| eprintln!("{denied}"));
    /// ```
    pub fn on_denied(mut self, observe: impl Fn(&Denied) + Send + Sync + 'static) -> Self {
        self.denied = Observer::new(observe);
        self
    }

    /// Where a plugin that asks for this address is led.
    pub(crate) fn redirected<'a>(&'a self, address: &'a [u8]) -> &'a [u8] {
        self.redirects
            .iter()
            .find(|(from, _)| from.as_bytes() == address)
            .map_or(address, |(_, to)| to.as_bytes())
    }

    /// How many connections a plugin may have open. Default: 1,024.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_wait_is_so_short_that_a_silence_looks_like_the_end() {
        for ms in [0, 1, 5, 99] {
            let config = Config::new().wait(Duration::from_millis(ms));
            assert_eq!(config.wait, SHORTEST_WAIT);
        }
        let config = Config::new().wait(Duration::from_millis(101));
        assert_eq!(config.wait, Duration::from_millis(101));
    }
}
