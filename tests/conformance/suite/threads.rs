//! One socket and several threads. A plugin has only one.

use super::net::{Shutdown, SocketAddr, ToSocketAddrs, UdpSocket};
use super::{Digest, Peers, pattern, pattern_from};
use std::io::{self, Read, Write};
use std::thread;

pub fn one_thread_reads_while_another_writes(peers: &Peers) {
    let stream = peers.tell("echo");
    let sent = pattern(4 << 20);
    thread::scope(|scope| {
        scope.spawn(|| (&stream).write_all(&sent).unwrap());
        let mut back = vec![0; sent.len()];
        (&stream).read_exact(&mut back).unwrap();
        assert_eq!(Digest::of(&back), Digest::of(&sent));
    });
}

pub fn a_read_that_waits_holds_up_no_write(peers: &Peers) {
    let stream = peers.tell("echo");
    thread::scope(|scope| {
        // No data arrives before something is sent.
        let reader = scope.spawn(|| {
            let mut back = [0; 1];
            (&stream).read_exact(&mut back).unwrap();
            back
        });
        (&stream).write_all(b"x").unwrap();
        assert_eq!(&reader.join().unwrap(), b"x");
    });
}

pub fn shutting_a_stream_ends_a_read_that_waits(peers: &Peers) {
    // The peer sends nothing: bytes after the shutdown would break the connection.
    let stream = peers.tell("hold it 0 0");
    thread::scope(|scope| {
        let reader = scope.spawn(|| (&stream).read(&mut [0; 8]));
        stream.shutdown(Shutdown::Both).unwrap();
        assert_eq!(reader.join().unwrap().unwrap(), 0);
    });
}

pub fn threads_share_what_there_is_to_read(peers: &Peers) {
    let stream = peers.tell("send 100000");
    let read = || {
        let mut got: Vec<u8> = Vec::new();
        let mut buffer = [0; 1_000];
        loop {
            match (&stream).read(&mut buffer).unwrap() {
                0 => return got,
                n => got.extend(&buffer[..n]),
            }
        }
    };
    let mut all = thread::scope(|scope| {
        let other = scope.spawn(read);
        let mut all = read();
        all.extend(other.join().unwrap());
        all
    });
    // Every byte once, in any order.
    let mut expected = pattern_from(0, 100_000);
    all.sort_unstable();
    expected.sort_unstable();
    assert!(all == expected, "{} bytes", all.len());
}

pub fn a_udp_receive_that_waits_holds_up_no_send(peers: &Peers) {
    let socket = peers.udp();
    thread::scope(|scope| {
        let receiver = scope.spawn(|| {
            let mut buffer = [0; 8];
            socket.recv(&mut buffer).map(|n| buffer[..n].to_vec())
        });
        socket.send(b"hello").unwrap();
        assert_eq!(receiver.join().unwrap().unwrap(), b"hello");
    });
}

pub fn threads_that_peek_lose_no_datagram(peers: &Peers) {
    let socket = peers.udp();
    let mut got = [[0; 1]; 2];
    thread::scope(|scope| {
        let peeks = [(); 2].map(|()| scope.spawn(|| socket.peek(&mut [0; 8])));
        for word in [b"1", b"2"] {
            socket.send(word).unwrap();
        }
        for peek in peeks {
            assert_eq!(peek.join().unwrap().unwrap(), 1);
        }
    });
    for one in &mut got {
        assert_eq!(socket.recv(one).unwrap(), 1);
    }
    got.sort_unstable();
    assert_eq!(got, [*b"1", *b"2"]);
}

/// A caller's own address type, which asks the socket that it is for.
struct SamePeer<'a>(&'a UdpSocket);

impl ToSocketAddrs for SamePeer<'_> {
    type Iter = std::option::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        self.0.peer_addr().map(|addr| Some(addr).into_iter())
    }
}

pub fn an_address_may_be_found_out_with_the_socket_itself(peers: &Peers) {
    let socket = peers.udp();
    assert_eq!(socket.send_to(b"hello", SamePeer(&socket)).unwrap(), 5);
    assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 5);
}
