//! The library's error type.

use core::fmt;

/// An error of this library.
///
/// A harness host returns 0 for every failure and gives no reason. So an error's text says what failed, possible causes,
/// and what to do.
///
/// It corresponds to `std::io::Error`, but does not allocate. With the feature `std` it converts into an `io::Error` with
/// the matching [`kind`](std::io::Error::kind), which wraps it (`error.get_ref()`). [`embedded_io::Error::kind`] returns the
/// kind for embedded-io.
///
/// # Example
/// ```
/// use harness_wasi_sockets::{Error, embedded};
///
/// match embedded::TcpStream::connect("no port") {
///     Err(Error::InvalidAddress) => {}
///     other => panic!("{other:?}"),
/// }
/// # #[cfg(feature = "std")]
/// assert_eq!(std::io::Error::from(Error::TimedOut).kind(), std::io::ErrorKind::TimedOut);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// The address is invalid: kind `InvalidInput`. The host was not called.
    InvalidAddress,
    /// An argument other than an address is out of range: kind `InvalidInput`. The host was not called.
    InvalidInput,
    /// The host could not connect: kind `ConnectionRefused`.
    ConnectFailed,
    /// A send failed: kind `BrokenPipe`. How many of the bytes arrived is unknown.
    SendFailed,
    /// This direction of the stream was shut down locally, or an earlier write failed: kind `BrokenPipe`.
    Shutdown,
    /// The host stopped an earlier call of the plugin while it used this socket: kind `BrokenPipe`. How far that call got is
    /// unknown.
    Stopped,
    /// A UDP socket has no peer: it was asked to send without an address, or to receive before it has sent anything. Kind
    /// `NotConnected`.
    NotConnected,
    /// A plugin cannot bind to this local address: kind `AddrNotAvailable`.
    CannotBind,
    /// The host did not send the datagram or the echo request: kind `Other`.
    NotSent,
    /// The host does not receive ICMP: kind `Other`.
    NotHeard,
    /// Nothing arrived within the timeout: kind `TimedOut`. Nothing is lost: you can read or receive again. (`read_exact` may
    /// have read some bytes into its buffer, and does not say how many. A late reply to a ping is ignored.)
    TimedOut,
    /// There was no data, and the host did not wait for it: kind `WouldBlock` in std, `Other` in embedded-io, which has no
    /// such kind.
    WouldBlock,
    /// The kernel has no memory left: kind `OutOfMemory`. For a write or send: nothing was sent. For a read of a stream: bytes
    /// may be lost, and the stream returns no more.
    OutOfMemory,
    /// A plugin's input or a configuration value is longer than the caller's buffer, or its output longer than its capacity:
    /// kind `InvalidInput`. With the feature `plugin`.
    #[cfg(feature = "plugin")]
    TooLong,
    /// The host violated the contract: kind `InvalidData`.
    InvalidData,
    /// The host returned more bytes than were asked for, and more than the buffer can hold: kind `InvalidData`. All earlier
    /// bytes have been delivered; the stream is unusable.
    Overrun,
    /// The address of a name is needed, but only the host can resolve names, and does not return the address: kind
    /// `Unsupported`.
    NameNotResolved,
    /// The host has no function for this: kind `Unsupported`.
    Unsupported,
    /// The URL of an HTTP request is invalid: kind `InvalidInput`. The host was not called.
    #[cfg(feature = "http")]
    InvalidUrl,
    /// A header of an HTTP request has an invalid name or value: kind `InvalidInput`. The host was not called.
    #[cfg(feature = "http")]
    InvalidHeader,
    /// The host returned no response to an HTTP request, and gives no reason: kind `Other`. The server may have received the
    /// request.
    #[cfg(feature = "http")]
    RequestFailed,
}

