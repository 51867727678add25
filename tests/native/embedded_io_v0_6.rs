//! The traits of `embedded-io` 0.6, as a crate that uses them sees them.

use crate::nal_async::now;
use crate::{PATIENCE, Turn, refusing_tcp};
use embedded_io_async_v0_6 as io_async;
use embedded_io_v0_6::{BufRead, Error as _, ErrorKind, Read, ReadExactError, ReadReady, Write};
use harness_host::peers::LineServer;
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::{BlockingAsync, Shutdown, TcpStream};

fn talk(mut stream: impl BufRead<Error = Error> + ReadReady, mut to: impl Write<Error = Error>) {
    to.write_all(b"hello\n").unwrap();
    to.flush().unwrap();
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let buffered = stream.fill_buf().unwrap();
        line.extend_from_slice(buffered);
        let len = buffered.len();
        assert_eq!(stream.read_ready(), Ok(true), "something is buffered");
        stream.consume(len);
    }
    assert_eq!(line, b"you said: hello\n");
}

async fn talk_async<S>(stream: &mut S)
where
    S: io_async::Read<Error = Error> + io_async::Write + ReadReady,
{
    stream.write_all(b"again\n").await.unwrap();
    stream.flush().await.unwrap();
    while !stream.read_ready().unwrap() {}
    let mut line = [0; 16];
    stream.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"you said: again\n");
}

#[test]
fn a_stream_its_halves_and_their_errors() {
    let _turn = Turn::with_wait(PATIENCE);
    let server = LineServer::v4().unwrap();
    let mut stream = TcpStream::connect(server.addr()).unwrap();
    let (reader, writer) = stream.split();
    talk(reader, writer);
    Write::write_all(&mut &stream, b"by reference\n").unwrap();
    Read::read_exact(&mut stream, &mut [0; 23]).unwrap();
    let mut stream = BlockingAsync(stream);
    now(talk_async(&mut stream));

    let mut stream = stream.0;
    stream.shutdown(Shutdown::Both);
    let end = Read::read_exact(&mut stream, &mut [0; 1]);
    assert_eq!(end, Err(ReadExactError::UnexpectedEof));
    let (_port, refused) = refusing_tcp();
    let refused = TcpStream::connect(refused).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}
