//! `ureq` 3.5 over `harness_wasi_sockets`: a connector, and a resolver that leaves name resolution to the host.
//!
//! ```ignore
//! let agent = Agent::with_parts(config, ().chain(HostConnector::default()), HostResolver);
//! ```
//!
//! For TLS, chain `RustlsConnector::default()` after the connector. The traits are in ureq's module `unversioned`: a
//! minor release of ureq may change them.
//!
//! **Connections are not reused** by default: see [`HostConnector::keep_alive`] for when that is safe.
//!
//! **Without a real clock** (in production) the plugin cannot distinguish a silent server from a closed connection.
//! After silence for the whole timeout, 30 s by default, a request fails as if it was disconnected. A body with neither
//! a length nor chunks ends there without an error: do not trust its end. On such a clock, ages and timeouts of a whole
//! request have no effect; timeouts of a single read do, rounded up to a multiple of 5 s.

use harness_wasi_sockets::{Silence, TcpStream};
use std::io::{self, Read, Write};
use std::time::Duration;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
};
use ureq::{Error, Timeout};

/// Resolves nothing: the host resolves names when it connects.
#[derive(Debug, Default)]
pub struct HostResolver;

impl Resolver for HostResolver {
    fn resolve(
        &self,
        _uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}

/// Connects through the host to the server in the URI, once per request.
#[derive(Debug, Default)]
pub struct HostConnector {
    keep_alive: bool,
}

impl HostConnector {
    /// Keeps a connection open for the next request to the same server, as ureq does over std.
    ///
    /// Use it only if the server keeps an idle connection longer than you do. Over std, ureq checks whether a
    /// connection is still open before it sends the next request. With a harness host that check would wait 5 s. So
    /// here a request is sent on a connection that the server may have closed, and then fails. It is not retried: the
    /// server may have received it, and a `POST` must not happen twice.
    ///
    /// ureq's `max_idle_age` (15 s by default) limits how long a connection is kept, but needs a real clock. In
    /// production time stands still, and a connection never becomes too old.
    pub fn keep_alive() -> HostConnector {
        HostConnector { keep_alive: true }
    }
}

impl<In: Transport> Connector<In> for HostConnector {
    type Out = Either<In, HostTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(chained) = chained {
            return Ok(Some(Either::A(chained)));
        }
        let host = details.uri.host().ok_or(Error::HostNotFound)?;
        let default = if details.needs_tls() { 443 } else { 80 };
        let port = details.uri.port_u16().unwrap_or(default);
        // Here an IPv6 address is in brackets, as the host expects it.
        let stream = TcpStream::connect(format!("{host}:{port}"))?;
        let buffers = LazyBuffers::new(
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        Ok(Some(Either::B(HostTransport {
            usual: stream.read_timeout()?,
            stream,
            buffers,
            keep_alive: self.keep_alive,
            open: true,
        })))
    }
}

/// A connection through the host.
#[derive(Debug)]
pub struct HostTransport {
    stream: TcpStream,
    buffers: LazyBuffers,
    /// The stream's default timeout.
    usual: Option<Duration>,
    keep_alive: bool,
    open: bool,
}

impl Transport for HostTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        // The host allows 5 s for every write. The plugin can only avoid starting one too late.
        let timeout = in_time(timeout.for_write())?;
        let sent = self.stream.write_all(&self.buffers.output()[..amount]);
        self.judge(sent, timeout.reason)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = in_time(timeout.for_read())?;
        // Without a timeout from ureq, the stream's own applies.
        let after = timeout.not_zero().map(|after| *after);
        self.stream.set_read_timeout(after.or(self.usual))?;
        // A server that stays silent instead of sending "100 Continue" has not closed the connection: ureq then sends
        // the body. This matters only without a real clock.
        self.stream.set_silence(match timeout.reason {
            Timeout::Await100 => Silence::TimedOut,
            _ => Silence::EndOfStream,
        });
        let read = self.stream.read(self.buffers.input_append_buf());
        let n = self.judge(read, timeout.reason)?;
        self.buffers.input_appended(n);
        self.open = n > 0;
        Ok(n > 0)
    }

    /// Returns whether ureq may use the connection for another request.
    fn is_open(&mut self) -> bool {
        self.keep_alive && self.open
    }
}

impl HostTransport {
    fn judge<T>(&mut self, result: io::Result<T>, reason: Timeout) -> Result<T, Error> {
        result.map_err(|error| {
            self.open = false;
            match error.kind() {
                io::ErrorKind::TimedOut => Error::Timeout(reason),
                _ => Error::Io(error),
            }
        })
    }
}

fn in_time(timeout: NextTimeout) -> Result<NextTimeout, Error> {
    if timeout.after.is_zero() {
        Err(Error::Timeout(timeout.reason))
    } else {
        Ok(timeout)
    }
}
