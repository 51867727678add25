//! One connection of the client: to an address that has been checked, until a deadline.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use ureq::Error;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};

use crate::host::connect_tcp;

/// The buffer size for reading and for writing. All of a response's headers must fit.
const BUFFER: usize = 128 * 1024;

/// ureq must not resolve anything: the name has been resolved.
#[derive(Debug)]
pub(super) struct Elsewhere;

impl Resolver for Elsewhere {
    fn resolve(
        &self,
        _: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        Ok(self.empty())
    }
}

/// Connects to these addresses, whatever ureq requests.
#[derive(Debug)]
pub(super) struct Dial {
    addresses: Vec<SocketAddr>,
    deadline: Instant,
    tls: Option<Arc<ClientConfig>>,
}

impl Dial {
    pub fn new(
        addresses: Vec<SocketAddr>,
        deadline: Instant,
        tls: Option<Arc<ClientConfig>>,
    ) -> Self {
        Self {
            addresses,
            deadline,
            tls,
        }
    }
}

impl Connector for Dial {
    type Out = Wire;

    fn connect(&self, details: &ConnectionDetails, _: Option<()>) -> Result<Option<Wire>, Error> {
        let stream = connect_tcp(&self.addresses, self.deadline).ok_or(Error::ConnectionFailed)?;
        let stream = Until {
            stream,
            deadline: self.deadline,
        };
        let stream = match &self.tls {
            None => Stream::Plain(stream),
            Some(config) => {
                let host = details.uri.host().unwrap_or_default();
                // rustls expects an IPv6 address without brackets.
                let host = host.trim_matches(['[', ']']).to_owned();
                let name = ServerName::try_from(host).map_err(|_| Error::ConnectionFailed)?;
                let client = ClientConnection::new(Arc::clone(config), name)
                    .map_err(|_| Error::ConnectionFailed)?;
                Stream::Tls(Box::new(StreamOwned::new(client, stream)))
            }
        };
        let buffers = LazyBuffers::new(BUFFER, BUFFER);
        Ok(Some(Wire { stream, buffers }))
    }
}

/// A connection for ureq. The timeouts that ureq passes are ignored: each operation of the stream gets the time left
/// until the one deadline.
pub(super) struct Wire {
    stream: Stream,
    buffers: LazyBuffers,
}

enum Stream {
    Plain(Until),
    Tls(Box<StreamOwned<ClientConnection, Until>>),
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl Transport for Wire {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let output = &self.buffers.output()[..amount];
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_all(output)?,
            Stream::Tls(stream) => {
                stream.write_all(output)?;
                stream.flush()?;
            }
        }
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        let input = self.buffers.input_append_buf();
        let amount = loop {
            let read = match &mut self.stream {
                Stream::Plain(stream) => stream.read(input),
                Stream::Tls(stream) => stream.read(input),
            };
            match read {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        // For one request only.
        false
    }

    fn is_tls(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }
}

/// A stream that fails after a deadline, however many operations it takes to get there.
struct Until {
    stream: TcpStream,
    deadline: Instant,
}

impl Until {
    fn left(&self) -> io::Result<std::time::Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        match left.is_zero() {
            true => Err(ErrorKind::TimedOut.into()),
            false => Ok(left),
        }
    }
}

impl Read for Until {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(bytes)
    }
}

impl Write for Until {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
