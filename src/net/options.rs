//! The options that TCP streams and UDP sockets share. The host has no functions to set socket options, so hints are only
//! remembered.

use crate::patience::Timeout;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::io;

/// The options that the clones of a socket share.
pub(super) struct Options {
    pub(super) read_timeout: SharedTimeout,
    pub(super) write_timeout: SharedTimeout,
    /// `nodelay` of a stream, `broadcast` of a UDP socket.
    pub(super) flag: AtomicBool,
}

impl Options {
    pub(super) const fn new(read_timeout: Timeout) -> Self {
        Self {
            read_timeout: SharedTimeout::new(read_timeout),
            write_timeout: SharedTimeout::new(Timeout::FOREVER),
            flag: AtomicBool::new(false),
        }
    }
}

/// A timeout that the clones of a socket share.
#[derive(Debug)]
pub(super) struct SharedTimeout(AtomicU64);

impl SharedTimeout {
    const fn new(timeout: Timeout) -> Self {
        Self(AtomicU64::new(timeout.to_nanos()))
    }

    pub(super) fn get(&self) -> Timeout {
        Timeout::from_nanos(self.0.load(Ordering::Relaxed))
    }

    pub(super) fn set(&self, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = Timeout::new(timeout)?;
        self.0.store(timeout.to_nanos(), Ordering::Relaxed);
        Ok(())
    }
}

/// The methods for these options. `$waits` says what waits for what, `$default` for how long.
macro_rules! options {
    ($socket:ident: $waits:literal, $default:literal) => {
        impl $socket {
            #[doc = concat!("Sets how long ", $waits, "; `None` is forever.")]
            ///
            #[doc = concat!("This corresponds to [`std::net::", stringify!($socket), "::set_read_timeout`].")]
            #[doc = concat!("By default it is ", $default, ". It is rounded up to a multiple of the host's wait, 5 s.")]
            /// Without a real clock, forever is an hour.
            ///
            /// # Errors
            /// Kind `InvalidInput` if the timeout is zero.
            pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
                self.shared.options.read_timeout.set(timeout)
            }

            #[doc = concat!("How long ", $waits, ", as it was set.")]
            ///
            #[doc = concat!("This corresponds to [`std::net::", stringify!($socket), "::read_timeout`].")]
            pub fn read_timeout(&self) -> io::Result<Option<Duration>> {
                Ok(self.shared.options.read_timeout.get().get())
            }

            /// Only remembers the value: the host allows every write and send 5 s.
            ///
            #[doc = concat!("This corresponds to [`std::net::", stringify!($socket), "::set_write_timeout`].")]
            ///
            /// # Errors
            /// Kind `InvalidInput` if the timeout is zero.
            pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
                self.shared.options.write_timeout.set(timeout)
            }

            /// Returns the last value given to `set_write_timeout`, `None` by default.
            ///
            #[doc = concat!("This corresponds to [`std::net::", stringify!($socket), "::write_timeout`].")]
            pub fn write_timeout(&self) -> io::Result<Option<Duration>> {
                Ok(self.shared.options.write_timeout.get().get())
            }

            /// `Ok` for `false`, since calls always block.
            ///
            #[doc = concat!("This corresponds to [`std::net::", stringify!($socket), "::set_nonblocking`].")]
            ///
            /// # Errors
            /// Kind `Unsupported` for `true`: the host always waits for data.
            pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
                if nonblocking {
                    Err(Error::Unsupported.into())
                } else {
                    Ok(())
                }
            }

            /// Always `None`: each error is returned by the call that failed.
            ///
            #[doc = concat!("This corresponds to [`std::net::", stringify!($socket), "::take_error`].")]
            pub fn take_error(&self) -> io::Result<Option<io::Error>> {
                Ok(None)
            }
        }
        unsupported! { $socket:
            set_ttl(_ttl: u32) -> (), "set the time to live",
            ttl() -> u32, "get the time to live",
        }
    };
}

/// Methods of std for which the host has no function.
macro_rules! unsupported {
    ($socket:ident: $($name:ident($($arg:ident: $type:ty),*) -> $result:ty, $what:literal,)+) => {
        impl $socket {$(
            #[doc = concat!("Always an error of kind `Unsupported`: the host has no function to ", $what, ".")]
            ///
            #[doc = concat!("This corresponds to [`std::net::", stringify!($socket), "::", stringify!($name), "`].")]
            pub fn $name(&self, $($arg: $type),*) -> io::Result<$result> {
                Err(Error::Unsupported.into())
            }
        )+}
    };
}

pub(super) use {options, unsupported};
