//! TCP in a plugin that uses the library for everything: its input, its output, and its error texts.

use crate::frame::{LEN, MESSAGE};
use harness_wasi_sockets::embedded::{Address, DEFAULT_CAPACITY, TcpStream, Unchecked};
use harness_wasi_sockets::host::DefaultHost;
use harness_wasi_sockets::plugin;

/// Like [`tcp::echo`](super::tcp::echo), and returns the reply.
pub fn tcp() -> Result<(), &'static str> {
    let mut input = [0; 256];
    let address = plugin::input(&mut input).map_err(|_| "the input is too long")?;
    talk::<DEFAULT_CAPACITY>(address)
}

/// The same with the address unchecked, and without a buffer.
pub fn lean() -> Result<(), &'static str> {
    let mut input = [0; 256];
    let address = plugin::input(&mut input).map_err(|_| "the input is too long")?;
    talk::<0>(Unchecked(address))
}

fn talk<const N: usize>(address: impl Address) -> Result<(), &'static str> {
    let stream = TcpStream::<N>::connect_in(DefaultHost, address);
    let mut stream = stream.map_err(|_| "could not connect")?;
    stream.write_all(&MESSAGE).map_err(|_| "could not send")?;
    let mut reply = [0; LEN];
    stream.read_exact(&mut reply).map_err(|_| "no reply")?;
    if reply != MESSAGE {
        return Err("another reply");
    }
    plugin::output(&reply).map_err(|_| "out of memory")
}
