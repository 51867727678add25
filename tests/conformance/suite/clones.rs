//! Clones are handles to the same stream.

use super::net::{Shutdown, TcpStream};
use super::{Digest, Peers, outcome, pattern};
use std::io::{Read, Write};

pub fn clones_share_what_there_is_to_read(peers: &Peers) {
    let mut stream = peers.tell("send 5000");
    let mut clone = stream.try_clone().unwrap();
    let mut got = vec![0; 5_000];
    for (i, part) in got.chunks_mut(7).enumerate() {
        let reader = if i % 2 == 0 { &mut stream } else { &mut clone };
        reader.read_exact(part).unwrap();
    }
    assert!(got == pattern(5_000));
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
    assert_eq!(clone.read(&mut [0; 8]).unwrap(), 0);
}

pub fn clones_write_to_one_stream(peers: &Peers) {
    let mut stream = peers.tell("take 8");
    let mut clone = stream.try_clone().unwrap();
    stream.write_all(b"one ").unwrap();
    clone.write_all(b"two ").unwrap();
    let mut answer = String::new();
    clone.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, Digest::of(b"one two ").to_string());
}

/// The peer sees EOF when the last handle is dropped, and not before.
fn the_last_closes(peers: &Peers, name: &str, order: fn(TcpStream, TcpStream) -> [TcpStream; 2]) {
    let stream = peers.tell(format!("record {name}"));
    let clone = stream.try_clone().unwrap();
    let [first, mut last] = order(stream, clone);
    drop(first);
    last.write_all(b"still here").unwrap();
    drop(last);
    let seen = format!("{}, the end", Digest::of(b"still here"));
    assert_eq!(peers.record(name), seen);
}

pub fn the_last_clone_closes_in_either_order(peers: &Peers) {
    the_last_closes(peers, "a", |stream, clone| [stream, clone]);
    the_last_closes(peers, "b", |stream, clone| [clone, stream]);
    the_last_closes(peers, "c", |stream, clone| {
        [stream, clone.try_clone().unwrap()]
    });
}

pub fn clones_are_shut_together(peers: &Peers) {
    let stream = peers.tell("echo");
    let mut clone = stream.try_clone().unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
    assert_eq!(clone.read(&mut [0; 8]).unwrap(), 0);
    assert_eq!(outcome(clone.write(b"x")), "BrokenPipe");
}

pub fn clones_have_the_same_peer(peers: &Peers) {
    let stream = peers.tell("echo");
    let clone = stream.try_clone().unwrap();
    assert_eq!(clone.peer_addr().unwrap(), stream.peer_addr().unwrap());
}

pub fn clones_of_a_udp_socket_share_what_comes(peers: &Peers) {
    let socket = peers.udp();
    let clone = socket.try_clone().unwrap();
    let mut buffer = [0; 16];
    socket.send(b"one").unwrap();
    assert_eq!(clone.recv(&mut buffer).unwrap(), 3);
    clone.send(b"three").unwrap();
    assert_eq!(socket.recv(&mut buffer).unwrap(), 5);
    drop(socket);
    clone.send(b"after").unwrap();
    assert_eq!(clone.recv(&mut buffer).unwrap(), 5);
    assert_eq!(&buffer[..5], b"after");
}
