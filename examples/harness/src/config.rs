//! The settings that a plugin runs with.

use std::time::Duration;

use crate::denied::Observer;
use crate::{Allow, Denied, Faults};

/// The shortest wait of a receive: twice the limit below which the library takes a return for immediate.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// The form of the JSON that `icmp_recv` returns.
///
/// The description of the ten functions and the production host differ here. A plugin must parse both forms, and its
/// tests should cover both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As described: the data is an array of numbers,
    /// `{"source":"127.0.0.1","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}`.
    #[default]
    Described,
    /// As the production host encodes it: keys in alphabetical order, the data in base64,
    /// `{"code":0,"data":"SGk=","id":1,"seq":1,"source":"127.0.0.1","type":0}`.
    Real,
}

/// When the host starts to receive ICMP packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IcmpListening {
    /// From the first `icmp_send` on. A reply that arrives before `icmp_recv` is kept; pings on loopback need that.
    #[default]
    FromSend,
    /// Only during `icmp_recv`, like the production host: an earlier reply is lost.
    AtReceive,
}

/// The clock that a plugin reads through WASI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// This machine's clock.
    #[default]
    Real,
    /// Like the production host's: starts at 2022-01-01 and advances by exactly 1 ms at each reading, however much time
    /// has passed.
    Fake,
}

/// The random bytes that a plugin gets from WASI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Randomness {
    /// This machine's.
    #[default]
    Real,
    /// Like the production host's: the same bytes in every plugin of every process.
    Fixed,
}

