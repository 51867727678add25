//! `ureq` 3 over `harness_wasi_sockets`: a connector, and a resolver that leaves names to the host.
//!
//! ```ignore
//! let agent = Agent::with_parts(config, ().chain(HostConnector), HostResolver);
//! ```
//!
//! For TLS, chain `RustlsConnector::default()` behind the connector. The traits are of ureq's
//! module `unversioned`: a minor release of ureq may change them.

use harness_wasi_sockets::TcpStream;
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

/// Connects through the host, to whom the URI names.
#[derive(Debug, Default)]
pub struct HostConnector;

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
        let read = self.stream.read(self.buffers.input_append_buf());
        let n = self.judge(read, timeout.reason)?;
        self.buffers.input_appended(n);
        self.open = n > 0;
        Ok(n > 0)
    }

    /// As far as is known. The host cannot be asked without waiting, so a connection that the
    /// server has closed since its last answer is found out by the next request, which fails.
    /// ureq's `max_idle_age` (15 s unless set) should be less than what the server keeps.
    fn is_open(&mut self) -> bool {
        self.open
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
