//! What can go wrong, in one small type.

use core::fmt;

/// What went wrong.
///
/// A harness host answers 0 for every failure and gives no reason, so an error says what was asked
/// for and what may have been the cause, and where there is something to do about it, what.
///
/// It corresponds to `std::io::Error`, without its allocation: with the feature `std` it converts
/// into one whose [`kind`](std::io::Error::kind) is the matching one, and which still holds it
/// (`error.get_ref()`). For the embedded-io world, [`embedded_io::Error::kind`] does the same.
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
    /// The address is not one: kind `InvalidInput`. The host was not called.
    InvalidAddress,
    /// An argument other than an address is out of its range: kind `InvalidInput`. The host was not
    /// called.
    InvalidInput,
    /// The host could not connect: kind `ConnectionRefused`.
    ConnectFailed,
    /// The connection broke while sending: kind `BrokenPipe`. How much of what was sent arrived
    /// is not known.
    SendFailed,
    /// This direction of the stream has been shut down on this side, or a write has failed before: kind
    /// `BrokenPipe`.
    Shutdown,
    /// The host stopped the plugin in an earlier call, in the middle of using this socket: kind
    /// `BrokenPipe`. How far that call got is not known.
    Stopped,
    /// A UDP socket was to send to nobody in particular, or to receive before it has sent to
    /// anybody: kind `NotConnected`.
    NotConnected,
    /// A local address that a plugin cannot have: kind `AddrNotAvailable`.
    CannotBind,
    /// The host did not send the datagram or the echo request: kind `Other`.
    NotSent,
    /// The host did not listen for ICMP: kind `Other`.
    NotHeard,
    /// Nothing came for as long as the timeout allows: kind `TimedOut`. No byte was lost: the next read or
    /// receive goes on. (What `read_exact` had read by then is in its buffer, and how much that was is not
    /// known. A late reply to a ping is nobody's.)
    TimedOut,
    /// Nothing was there, and the host did not wait for it: kind `WouldBlock` in std, `Other` in
    /// embedded-io, which has none.
    WouldBlock,
    /// The kernel has no memory left: kind `OutOfMemory`. Of a write or send: nothing was sent. Of a read of
    /// a stream: what the host received may be lost, and the stream gives no more bytes.
    OutOfMemory,
    /// A plugin's input or a configuration value is longer than the caller's buffer, or its output than the
    /// room for it: kind `InvalidInput`. With the feature `plugin`.
    #[cfg(feature = "plugin")]
    TooLong,
    /// The host's answer is not what the contract says: kind `InvalidData`.
    InvalidData,
    /// The host gave more bytes than were asked for, and more than there is room to keep: kind
    /// `InvalidData`. All bytes before have been delivered; the stream is of no further use.
    Overrun,
    /// The address of a name is asked for, which only the host can resolve, and which it does not
    /// return: kind `Unsupported`.
    NameNotResolved,
    /// This host does not offer it: kind `Unsupported`.
    Unsupported,
    /// The URL of an HTTP request is not one: kind `InvalidInput`. The host was not called.
    #[cfg(feature = "http")]
    InvalidUrl,
    /// A header of an HTTP request has a name or a value that cannot be sent: kind `InvalidInput`. The host
    /// was not called.
    #[cfg(feature = "http")]
    InvalidHeader,
    /// The host returned no response to an HTTP request, and does not say why: kind `Other`. Whether the
    /// server has got the request is not known.
    #[cfg(feature = "http")]
    RequestFailed,
}

impl Error {
    /// The error in words, without a full stop.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Error::InvalidAddress => {
                "not an address: expected `host:port` (for ICMP a host alone), IPv6 in brackets"
            }
            Error::InvalidInput => "an argument is out of range",
            Error::ConnectFailed => {
                "could not connect: refused, unreachable, unknown name, timeout, or denied by the host"
            }
            Error::SendFailed => {
                "sending failed: open a new connection; how much arrived is not known"
            }
            Error::Shutdown => {
                "the stream was shut down, or an earlier write failed: open a new connection"
            }
            Error::Stopped => {
                "the host stopped an earlier call that used this socket: open a new one"
            }
            Error::NotConnected => "no peer: connect the socket, or send to somebody first",
            Error::CannotBind => "a plugin can only bind to 0.0.0.0:0 or [::]:0",
            Error::NotSent => {
                "not sent: too long, unreachable, or (ICMP) the host may not open raw sockets"
            }
            Error::NotHeard => "the host does not hear ICMP: it may not open raw sockets",
            Error::TimedOut => "nothing came within the timeout: try again, or set a longer one",
            Error::WouldBlock => "nothing is there now: try again later",
            Error::OutOfMemory => {
                "the kernel's memory is used up: send less at a time, or raise the host's limit"
            }
            #[cfg(feature = "plugin")]
            Error::TooLong => {
                "longer than the buffer: pass a larger one, or read it piece by piece"
            }
            Error::InvalidData => "the host's answer is not what its contract says",
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
                "not a URL to request: expected `http://` or `https://`, a host, and a path and query whose \
                 spaces and special characters are percent-encoded"
            }
            #[cfg(feature = "http")]
            Error::InvalidHeader => {
                "not a header: its name may have letters, digits and `-`; its value must be UTF-8 without line \
                 breaks and control characters"
            }
            #[cfg(feature = "http")]
            Error::RequestFailed => {
                "the host got no response, and does not say why: check the URL, the server and its \
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

/// The kinds of `embedded-io`, which are the same in each version.
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
