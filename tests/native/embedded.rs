use crate::{PATIENCE, Turn, WAIT, pattern, v4};
use embedded_io::{ReadExactError, Write};
use harness_host::peers::{LineServer, TcpEcho, TcpPeer, UdpEcho};
use harness_wasi_sockets::embedded::{Shutdown, TcpStream, UdpSocket};
use harness_wasi_sockets::host::Native;
use harness_wasi_sockets::{Block, Error, SocketAddr};
use std::io::Write as _;
use std::time::Duration;

fn echoes<const N: usize>(addr: SocketAddr) {
    let mut stream = TcpStream::<N>::connect_in(Native, addr).unwrap();
    for size in [0, 1, 7, 8, 9, N - 1, N, N + 1, 5_000] {
        let sent = pattern(size);
        stream.write_all(&sent).unwrap();
        let mut got = vec![0; size];
        for part in got.chunks_mut(N.div_ceil(2)) {
            stream.read_exact(part).unwrap();
        }
        assert!(got == sent, "{size} bytes through {N}");
    }
    stream.flush().unwrap();
}

#[test]
fn streams_of_every_capacity() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    echoes::<1>(echo.addr());
    echoes::<64>(echo.addr());
    echoes::<1024>(echo.addr());
    echoes::<3000>(echo.addr());
}

#[test]
fn buffered_lines() {
    let _turn = Turn::take();
    let server = LineServer::v4().unwrap();
    let mut stream = TcpStream::connect(server.addr().to_string().as_str()).unwrap();
    assert_eq!(
        stream.read_ready(),
        Ok(false),
        "nothing is known to be there"
    );
    stream.write_all(b"hello\n").unwrap();
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let buffered = stream.fill_buf().unwrap();
        assert!(!buffered.is_empty());
        line.extend_from_slice(buffered);
        let len = buffered.len();
        assert_eq!(stream.read_ready(), Ok(true), "something is buffered");
        stream.consume(len);
    }
    assert_eq!(line, b"you said: hello\n");
    let mut seen = [0; 3];
    stream.write_all(b"again\n").unwrap();
    assert_eq!(stream.peek(&mut seen), Ok(3));
    assert_eq!(stream.peek(&mut []), Ok(0));
    assert_eq!(&seen, b"you");
    assert_eq!(stream.read(&mut seen), Ok(3));
    assert_eq!(&seen, b"you");
}

#[test]
fn the_end_of_a_stream() {
    let _turn = Turn::take();
    let peer = TcpPeer::start(v4(), |mut stream, _| stream.write_all(b"bye")).unwrap();
    let mut stream = TcpStream::connect(peer.addr()).unwrap();
    let mut got = [0; 4];
    assert_eq!(
        stream.read_exact(&mut got),
        Err(ReadExactError::UnexpectedEof)
    );
    assert_eq!(&got[..3], b"bye");
    assert_eq!(stream.read(&mut got), Ok(0));
    assert_eq!(stream.fill_buf(), Ok(&[][..]));
    assert_eq!(stream.read_ready(), Ok(true), "the end is there to be read");
}

#[test]
fn halves_and_timeouts() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    assert_eq!(
        stream.set_read_timeout(Some(std::time::Duration::ZERO)),
        Err(Error::InvalidInput)
    );
    stream.set_read_timeout(Some(WAIT)).unwrap();
    assert_eq!(stream.read_timeout(), Some(WAIT));
    assert_eq!(stream.read(&mut [0; 8]), Err(Error::TimedOut));
    stream.write_all(b"still there").unwrap();
    stream.shutdown(Shutdown::Write);
    assert_eq!(stream.write(b"x"), Err(Error::Shutdown));
    assert_eq!(stream.write(b""), Err(Error::Shutdown));
    let mut got = [0; 11];
    stream.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"still there");
    stream.shutdown(Shutdown::Read);
    assert_eq!(Native::open_connections(), 0);
    assert_eq!(stream.read(&mut got), Ok(0));
}

#[test]
fn datagrams() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    let mut socket = UdpSocket::connect((v4(), echo.addr().port())).unwrap();
    assert_eq!(socket.send(b"hello"), Ok(5));
    let mut buf = [0; 16];
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(socket.recv(&mut buf), Ok(5));
    assert_eq!(&buf[..5], b"hello");
    socket.set_read_timeout(Some(WAIT)).unwrap();
    assert_eq!(socket.read_timeout(), Some(WAIT));
    assert_eq!(
        socket.set_read_timeout(Some(Duration::ZERO)),
        Err(Error::InvalidInput)
    );
    assert_eq!(socket.recv(&mut buf), Err(Error::TimedOut));
    assert_eq!(socket.send(&[0; 65_508]), Err(Error::InvalidInput));
}

#[test]
fn the_longest_datagram_goes_out_and_no_longer_one() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::connect(echo.addr()).unwrap();
    let longest = pattern(65_507);
    let mut back = vec![0; longest.len()];
    assert_eq!(socket.send(&longest), Ok(longest.len()));
    assert_eq!(socket.recv(&mut back), Ok(longest.len()));
    assert!(back == longest);
    let block = Block::copy_of(&longest).unwrap();
    assert_eq!(socket.send_block(&block), Ok(block.len()));
    assert_eq!(socket.recv_block(70_000).unwrap().len(), block.len());
    let longer = Block::new(block.len() + 1).unwrap();
    assert_eq!(socket.send_block(&longer), Err(Error::InvalidInput));
    let longer = [0; 65_508];
    let by_reference = UdpSocket::connect::<&SocketAddr>(&echo.addr()).unwrap();
    assert_eq!(by_reference.send(&longer), Err(Error::InvalidInput));
    // Of text nobody looks which family it is, so the system refuses what is too long for this one.
    let text = echo.addr().to_string();
    for by_text in [
        UdpSocket::connect(text.as_str()),
        UdpSocket::connect::<&&str>(&text.as_str()),
    ] {
        assert_eq!(by_text.unwrap().send(&longer), Err(Error::NotSent));
    }
}

#[test]
fn bad_addresses() {
    let _turn = Turn::take();
    for bad in crate::no_address::no_address() {
        let bad = bad.as_str();
        assert_eq!(
            TcpStream::connect(bad).unwrap_err(),
            Error::InvalidAddress,
            "{bad:?}"
        );
        assert_eq!(
            UdpSocket::connect(bad).unwrap_err(),
            Error::InvalidAddress,
            "{bad:?}"
        );
    }
}
