//! A web server with one page.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::tcp::{TcpPeer, read};

/// A longer request is not read to its end.
const LONGEST_REQUEST: usize = 16 * 1024;

/// An HTTP/1.1 server that answers every `GET` with [`HttpServer::BODY`], and closes the connection after each
/// response.
#[derive(Debug)]
pub struct HttpServer(TcpPeer);

impl HttpServer {
    /// The body of every page.
    pub const BODY: &str = "Hello from the harness.\n";

    /// Listens on `127.0.0.1`.
    pub fn v4() -> io::Result<Self> {
        Self::start(Ipv4Addr::LOCALHOST.into())
    }

    /// Listens on `[::1]`.
    pub fn v6() -> io::Result<Self> {
        Self::start(Ipv6Addr::LOCALHOST.into())
    }

    /// Listens on a free port of this address.
    pub fn start(ip: IpAddr) -> io::Result<Self> {
        TcpPeer::start(ip, |mut stream, stop| {
            let mut buffer = [0; 1024];
            let mut request = Vec::new();
            while let Some(n) = read(&mut stream, stop, &mut buffer) {
                request.extend_from_slice(&buffer[..n]);
                let is_whole = request.windows(4).any(|bytes| bytes == b"\r\n\r\n");
                if is_whole || request.len() > LONGEST_REQUEST {
                    return stream.write_all(answer(is_whole, &request).as_bytes());
                }
            }
            Ok(())
        })
        .map(HttpServer)
    }

    /// Returns the address that the server listens on.
    pub fn addr(&self) -> SocketAddr {
        self.0.addr()
    }
}

fn answer(is_whole: bool, request: &[u8]) -> String {
    let (status, body) = match is_whole {
        false => ("431 Request Header Fields Too Large", ""),
        true if request.starts_with(b"GET ") => ("200 OK", HttpServer::BODY),
        true => ("405 Method Not Allowed", ""),
    };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}
