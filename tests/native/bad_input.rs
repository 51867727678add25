use crate::{Turn, v4};
use harness_wasi_sockets::{TcpStream, UdpSocket};
use std::io::ErrorKind;

/// Text that is no address. (That no host call is made for it, the tests in wasm count.)
pub const NO_ADDRESS: [&str; 14] = [
    "",
    ":",
    "localhost",
    "127.0.0.1",
    "::1",
    "[::1]",
    "localhost:",
    ":80",
    "localhost:65536",
    "127.0.0.1:65536",
    "local\0host:80",
    "localhost:80\0",
    "local host:80",
    "user@host:80",
];

#[test]
fn what_is_no_address() {
    let _turn = Turn::take();
    let long_name = format!("{}:80", "a.".repeat(127) + "a");
    let long_label = format!("{}.org:80", "a".repeat(64));
    for bad in NO_ADDRESS.into_iter().chain([&*long_name, &*long_label]) {
        // `::1` alone is read as the name "::1" without a port, or as `:` and port 1: not an address.
        let error = TcpStream::connect(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad:?}");
        let error = UdpSocket::connect(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad:?}");
    }
    let none: &[std::net::SocketAddr] = &[];
    assert_eq!(
        TcpStream::connect(none).unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
}

#[test]
fn nobody_there() {
    let _turn = Turn::take();
    // A port that was free a moment ago, and that nobody is given while the listener's socket
    // still holds it without listening.
    let holder = std::net::UdpSocket::bind((v4(), 0)).unwrap();
    let refused = holder.local_addr().unwrap();
    let error = TcpStream::connect(refused).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
    // The top-level domain `invalid` is reserved for this.
    let error = TcpStream::connect("nobody.invalid:80").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
    let error = UdpSocket::connect("nobody.invalid:80").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
}