/// The settings that a plugin runs with: limits, and how the host behaves.
///
/// The defaults suit tests: the clock is real, and no ICMP packet is missed. [`production`](Config::production)
/// imitates the production host. In both, a plugin may reach no address until [`allow`](Config::allow) permits some. A
/// test usually wants a shorter [`wait`](Config::wait):
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
            // Half the range: no plugin uses as much, and additions cannot overflow.
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
    /// The defaults. A plugin may reach no address: see [`allow`](Config::allow).
    pub fn new() -> Self {
        Self::default()
    }

    /// Imitates the production host as far as a plugin can tell. Later settings override it: a test may shorten a wait
    /// or set a configuration value, which production never does.
    ///
    /// ```
    /// use std::time::Duration;
    /// use harness_host::{Allow, Config};
    ///
    /// let config = Config::production()
    ///     .allow(Allow::loopback())
    ///     .wait(Duration::from_secs(1)); // not production's 5 s: this test waits for silence
    /// ```
    ///
    #[doc = include_str!("production.md")]
    pub fn production() -> Self {
        Self::new().like_production()
    }

    /// Returns these settings with the behaviour of the [production](Config::production) host.
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

    /// Sets the addresses that the plugin may reach. Default: [`Allow::nothing`]. Connecting to any other address fails
    /// as if no peer were there; [`Report::denied`](crate::Report::denied) counts these. A further call replaces the
    /// list.
    pub fn allow(mut self, allow: Allow) -> Self {
        self.allow = allow;
        self
    }

    /// Sets the faults to inject. Default: none.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// Sets the form of the JSON that `icmp_recv` returns. Default: [`Dialect::Described`].
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets how long `tcp_recv` and `udp_recv` wait for data before they return 0. Default: 5 s.
    ///
    /// A wait below 100 ms becomes 100 ms: the library recognizes EOF by receives that return 0 within 50 ms, and a
    /// shorter wait would make a silent peer look the same.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait.max(SHORTEST_WAIT);
        self
    }

    /// Sets how long `tcp_connect` and `udp_connect` may take, including name resolution. Default: 5 s.
    pub fn connect_wait(mut self, wait: Duration) -> Self {
        self.connect_wait = wait;
        self
    }

    /// Sets how long `tcp_send` and `udp_send` may take. Default: 5 s.
    pub fn send_wait(mut self, wait: Duration) -> Self {
        self.send_wait = wait;
        self
    }

    /// Sets the longest wait of `icmp_recv`, whatever the plugin asks for. Default: 60 s.
    pub fn icmp_wait(mut self, wait: Duration) -> Self {
        self.icmp_wait = wait;
        self
    }

    /// Sets how long `http_request` may take in total: name resolution, connecting, redirects, and both bodies.
    /// Default: 10 s.
    pub fn http_wait(mut self, wait: Duration) -> Self {
        self.http_wait = wait;
        self
    }

    /// Sets when the host starts to receive ICMP packets. Default: [`IcmpListening::FromSend`].
    pub fn icmp(mut self, listening: IcmpListening) -> Self {
        self.icmp = listening;
        self
    }

    /// Sets whether the plugin has WASI. Default: yes. A plugin for `wasm32-unknown-unknown` needs none.
    pub fn wasi(mut self, wasi: bool) -> Self {
        self.wasi = wasi;
        self
    }

    /// Sets whether IPv6 targets can be pinged. Default: yes. In production they cannot.
    pub fn ipv6_pings(mut self, can: bool) -> Self {
        self.ipv6_pings = can;
        self
    }

    /// Sets the clock that the plugin reads through WASI. Default: [`Clock::Real`].
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets whether sleeping takes time. Default: yes. In production it returns at once.
    pub fn sleep(mut self, takes_time: bool) -> Self {
        self.sleep = takes_time;
        self
    }

    /// Sets the random bytes that the plugin gets from WASI. Default: [`Randomness::Real`].
    pub fn randomness(mut self, randomness: Randomness) -> Self {
        self.randomness = randomness;
        self
    }

    /// Sets whether a number in a short form, such as `127.1`, is an address. Default: yes, as for the operating
    /// system's resolver. In production it is an unknown name.
    pub fn short_numbers(mut self, are_addresses: bool) -> Self {
        self.short_numbers = are_addresses;
        self
    }

    /// Sets whether a send reads the whole block before it truncates it to the given length. Default: no. In production
    /// it does, so sending a part of a large block costs as much as sending all of it.
    /// [`Report::bytes_read`](crate::Report::bytes_read) counts the bytes.
    pub fn whole_blocks(mut self, whole: bool) -> Self {
        self.whole_blocks = whole;
        self
    }

    /// Limits the fuel of one call; one unit is about one instruction. Default: practically no limit. Fuel is always
    /// metered: see [`Report::fuel`](crate::Report::fuel).
    pub fn fuel_limit(mut self, fuel: u64) -> Self {
        self.fuel_limit = fuel;
        self
    }

    /// Limits the growth of the plugin's and the kernel's memories together, in pages of 64 KiB. Default: no limit. An
    /// allocation beyond it stops the plugin.
    pub fn memory_pages(mut self, pages: u32) -> Self {
        self.memory_pages = Some(pages);
        self
    }

    /// Limits the duration of one call of the plugin, in whole milliseconds. Default: no limit. A waiting host function
    /// stops waiting at that time.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = Some(limit);
        self
    }

    /// Limits the bytes that one `tcp_recv` or `udp_recv` returns, whatever the plugin asks for, so that a plugin that
    /// asks for 4 GiB does not make the host allocate them. Default: 16 MiB.
    pub fn max_receive(mut self, bytes: u32) -> Self {
        self.max_receive = bytes;
        self
    }

    /// Redirects a plugin that asks for `from` to `to`: `HOST:PORT` for connections, a host without a port for ICMP. So
    /// a test can replace an address that is built into a plugin with its own peer. `from` is compared with the text
    /// that the plugin passes, or with the host and port of each URL of an HTTP request (`example.org:443`). `to` must
    /// be allowed like any other address. Default: none.
    pub fn redirect(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.redirects.push((from.into(), to.into()));
        self
    }

    /// Sets a configuration value, which the plugin reads with its PDK's `config::get`. Default: none.
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.values.push((key.into(), value.into()));
        self
    }

    /// Sets the import module of the host functions. Default: `env`, as in production.
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.module = name.into();
        self
    }

    /// Makes `tcp_recv` wait for as many bytes as the plugin asks for. It returns fewer only at end of stream or when
    /// the host's wait is over. How a stream is split into pieces is random, so this makes the calls and the fuel of a
    /// transfer reproducible. Default: no, as in production.
    pub fn whole_receives(mut self, whole: bool) -> Self {
        self.whole_receives = whole;
        self
    }

    /// Counts the plugin's kernel calls for [`Report::kernel_calls`](crate::Report::kernel_calls). This puts a module
    /// between plugin and kernel, whose instructions count as fuel: compare fuel without it. The plugin must be in
    /// binary form. Default: no.
    pub fn count_kernel_calls(mut self, count: bool) -> Self {
        self.kernel_calls = count;
        self
    }

    /// Makes every `icmp_recv` return at once an echo reply with this payload from 127.0.0.1, and every `icmp_send`
    /// succeed, without a socket. So the cost of handling a packet can be measured without raw sockets and without
    /// unrelated packets. Default: none; packets are real.
    pub fn echo_reply(mut self, payload: impl Into<Vec<u8>>) -> Self {
        self.echo_reply = Some(payload.into());
        self
    }

    /// Limits the payload bytes that a plugin may send and receive in total. After that, sends and receives fail.
    /// Default: no limit.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Limits the body that `http_request` sends. A longer one fails, and nothing is sent. Default: 32 MiB.
    pub fn max_request_body(mut self, bytes: u64) -> Self {
        self.max_request_body = bytes;
        self
    }

    /// Limits the decoded body that `http_request` returns. The request fails if it is longer. Default: 32 MiB.
    pub fn max_response_body(mut self, bytes: u64) -> Self {
        self.max_response_body = bytes;
        self
    }

    /// Sets whether `http_request` returns a truncated response body as if it were complete. Default: no, it fails. In
    /// production it does, and the plugin cannot tell.
    pub fn short_bodies(mut self, are_whole: bool) -> Self {
        self.short_bodies = are_whole;
        self
    }

    /// Makes `http_request` trust these certificate authorities, in PEM, in addition to the system's. Further calls add
    /// more. Default: only the system's.
    #[cfg(feature = "http")]
    pub fn trust(mut self, pem: &[u8]) -> Result<Self, crate::NoCertificate> {
        self.authorities.extend(crate::http::authorities(pem)?);
        Ok(self)
    }

    /// Limits the time that a plugin may wait inside the host functions, in all calls together. After that they fail at
    /// once, and a waiting one stops waiting. Default: no limit.
    pub fn max_waiting(mut self, time: Duration) -> Self {
        self.max_waiting = time;
        self
    }

    /// Sets a function that is called whenever a plugin is denied something, by [`allow`](Config::allow) or by a limit.
    /// It runs on the plugin's thread, inside the host function: it should be quick, and must not ask for that plugin's
    /// counters. Default: none; the [`Report`](crate::Report) counts denials.
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

    /// Returns the address that a plugin reaches when it asks for this one.
    pub(crate) fn redirected<'a>(&'a self, address: &'a [u8]) -> &'a [u8] {
        self.redirects
            .iter()
            .find(|(from, _)| from.as_bytes() == address)
            .map_or(address, |(_, to)| to.as_bytes())
    }

    /// Limits the connections that a plugin may have open. Default: 1,024.
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
