//! Guests with std, to weigh the library by: the examples. Here is what several of them do.

use harness_wasi_sockets::{TcpStream, UdpSocket};
use std::io::{self, ErrorKind, Read, Write};

/// As in the guests without std.
pub const MESSAGE: [u8; 64] = *b"The message that every guest sends and that every peer returns.\n";
const ROUNDS: u8 = 10;

/// TCP: the message to an echo server and back.
pub fn tcp(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(&MESSAGE)?;
    let mut reply = [0; MESSAGE.len()];
    stream.read_exact(&mut reply)?;
    same(&reply, &MESSAGE)
}

/// UDP: ten datagrams to an echo server and back.
pub fn udp(address: &str) -> io::Result<()> {
    let socket = UdpSocket::connect(address)?;
    for round in 0..ROUNDS {
        let mut sent = MESSAGE;
        sent[0] = round;
        socket.send(&sent)?;
        let mut reply = [0; MESSAGE.len()];
        let len = socket.recv(&mut reply)?;
        same(reply.get(..len).unwrap_or_default(), &sent)?;
    }
    Ok(())
}

/// Compares what came back.
pub fn same(reply: &[u8], sent: &[u8]) -> io::Result<()> {
    if reply == sent {
        Ok(())
    } else {
        Err(ErrorKind::InvalidData.into())
    }
}
