//! A stream in two halves: one reads while the other writes.

use crate::{PATIENCE, Turn, WAIT, pattern};
use embedded_io::{BufRead, ReadReady, Write};
use harness_host::peers::{LineServer, TcpEcho};
use harness_wasi_sockets::embedded::{ReadHalf, Shutdown, Silence, TcpStream, WriteHalf};
use harness_wasi_sockets::host::Native;
use harness_wasi_sockets::{Block, Error};
use std::thread;

/// More than all buffers in between hold: each side continues only if the other does.
const LARGE: usize = 20_000_000;

#[test]
fn one_half_reads_while_the_other_writes() {
    let _turn = Turn::with_wait(PATIENCE);
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    let (mut reader, writer) = stream.split();
    let sent = pattern(LARGE);
    let mut got = vec![0; LARGE];
    thread::scope(|scope| {
        scope.spawn(|| writer.write_all(&sent).unwrap());
        reader.read_exact(&mut got).unwrap();
    });
    assert!(got == sent);
}

/// Uses the halves through the traits.
fn by_the_traits(
    mut reader: impl BufRead<Error = Error> + ReadReady,
    mut writer: impl Write<Error = Error>,
) {
    writer.write_all(b"hello\n").unwrap();
    writer.flush().unwrap();
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let buffered = reader.fill_buf().unwrap();
        line.extend_from_slice(buffered);
        let len = buffered.len();
        assert_eq!(reader.read_ready(), Ok(true), "something is buffered");
        reader.consume(len);
    }
    assert_eq!(line, b"you said: hello\n");
    writer.write_all(b"again\n").unwrap();
    let mut you = [0; 3];
    reader.read_exact(&mut you).unwrap();
    assert_eq!(&you, b"you");
}

#[test]
fn each_half_has_the_traits_of_its_direction() {
    let _turn = Turn::take();
    let server = LineServer::v4().unwrap();
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    let (reader, writer) = stream.split();
    by_the_traits(reader, writer);

    // Received but unread data is still there, for the stream and for the next halves.
    let mut seen = [0; 14];
    stream.read_exact(&mut seen[..6]).unwrap();
    let (mut reader, _) = stream.split();
    assert_eq!(reader.peek(&mut seen[6..8]), Ok(2));
    reader.read_exact(&mut seen[6..13]).unwrap();
    assert_eq!(&seen[..13], b" said: again\n");
}

#[test]
fn blocks_go_through_the_halves() {
    let _turn = Turn::with_wait(PATIENCE);
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    let (mut reader, writer) = stream.split();
    let block = Block::copy_of(b"Hello").unwrap();
    assert_eq!(writer.write_block(&block), Ok(5));
    let block = reader.read_block(1).unwrap().expect("no end yet");
    let mut byte = [0];
    assert_eq!((block.load(0, &mut byte), &byte), (1, b"H"));
}

fn shut(
    echo: &TcpEcho,
    what: impl FnOnce(&mut ReadHalf<'_, 1024, Native>, &mut WriteHalf<'_, Native>),
) -> TcpStream {
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    stream.write_all(b"Hello").unwrap();
    let (mut reader, mut writer) = stream.split();
    what(&mut reader, &mut writer);
    stream
}

/// As with the stream: shutting down one direction is local, shutting down both closes the connection.
#[test]
fn what_one_half_shuts_is_shut_for_the_other_and_for_the_stream() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();

    let mut stream = shut(&echo, |reader, writer| {
        writer.shutdown(Shutdown::Write);
        assert_eq!(writer.write_all(b"x"), Err(Error::Shutdown));
        assert_eq!(reader.read(&mut [0; 1]), Ok(1));
        assert_eq!(Native::open_connections(), 1);
    });
    assert_eq!(stream.write(b"x"), Err(Error::Shutdown));
    stream.shutdown(Shutdown::Read);
    assert_eq!(Native::open_connections(), 0);

    let mut stream = shut(&echo, |reader, writer| {
        reader.shutdown(Shutdown::Read);
        assert_eq!(reader.read(&mut [0; 1]), Ok(0));
        assert_eq!(writer.write(b"x"), Ok(1));
        assert_eq!(Native::open_connections(), 1);
        writer.shutdown(Shutdown::Both);
        assert_eq!(Native::open_connections(), 0);
        assert_eq!(writer.write(b"x"), Err(Error::Shutdown));
    });
    assert_eq!(stream.read(&mut [0; 1]), Ok(0));
}

/// Dropping the halves closes nothing, and options set on one apply to the stream.
#[test]
fn the_stream_outlives_its_halves() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    {
        let (mut reader, _writer) = stream.split();
        let zero = reader.set_read_timeout(Some(std::time::Duration::ZERO));
        assert_eq!(zero, Err(Error::InvalidInput));
        reader.set_read_timeout(Some(WAIT)).unwrap();
        reader.set_silence(Silence::TimedOut);
        assert_eq!(reader.read(&mut [0; 1]), Err(Error::TimedOut));
    }
    assert_eq!(stream.read_timeout(), Some(WAIT));
    assert_eq!(stream.silence(), Silence::TimedOut);
    stream.write_all(b"x").unwrap();
    let mut byte = [0];
    stream.read_exact(&mut byte).unwrap();
    assert_eq!(&byte, b"x");
}
