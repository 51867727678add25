//! `ureq` 3.5 over `harness_wasi_sockets`: a connector, and a resolver that leaves names to the host.
//!
//! ```ignore
//! let agent = Agent::with_parts(config, ().chain(HostConnector::default()), HostResolver);
//! ```
//!
//! For TLS, chain `RustlsConnector::default()` behind the connector. The traits are of ureq's
//! module `unversioned`: a minor release of ureq may change them.
//!
//! **Connections are not kept** for the next request unless you ask for it with
//! [`HostConnector::keep_alive`], which says when it is safe.
//!
//! **Without a real clock** (in production) the plugin cannot tell a silent server from a closed
//! connection. When nothing has come for the whole timeout, 30 s by default, a request fails as one
//! that was disconnected. A body that has neither a length nor chunks ends there without an error: do not
//! trust its end. Ages and timeouts of a whole request mean nothing on such a clock; those of a single
//! read hold, rounded up to a multiple of 5 s.

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

/// Resolves nothing: the host looks names up when it connects.
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

/// Connects through the host to the server that the URI names, anew for each request.
#[derive(Debug, Default)]
pub struct HostConnector {
    keep_alive: bool,
}

impl HostConnector {
    /// Keeps a connection open for the next request to the same server, as ureq does over std.
    ///
    /// Use it only if the server keeps an idle connection longer than you do. Over std, ureq looks whether
    /// a connection is still open before it sends the next request. A harness host can only be asked with
    /// a wait of 5 s, so here a request goes out on a connection that the server may have closed, and then
    /// fails. It is not sent again: the server may have received it, and a `POST` must not happen twice.
    ///
    /// ureq's `max_idle_age` (15 s by default) limits how long a connection is kept, but needs a
    /// real clock. In production time stands still, and a connection never gets too old.
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
        // An IPv6 address is in brackets here, as the host wants it.
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

/// A connection that the host has made.
#[derive(Debug)]
pub struct HostTransport {
    stream: TcpStream,
    buffers: LazyBuffers,
    /// How long the stream waits unless told otherwise.
    usual: Option<Duration>,
    keep_alive: bool,
    open: bool,
}

impl Transport for HostTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        // The host gives every write 5 s of its own. What we can do is not to begin too late.
        let timeout = in_time(timeout.for_write())?;
        let sent = self.stream.write_all(&self.buffers.output()[..amount]);
        self.judge(sent, timeout.reason)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = in_time(timeout.for_read())?;
        // Without a timeout of ureq's, the stream's own holds.
        let after = timeout.not_zero().map(|after| *after);
        self.stream.set_read_timeout(after.or(self.usual))?;
        // A server that stays silent instead of sending "100 Continue" has not closed the connection:
        // ureq then sends the body. It matters only without a real clock.
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

    /// Whether ureq may use the connection for another request.
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
