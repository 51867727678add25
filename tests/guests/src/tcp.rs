//! TCP.

use crate::{outcome, panics, pattern};
use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::{Error, Shutdown, SocketAddr, TcpStream};
use std::io::{BufRead, BufReader, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::sync::Mutex;

/// Over an echo server: data of every size comes back complete, whatever the sizes of the reads.
#[plugin_fn]
pub fn tcp_echo(address: String) -> FnResult<String> {
    panics::report();
    let mut stream = TcpStream::connect(&address)?;
    let sizes = (0..=40).chain([4_095, 4_096, 4_097, 65_535, 65_536, 65_537, 100_000]);
    for size in sizes {
        let sent = pattern(size);
        for chunk in [1, 7, 8, 9, 4_096, 70_000] {
            stream.write_all(&sent)?;
            let mut got = vec![0; size];
            for part in got.chunks_mut(chunk) {
                stream.read_exact(part)?;
            }
            assert!(got == sent, "{size} bytes, read {chunk} at a time");
        }
    }
    Ok(outcome(stream.peer_addr()))
}

/// Over an echo server: empty slices succeed without a host call.
#[plugin_fn]
pub fn tcp_zero_length(address: String) -> FnResult<()> {
    panics::report();
    let mut stream = TcpStream::connect(address)?;
    assert_eq!(stream.write(&[])?, 0);
    assert_eq!(
        stream.write_vectored(&[IoSlice::new(&[]), IoSlice::new(&[])])?,
        0
    );
    assert_eq!(stream.read(&mut [])?, 0);
    assert_eq!(stream.read_vectored(&mut [IoSliceMut::new(&mut [])])?, 0);
    assert_eq!(stream.peek(&mut [])?, 0);
    stream.flush()?;
    Ok(())
}

/// Over an echo server: vectored writes and reads; a peek consumes nothing.
#[plugin_fn]
pub fn tcp_vectored_and_peek(address: String) -> FnResult<()> {
    panics::report();
    let mut stream = TcpStream::connect(address)?;
    let parts = [&b"one, "[..], b"", b"twenty-two, ", b"3"];
    let n = stream.write_vectored(&parts.map(IoSlice::new))?;
    assert_eq!(n, 18, "all of it, in one call");

    // The echo may arrive in pieces: a peek shows what has arrived, and a read takes as much.
    let mut seen = [0; 18];
    let peeked = stream.peek(&mut seen)?;
    let (mut head, mut tail) = ([0; 4], [0; 14]);
    let n = stream.read_vectored(&mut [IoSliceMut::new(&mut head), IoSliceMut::new(&mut tail)])?;
    assert!(n >= peeked, "{n} of the {peeked} bytes that were there");
    let mut got = [head.as_slice(), &tail].concat();
    stream.read_exact(&mut got[n..])?;
    assert_eq!(got, b"one, twenty-two, 3");
    assert_eq!(
        got[..peeked],
        seen[..peeked],
        "what was peeked at was still there"
    );
    Ok(())
}

/// Over a server that sends `pattern(len)` and closes: `ADDRESS LEN`.
#[plugin_fn]
pub fn tcp_to_the_end(input: String) -> FnResult<()> {
    panics::report();
    let (address, len) = input.split_once(' ').expect("ADDRESS LEN");
    let mut stream = TcpStream::connect(address)?;
    let mut got = Vec::new();
    stream.read_to_end(&mut got)?;
    assert!(
        got == pattern(len.parse().expect("a length")),
        "{} bytes",
        got.len()
    );
    assert_eq!(stream.read(&mut [0; 8])?, 0, "the end stays the end");
    assert_eq!(stream.peek(&mut [0; 8])?, 0);
    Ok(())
}

/// Over an echo server: halves that are shut down stay so, and the other half keeps working.
#[plugin_fn]
pub fn tcp_shutdown(address: String) -> FnResult<()> {
    panics::report();
    let mut stream = TcpStream::connect(&address)?;
    stream.write_all(b"echo")?;
    stream.shutdown(Shutdown::Write)?;
    assert_eq!(outcome(stream.write(b"more")), "BrokenPipe");
    let mut echo = [0; 4];
    stream.read_exact(&mut echo)?;
    assert_eq!(&echo, b"echo");
    stream.shutdown(Shutdown::Read)?;
    assert_eq!(stream.read(&mut echo)?, 0);

    let stream = TcpStream::connect(&address)?;
    let mut clone = stream.try_clone()?;
    clone.write_all(b"echo")?;
    stream.shutdown(Shutdown::Both)?;
    assert_eq!(clone.read(&mut echo)?, 0);
    let error = clone.write(b"x").expect_err("it is closed");
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    let ours = error.get_ref().and_then(|error| error.downcast_ref());
    assert_eq!(
        ours,
        Some(&Error::Shutdown),
        "the library's own error is inside"
    );
    Ok(())
}

/// Over a line server: `BufReader` and `read_line`, over `&stream` in both directions.
#[plugin_fn]
pub fn tcp_lines(address: String) -> FnResult<String> {
    panics::report();
    let stream = TcpStream::connect(address)?;
    let mut reader = BufReader::new(&stream);
    let mut answers = String::new();
    for line in ["first", "", "the third"] {
        writeln!(&stream, "{line}")?;
        reader.read_line(&mut answers)?;
    }
    Ok(answers)
}

/// Connects with the form of address that `FORM` selects, `FORM ADDRESS`, and returns the peer.
#[plugin_fn]
pub fn tcp_forms(input: String) -> FnResult<String> {
    panics::report();
    let (form, address) = input.split_once(' ').expect("FORM ADDRESS");
    let stream = match form {
        "text" => TcpStream::connect(address),
        "string" => TcpStream::connect(address.to_owned()),
        "addr" => TcpStream::connect(address.parse::<SocketAddr>().expect("a socket address")),
        "pair" => {
            let (host, port) = address.rsplit_once(':').expect("HOST:PORT");
            TcpStream::connect((host, port.parse().expect("a port")))
        }
        "several" => {
            // Nothing listens on port 1 of loopback: the second address accepts.
            let first = SocketAddr::from(([127, 0, 0, 1], 1));
            TcpStream::connect(&[first, address.parse().expect("a socket address")][..])
        }
        _ => panic!("no such form: {form}"),
    };
    Ok(outcome(stream?.peer_addr()))
}

static KEPT: Mutex<Option<TcpStream>> = Mutex::new(None);

/// Connects, and keeps the connection for the next call.
#[plugin_fn]
pub fn tcp_keep(address: String) -> FnResult<()> {
    panics::report();
    *KEPT.lock().expect("one thread") = Some(TcpStream::connect(address)?);
    Ok(())
}

/// Sends its input over the kept connection to an echo server, and returns half as much of the echo: some of it may be
/// left from the previous call.
#[plugin_fn]
pub fn tcp_use_kept(message: Vec<u8>) -> FnResult<Vec<u8>> {
    panics::report();
    let mut kept = KEPT.lock().expect("one thread");
    let stream = kept.as_mut().expect("kept");
    stream.write_all(&message)?;
    let mut got = vec![0; message.len() / 2];
    stream.read_exact(&mut got)?;
    Ok(got)
}

/// Closes the kept connection.
#[plugin_fn]
pub fn tcp_drop_kept() -> FnResult<()> {
    panics::report();
    *KEPT.lock().expect("one thread") = None;
    Ok(())
}

/// Over any server: the options.
#[plugin_fn]
pub fn tcp_options(address: String) -> FnResult<()> {
    panics::report();
    Ok(crate::options::tcp(&TcpStream::connect(address)?)?)
}

/// Connects with a timeout in milliseconds, `ADDRESS MS`, and returns the result.
#[plugin_fn]
pub fn tcp_connect_timeout(input: String) -> FnResult<String> {
    panics::report();
    let (address, ms) = input.split_once(' ').expect("ADDRESS MS");
    let address = address.parse().expect("a socket address");
    let timeout = std::time::Duration::from_millis(ms.parse().expect("milliseconds"));
    Ok(outcome(
        TcpStream::connect_timeout(&address, timeout).map(drop),
    ))
}
