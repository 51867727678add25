//! The std facade. It uses only the default host, here the native one. So the faults are those of a peer, and of a host
//! that forgets its connections: after that every call returns 0.

use harness_wasi_sockets::host::{Host, Native};
use harness_wasi_sockets::{Error, Shutdown, TcpStream, UdpSocket};
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream as StdStream, UdpSocket as StdSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Connections are counted for the whole process, so tests that open any take turns.
pub fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

pub fn nothing_is_left() {
    assert_eq!(Native::live_blocks(), 0, "blocks left over");
    assert_eq!(Native::open_connections(), 0, "connections left over");
}

/// Makes the host close all connections without notice.
pub fn host_forgets() {
    let ids = (1..u32::MAX).take_while(|_| Native::open_connections() > 0);
    for id in ids {
        Native.tcp_close(id);
        Native.udp_close(id);
    }
}

/// Returns a stream, and its peer.
pub fn connected() -> (TcpStream, StdStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (stream, listener.accept().unwrap().0)
}

#[test]
fn a_stream_that_the_host_has_forgotten_ends_and_is_broken() {
    let _turn = turn();
    let (mut stream, mut peer) = connected();
    peer.write_all(b"hello").unwrap();
    let mut buf = [0; 5];
    assert_eq!(stream.peek(&mut buf).unwrap(), 5, "buffered from now on");
    host_forgets();
    assert_eq!(
        stream.write(b"x").unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
    assert_eq!(
        stream.write(b"x").unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
    assert_eq!(stream.read(&mut buf[..2]).unwrap(), 2, "nothing is lost");
    assert_eq!(stream.try_clone().unwrap().read(&mut buf).unwrap(), 3);
    assert_eq!(stream.read(&mut buf).unwrap(), 0);
    stream.shutdown(Shutdown::Both).unwrap();
    drop(stream);
    nothing_is_left();
}

#[test]
fn a_udp_socket_that_the_host_has_forgotten_says_so_at_each_call() {
    let _turn = turn();
    let peer = StdSocket::bind("127.0.0.1:0").unwrap();
    let addr = peer.local_addr().unwrap();
    let socket = UdpSocket::connect(addr).unwrap();
    assert_eq!(socket.send(b"hello").unwrap(), 5);
    host_forgets();
    for _ in 0..2 {
        let error = socket.send(b"hello").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Other);
        let error = error.downcast::<Error>().unwrap();
        assert_eq!(error, Error::NotSent);
        let error = socket.send_to(b"hello", addr).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Other);
        for received in [
            socket.recv(&mut [0; 8]).map(drop),
            socket.peek_from(&mut [0; 8]).map(drop),
        ] {
            // The second one, if a busy machine delayed it by a whole wait.
            let kind = received.unwrap_err().kind();
            assert!(matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut));
        }
    }
    drop(socket);
    nothing_is_left();
}
