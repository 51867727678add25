//! One socket, used by several threads at the same time.

use super::net::{Shutdown, TcpStream, UdpSocket};
use super::{PATIENCE, Peers, connect_udp, outcome, pattern, udp_to};
use std::io::{ErrorKind, Read, Write};
use std::thread;
use std::time::Duration;

pub fn threads_connect_at_the_same_time(peers: &Peers) {
    thread::scope(|scope| {
        for i in 0..8 {
            scope.spawn(move || {
                for n in 0..8 {
                    let mut stream = peers.tell("echo");
                    let sent = [i, n];
                    stream.write_all(&sent).unwrap();
                    let mut back = [0; 2];
                    stream.read_exact(&mut back).unwrap();
                    assert_eq!(back, sent);
                }
            });
        }
    });
}

pub fn a_clone_writes_in_another_thread(peers: &Peers) {
    let mut stream = peers.tell("echo");
    let mut clone = stream.try_clone().unwrap();
    let writer = thread::spawn(move || {
        clone.write_all(b"from afar").unwrap();
        // The clone is dropped here, and the stream stays open.
    });
    let mut back = [0; 9];
    stream.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"from afar");
    writer.join().unwrap();
    stream.write_all(b"here").unwrap();
    stream.read_exact(&mut back[..4]).unwrap();
    assert_eq!(&back[..4], b"here");
}

pub fn a_stream_is_cloned_while_a_read_waits(peers: &Peers) {
    let stream = peers.tell("echo");
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut back = [0; 1];
            (&stream).read_exact(&mut back).unwrap();
            back
        });
        for byte in *b"12" {
            let mut clone = stream.try_clone().unwrap();
            clone.write_all(&[byte]).unwrap();
        }
        assert_eq!(&reader.join().unwrap(), b"1");
    });
    let mut back = [0; 1];
    (&stream).read_exact(&mut back).unwrap();
    assert_eq!(&back, b"2");
}

pub fn threads_write_and_every_byte_arrives(peers: &Peers) {
    const THREADS: u8 = 8;
    const EACH: usize = 50 * 1_000;
    let stream = peers.tell("echo");
    let mut all = vec![0; usize::from(THREADS) * EACH];
    thread::scope(|scope| {
        for i in 0..THREADS {
            let mut clone = stream.try_clone().unwrap();
            scope.spawn(move || {
                for timeout in [None, Some(PATIENCE)].into_iter().cycle().take(50) {
                    clone.set_write_timeout(timeout).unwrap();
                    clone.write_all(&[i; 1_000]).unwrap();
                }
            });
        }
        (&stream).read_exact(&mut all).unwrap();
    });
    for i in 0..THREADS {
        let count = all.iter().filter(|byte| **byte == i).count();
        assert_eq!(count, EACH, "bytes of thread {i}");
    }
}

pub fn threads_read_while_the_timeout_changes(peers: &Peers) {
    let stream = peers.tell("pause 150 4 20000");
    let read = |ms| {
        let mut got: Vec<u8> = Vec::new();
        let mut buffer = [0; 1_000];
        loop {
            let timeout = Duration::from_millis(ms);
            stream.set_read_timeout(Some(timeout)).unwrap();
            match (&stream).read(&mut buffer) {
                Ok(0) => return got,
                Ok(n) => got.extend(&buffer[..n]),
                Err(error) => {
                    let passing = [ErrorKind::WouldBlock, ErrorKind::TimedOut];
                    assert!(passing.contains(&error.kind()), "{error:?}");
                }
            }
        }
    };
    let mut all = thread::scope(|scope| {
        let threads = [1, 20, 130, 60_000].map(|ms| scope.spawn(move || read(ms)));
        threads.map(|thread| thread.join().unwrap()).concat()
    });
    // Every byte once, in any order.
    let mut expected = pattern(80_000);
    all.sort_unstable();
    expected.sort_unstable();
    assert!(all == expected, "{} bytes", all.len());
}

pub fn shutting_the_read_half_ends_a_read_that_waits(peers: &Peers) {
    let mut stream = peers.tell("take 5");
    thread::scope(|scope| {
        let reader = scope.spawn(|| (&stream).read(&mut [0; 8]));
        stream.shutdown(Shutdown::Read).unwrap();
        assert_eq!(reader.join().unwrap().unwrap(), 0);
    });
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
    // The other half is unchanged.
    stream.write_all(b"after").unwrap();
}

pub fn shutting_a_stream_ends_a_write_that_waits(peers: &Peers) {
    // The peer receives nothing.
    let stream = peers.tell("hold it 0 0");
    let bytes = vec![0; 65_536];
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            loop {
                if let Err(error) = (&stream).write(&bytes) {
                    return error.kind();
                }
            }
        });
        stream.shutdown(Shutdown::Both).unwrap();
        assert_eq!(writer.join().unwrap(), ErrorKind::BrokenPipe);
    });
}

