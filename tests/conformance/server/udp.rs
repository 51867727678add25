//! The server's datagrams.

use super::{NAP, number};
use crate::std::suite::pattern;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Two sockets, each on its own thread. The first one runs the commands in datagrams. Both return a datagram's source
/// address when asked, and echo all other datagrams.
pub struct UdpServer {
    pub addrs: [SocketAddr; 2],
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl UdpServer {
    pub fn start(any: SocketAddr) -> io::Result<Self> {
        let [first, second] = [UdpSocket::bind(any)?, UdpSocket::bind(any)?];
        let mut server = UdpServer {
            addrs: [first.local_addr()?, second.local_addr()?],
            stop: Arc::default(),
            threads: Vec::new(),
        };
        let elsewhere = second.try_clone()?;
        let held = Held::default();
        server.spawn(first, move |socket, datagram, to| {
            answer(datagram, to, socket, &elsewhere, &held)
        })?;
        server.spawn(second, |socket, datagram, to| echo(datagram, to, socket))?;
        Ok(server)
    }

    fn spawn<F>(&mut self, socket: UdpSocket, answer: F) -> io::Result<()>
    where
        F: Fn(&UdpSocket, &[u8], SocketAddr) -> io::Result<()> + Send + 'static,
    {
        socket.set_read_timeout(Some(NAP))?;
        let stop = Arc::clone(&self.stop);
        let work = move || {
            let mut buffer = vec![0; 65_535];
            while !stop.load(Ordering::Relaxed) {
                // An error is a timeout, or a peer that has gone away.
                if let Ok((n, from)) = socket.recv_from(&mut buffer) {
                    let _ = answer(&socket, &buffer[..n], from);
                }
            }
        };
        self.threads.push(thread::Builder::new().spawn(work)?);
        Ok(())
    }
}

impl Drop for UdpServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Replies that wait to be released.
type Held = Mutex<Vec<(SocketAddr, String)>>;

/// Echoes a datagram, or returns its source address.
fn echo(datagram: &[u8], to: SocketAddr, socket: &UdpSocket) -> io::Result<()> {
    match datagram {
        b"!from" => socket.send_to(to.to_string().as_bytes(), to).map(drop),
        _ => socket.send_to(datagram, to).map(drop),
    }
}

/// Runs the command in a datagram, or echoes it.
fn answer(
    datagram: &[u8],
    to: SocketAddr,
    first: &UdpSocket,
    second: &UdpSocket,
    held: &Held,
) -> io::Result<()> {
    let text = str::from_utf8(datagram).unwrap_or_default();
    let words: Vec<&str> = text.split(' ').collect();
    match words[..] {
        ["!nothing"] => {}
        ["!send", len] => drop(first.send_to(&pattern(number(len)), to)?),
        ["!twice", word] => {
            first.send_to(word.as_bytes(), to)?;
            first.send_to(word.as_bytes(), to)?;
        }
        // This many numbered ones.
        ["!count", most] => {
            for i in 0..number(most) {
                first.send_to(i.to_string().as_bytes(), to)?;
            }
        }
        ["!empty", word] => {
            first.send_to(b"", to)?;
            first.send_to(word.as_bytes(), to)?;
        }
        ["!late", ms, word] => {
            thread::sleep(Duration::from_millis(number(ms) as u64));
            first.send_to(word.as_bytes(), to)?;
        }
        // From the second socket, and then from the first.
        ["!elsewhere", word] => {
            second.send_to(word.as_bytes(), to)?;
            first.send_to(word.as_bytes(), to)?;
        }
        // Not before another client says so.
        ["!hold", word] => {
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            held.push((to, word.to_owned()));
        }
        ["!release"] => {
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            for (to, word) in held.drain(..) {
                first.send_to(word.as_bytes(), to)?;
            }
            first.send_to(datagram, to)?;
        }
        _ => echo(datagram, to, first)?,
    }
    Ok(())
}
