//! `std::net`, on top of the host's functions.
//!
//! Items that need no host are std's own, and additions of a new Rust version are included automatically.

mod address;
mod listener;
mod tcp;
mod udp;

pub use address::ToSocketAddrs;
pub use listener::{Incoming, TcpListener};
#[doc(hidden)]
pub use real::net::*;
pub use tcp::TcpStream;
pub use udp::UdpSocket;

/// Methods that forward to the library's type, with the same signature.
macro_rules! forward {
    ($type:ident: $($name:ident($($arg:ident: $arg_type:ty),*) -> $result:ty;)+) => {
        impl $type {$(
            #[doc = concat!("As `std::net::", stringify!($type), "::", stringify!($name), "`.")]
            pub fn $name(&self, $($arg: $arg_type),*) -> real::io::Result<$result> {
                self.0.$name($($arg),*)
            }
        )+}
    };
}

use forward;