pub fn every_method_of_a_stream_at_the_same_time(peers: &Peers) {
    let stream = peers.tell("echo");
    let all_others = |stream: &TcpStream, timeout| {
        stream.set_read_timeout(timeout).unwrap();
        stream.read_timeout().unwrap();
        stream.set_write_timeout(timeout).unwrap();
        stream.write_timeout().unwrap();
        stream.set_nodelay(timeout.is_some()).unwrap();
        stream.nodelay().unwrap();
        stream.set_nonblocking(false).unwrap();
        assert!(stream.take_error().unwrap().is_none());
        assert_eq!(stream.peer_addr().unwrap(), peers.tcp);
        assert!(!format!("{stream:?}").is_empty());
        // Their results differ from std, but must not change.
        assert_eq!(outcome(stream.local_addr()), outcome(stream.local_addr()));
        assert_eq!(outcome(stream.ttl()), outcome(stream.ttl()));
        // (Not a peek: on std one waits for bytes, even with an empty buffer.)
        drop(stream.try_clone().unwrap());
    };
    thread::scope(|scope| {
        for timeout in [None, Some(PATIENCE)] {
            let stream = &stream;
            scope.spawn(move || {
                for _ in 0..200 {
                    all_others(stream, timeout);
                }
            });
        }
        let sent = pattern(1_000);
        let mut back = vec![0; 1_000];
        for _ in 0..200 {
            (&stream).write_all(&sent).unwrap();
            (&stream).read_exact(&mut back).unwrap();
            assert!(back == sent);
        }
    });
}

pub fn every_method_of_a_udp_socket_at_the_same_time(peers: &Peers) {
    let socket = udp_to(peers.udp[0]).unwrap();
    let all_others = |socket: &UdpSocket, timeout| {
        socket.set_read_timeout(timeout).unwrap();
        socket.read_timeout().unwrap();
        socket.set_write_timeout(timeout).unwrap();
        socket.write_timeout().unwrap();
        socket.set_broadcast(timeout.is_some()).unwrap();
        socket.broadcast().unwrap();
        socket.set_nonblocking(false).unwrap();
        connect_udp(socket, peers.udp[0]).unwrap();
        assert_eq!(socket.peer_addr().unwrap(), peers.udp[0]);
        assert!(!format!("{socket:?}").is_empty());
        let clone = socket.try_clone().unwrap();
        assert_eq!(clone.send(b"!nothing").unwrap(), 8);
    };
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    thread::scope(|scope| {
        for timeout in [None, Some(PATIENCE)] {
            let socket = &socket;
            scope.spawn(move || {
                // Few enough for the server to buffer them all if it reads late.
                for _ in 0..50 {
                    all_others(socket, timeout);
                }
            });
        }
        let mut back = [0; 8];
        for i in 0..200_u64 {
            socket.send(&i.to_le_bytes()).unwrap();
            assert_eq!(socket.peek(&mut back).unwrap(), 8);
            assert_eq!(socket.recv_from(&mut back).unwrap(), (8, peers.udp[0]));
            assert_eq!(back, i.to_le_bytes());
        }
    });
}

pub fn clones_of_a_udp_socket_receive_one_datagram_each(peers: &Peers) {
    let socket = peers.udp();
    let mut got = thread::scope(|scope| {
        let receivers = [(); 2].map(|()| {
            let clone = socket.try_clone().unwrap();
            scope.spawn(move || {
                let mut buffer = [0; 8];
                assert_eq!(clone.recv_from(&mut buffer).unwrap(), (1, peers.udp[0]));
                buffer[0]
            })
        });
        socket.send(b"1").unwrap();
        socket.send(b"2").unwrap();
        receivers.map(|receiver| receiver.join().unwrap())
    });
    got.sort_unstable();
    assert_eq!(&got, b"12");
}

pub fn clones_of_a_udp_socket_send_in_threads(peers: &Peers) {
    let socket = peers.udp();
    thread::scope(|scope| {
        for i in 0..8_u8 {
            let clone = socket.try_clone().unwrap();
            scope.spawn(move || {
                assert_eq!(clone.send_to(&[i], peers.udp[0]).unwrap(), 1);
            });
        }
    });
    let mut got = [0; 8];
    for one in got.chunks_mut(1) {
        assert_eq!(socket.recv(one).unwrap(), 1);
    }
    got.sort_unstable();
    assert_eq!(got, [0, 1, 2, 3, 4, 5, 6, 7]);
}