impl Error {
    /// The error text, without a full stop.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Error::InvalidAddress => {
                "invalid address: expected `host:port` (for ICMP only a host), IPv6 in brackets"
            }
            Error::InvalidInput => "an argument is out of range",
            Error::ConnectFailed => {
                "could not connect: refused, unreachable, unknown name, timeout, or denied by the host"
            }
            Error::SendFailed => {
                "send failed: open a new connection; it is unknown how much arrived"
            }
            Error::Shutdown => {
                "the stream was shut down, or an earlier write failed: open a new connection"
            }
            Error::Stopped => {
                "the host stopped an earlier call that used this socket: open a new one"
            }
            Error::NotConnected => "no peer: connect the socket, or send something first",
            Error::CannotBind => "a plugin can only bind to 0.0.0.0:0 or [::]:0",
            Error::NotSent => {
                "not sent: too long, unreachable, or (ICMP) the host cannot open raw sockets"
            }
            Error::NotHeard => "the host does not receive ICMP: it cannot open raw sockets",
            Error::TimedOut => "no data within the timeout: try again, or set a longer one",
            Error::WouldBlock => "no data yet: try again later",
            Error::OutOfMemory => {
                "the kernel is out of memory: send less at a time, or raise the host's limit"
            }
            #[cfg(feature = "plugin")]
            Error::TooLong => "longer than the buffer: pass a larger one, or read it in pieces",
            Error::InvalidData => "the host violated its contract",
            Error::Overrun => {
                "the host returned more than asked for: open a new connection, with a larger buffer"
            }
            Error::NameNotResolved => {
                "only the host resolves names: pass the name to `connect` or `send_to`; `peer_addr` \
                 and `recv_from` need a peer given by address"
            }
            Error::Unsupported => "the host has no function for this",
            #[cfg(feature = "http")]
            Error::InvalidUrl => {
                "invalid URL: expected `http://` or `https://`, a host, and a path and query whose \
                 spaces and special characters are percent-encoded"
            }
            #[cfg(feature = "http")]
            Error::InvalidHeader => {
                "invalid header: its name may have letters, digits and `-`; its value must be UTF-8 without line \
                 breaks and control characters"
            }
            #[cfg(feature = "http")]
            Error::RequestFailed => {
                "the host got no response, and gives no reason: check the URL, the server and its \
                 certificate, what the host allows, and its limits of time (10 s), redirects (10) and memory"
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Error {}

/// The kinds of `embedded-io`, which all versions share.
macro_rules! embedded_io_error {
    ($io:ident) => {
        impl $io::Error for Error {
            fn kind(&self) -> $io::ErrorKind {
                use $io::ErrorKind;
                match self {
                    Error::InvalidAddress | Error::InvalidInput => ErrorKind::InvalidInput,
                    #[cfg(feature = "plugin")]
                    Error::TooLong => ErrorKind::InvalidInput,
                    Error::ConnectFailed => ErrorKind::ConnectionRefused,
                    Error::SendFailed | Error::Shutdown | Error::Stopped => ErrorKind::BrokenPipe,
                    Error::TimedOut => ErrorKind::TimedOut,
                    Error::OutOfMemory => ErrorKind::OutOfMemory,
                    Error::InvalidData | Error::Overrun => ErrorKind::InvalidData,
                    Error::Unsupported | Error::NameNotResolved => ErrorKind::Unsupported,
                    Error::NotConnected => ErrorKind::NotConnected,
                    Error::CannotBind => ErrorKind::AddrNotAvailable,
                    Error::NotSent | Error::NotHeard | Error::WouldBlock => ErrorKind::Other,
                    #[cfg(feature = "http")]
                    Error::InvalidUrl | Error::InvalidHeader => ErrorKind::InvalidInput,
                    #[cfg(feature = "http")]
                    Error::RequestFailed => ErrorKind::Other,
                }
            }
        }
    };
}

embedded_io_error!(embedded_io);
#[cfg(feature = "embedded-io-v0.6")]
embedded_io_error!(embedded_io_v0_6);

#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        use std::io::ErrorKind;
        let kind = match error {
            Error::InvalidAddress | Error::InvalidInput => ErrorKind::InvalidInput,
            #[cfg(feature = "plugin")]
            Error::TooLong => ErrorKind::InvalidInput,
            Error::ConnectFailed => ErrorKind::ConnectionRefused,
            Error::SendFailed | Error::Shutdown | Error::Stopped => ErrorKind::BrokenPipe,
            Error::TimedOut => ErrorKind::TimedOut,
            Error::WouldBlock => ErrorKind::WouldBlock,
            Error::OutOfMemory => ErrorKind::OutOfMemory,
            Error::InvalidData | Error::Overrun => ErrorKind::InvalidData,
            Error::Unsupported | Error::NameNotResolved => ErrorKind::Unsupported,
            Error::NotConnected => ErrorKind::NotConnected,
            Error::CannotBind => ErrorKind::AddrNotAvailable,
            Error::NotSent | Error::NotHeard => ErrorKind::Other,
            #[cfg(feature = "http")]
            Error::InvalidUrl | Error::InvalidHeader => ErrorKind::InvalidInput,
            #[cfg(feature = "http")]
            Error::RequestFailed => ErrorKind::Other,
        };
        std::io::Error::new(kind, error)
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const ALL: &[Error] = &[
        Error::InvalidAddress,
        Error::InvalidInput,
        Error::NameNotResolved,
        Error::ConnectFailed,
        Error::SendFailed,
        Error::Shutdown,
        Error::Stopped,
        Error::NotConnected,
        Error::CannotBind,
        Error::NotSent,
        Error::NotHeard,
        Error::TimedOut,
        Error::WouldBlock,
        Error::OutOfMemory,
        #[cfg(feature = "plugin")]
        Error::TooLong,
        Error::InvalidData,
        Error::Overrun,
        Error::Unsupported,
        #[cfg(feature = "http")]
        Error::InvalidUrl,
        #[cfg(feature = "http")]
        Error::InvalidHeader,
        #[cfg(feature = "http")]
        Error::RequestFailed,
    ];

    #[test]
    fn each_error_says_something_of_its_own_and_std_says_it_too() {
        let messages: BTreeSet<&str> = ALL.iter().map(|error| error.message()).collect();
        assert_eq!(messages.len(), ALL.len());
        for error in ALL.iter().copied() {
            let message = error.message();
            assert!(
                message.contains(' ') && !message.ends_with('.'),
                "{message}"
            );
            assert_eq!(error.to_string(), message);
            assert_eq!(std::io::Error::from(error).to_string(), message);
        }
    }
}
