use crate::no_address::no_address;
use crate::{Turn, refusing_tcp};
use harness_wasi_sockets::{TcpStream, UdpSocket};
use std::io::ErrorKind;

#[test]
fn what_is_no_address() {
    let _turn = Turn::take();
    // (The tests in wasm check that it causes no host call.)
    for bad in no_address() {
        let error = TcpStream::connect(&bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad:?}");
        let error = UdpSocket::connect(&bad).unwrap_err();
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
    let (_port, refused) = refusing_tcp();
    let error = TcpStream::connect(refused).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
    // The top-level domain `invalid` is reserved for this.
    let error = TcpStream::connect("nobody.invalid:80").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
    let error = UdpSocket::connect("nobody.invalid:80").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
}
