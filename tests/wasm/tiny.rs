use crate::{call, quick, v4};
use harness_host::peers::{TcpEcho, TcpPeer};
use harness_host::{Plugin, guests};
use std::io::Write;

fn tiny() -> Plugin {
    let wasm = guests::example("tiny").expect("the guest `tiny`");
    // Without WASI: a plugin that imported any of it would not load.
    Plugin::from_file(wasm, &quick().wasi(false)).expect("a plugin")
}

#[test]
fn it_echoes_without_std_and_without_wasi() {
    let echo = TcpEcho::v4().unwrap();
    let (addr, port) = (echo.addr(), echo.addr().port());
    let mut plugin = tiny();
    assert_eq!(call(&mut plugin, "run", &addr.to_string()), "Hello, tiny!");
    assert_eq!(
        call(&mut plugin, "run", &format!("localhost:{port} by name")),
        "by name"
    );
    assert_eq!(plugin.open_connections(), 0);
    if crate::ipv6("it_echoes_without_std_and_without_wasi, its IPv6 part") {
        let echo = TcpEcho::v6().unwrap();
        assert_eq!(
            call(&mut plugin, "run", &format!("{} six", echo.addr())),
            "six"
        );
    }
}

#[test]
fn it_reports_what_does_not_work() {
    let mut plugin = tiny();
    let mut fails = |input: &[u8], text: &str| {
        let error = plugin.call("run", input).unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    };
    fails(b"no address", "could not connect");
    fails(b"localhost:65536", "could not connect");
    fails(&[b'x'; 257], "the input is too long");
    // A peer that closes before the whole echo has arrived.
    let peer = TcpPeer::start(v4(), |mut stream, _| stream.write_all(b"Hel")).unwrap();
    fails(peer.addr().to_string().as_bytes(), "no reply");
    // Only the last of these reached the host.
    assert_eq!(plugin.report().calls.get("tcp_connect"), 1);
    assert_eq!(plugin.live_blocks(), Some(0));
    assert_eq!(plugin.open_connections(), 0);
}
