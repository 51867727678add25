//! The options of sockets, one by one: hints are stored, and options without a host function return `Unsupported`. Run
//! in wasm, and by the native tests.

use harness_wasi_sockets::{Ipv4Addr, Ipv6Addr, TcpStream, UdpSocket};
use std::io::{ErrorKind, Result};
use std::time::Duration;

const SECOND: Option<Duration> = Some(Duration::from_secs(1));
const ZERO: Option<Duration> = Some(Duration::ZERO);

fn kind<T>(result: Result<T>) -> ErrorKind {
    match result {
        Ok(_) => panic!("it worked"),
        Err(error) => error.kind(),
    }
}

/// Checks that all of these return an error of kind `Unsupported`.
macro_rules! unsupported {
    ($socket:ident: $($method:ident($($arg:expr),*))*) => {
        $(assert_eq!(
            kind($socket.$method($($arg),*)),
            ErrorKind::Unsupported,
            stringify!($method),
        );)*
    };
}

/// Checks the options of a new stream.
pub fn tcp(stream: &TcpStream) -> Result<()> {
    assert_eq!(stream.read_timeout()?, Some(Duration::from_secs(30)));
    stream.set_read_timeout(SECOND)?;
    assert_eq!(stream.read_timeout()?, SECOND);
    stream.set_read_timeout(None)?;
    assert_eq!(stream.read_timeout()?, None);
    assert_eq!(kind(stream.set_read_timeout(ZERO)), ErrorKind::InvalidInput);

    assert_eq!(stream.write_timeout()?, None);
    stream.set_write_timeout(SECOND)?;
    assert_eq!(stream.try_clone()?.write_timeout()?, SECOND);
    assert_eq!(
        kind(stream.set_write_timeout(ZERO)),
        ErrorKind::InvalidInput
    );

    assert!(!stream.nodelay()?);
    stream.set_nodelay(true)?;
    assert!(stream.nodelay()?);

    assert!(stream.take_error()?.is_none());
    stream.set_nonblocking(false)?;
    unsupported!(stream: set_nonblocking(true) set_ttl(64) ttl() local_addr());
    assert!(format!("{stream:?}").starts_with("TcpStream"));
    Ok(())
}

/// Checks the options of a new socket.
pub fn udp(socket: &UdpSocket) -> Result<()> {
    assert_eq!(socket.read_timeout()?, Some(Duration::from_secs(5)));
    socket.set_read_timeout(SECOND)?;
    assert_eq!(socket.read_timeout()?, SECOND);
    socket.set_read_timeout(None)?;
    assert_eq!(socket.read_timeout()?, None);
    assert_eq!(kind(socket.set_read_timeout(ZERO)), ErrorKind::InvalidInput);

    assert_eq!(socket.write_timeout()?, None);
    socket.set_write_timeout(SECOND)?;
    assert_eq!(socket.try_clone()?.write_timeout()?, SECOND);
    assert_eq!(
        kind(socket.set_write_timeout(ZERO)),
        ErrorKind::InvalidInput
    );

    assert!(!socket.broadcast()?);
    socket.set_broadcast(true)?;
    assert!(socket.broadcast()?);

    assert!(socket.take_error()?.is_none());
    socket.set_nonblocking(false)?;
    let (v4, v6) = (
        Ipv4Addr::new(224, 0, 0, 1),
        Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1),
    );
    unsupported!(socket:
        set_nonblocking(true) set_ttl(64) ttl() local_addr()
        set_multicast_loop_v4(true) multicast_loop_v4()
        set_multicast_ttl_v4(1) multicast_ttl_v4()
        set_multicast_loop_v6(true) multicast_loop_v6()
        join_multicast_v4(&v4, &Ipv4Addr::UNSPECIFIED) join_multicast_v6(&v6, 0)
        leave_multicast_v4(&v4, &Ipv4Addr::UNSPECIFIED) leave_multicast_v6(&v6, 0)
    );
    assert!(format!("{socket:?}").starts_with("UdpSocket"));
    Ok(())
}
