use crate::{call, dialects, guest, ipv6, pattern, quick, refusing_tcp, run, v4};
use harness_host::peers::{LineServer, TcpEcho, TcpPeer};
use std::io::Write;

#[test]
fn every_size_comes_back_whole() {
    for config in dialects() {
        let echo = TcpEcho::v4().unwrap();
        let peer = run(&config, "tcp_echo", &echo.addr().to_string());
        assert_eq!(peer, format!("Ok({})", echo.addr()));
        if ipv6("every_size_comes_back_whole, its IPv6 part") {
            let echo = TcpEcho::v6().unwrap();
            let peer = run(&config, "tcp_echo", &echo.addr().to_string());
            assert_eq!(peer, format!("Ok({})", echo.addr()));
        }
    }
}

#[test]
fn every_form_of_address_reaches_its_peer() {
    let echo = TcpEcho::v4().unwrap();
    let (addr, port) = (echo.addr(), echo.addr().port());
    let mut plugin = guest(&quick());
    for form in ["text", "string", "addr", "pair", "several"] {
        let peer = call(&mut plugin, "tcp_forms", &format!("{form} {addr}"));
        assert_eq!(peer, format!("Ok({addr})"), "{form}");
    }
    for form in ["text", "string", "pair"] {
        let peer = call(
            &mut plugin,
            "tcp_forms",
            &format!("{form} localhost:{port}"),
        );
        assert_eq!(peer, format!("Ok({addr})"), "{form}");
    }
    assert_eq!(plugin.open_connections(), 0);

    if ipv6("every_form_of_address_reaches_its_peer, its IPv6 part") {
        let echo = TcpEcho::v6().unwrap();
        let addr = echo.addr();
        for form in ["text", "string", "addr", "several"] {
            let peer = call(&mut plugin, "tcp_forms", &format!("{form} {addr}"));
            assert_eq!(peer, format!("Ok({addr})"), "{form}");
        }
        // Nobody listens there on 127.0.0.1: `localhost` falls back to ::1.
        let peer = call(
            &mut plugin,
            "tcp_forms",
            &format!("text localhost:{}", addr.port()),
        );
        assert_eq!(peer, format!("Ok({addr})"));
    }
}

#[test]
fn a_name_is_resolved_by_the_host() {
    // Only the host can resolve the machine's own name, if it is not `localhost`.
    let echo = TcpEcho::v4().unwrap();
    let name = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    let name = name
        .lines()
        .filter_map(|line| line.strip_prefix("127.0.0.1"))
        .flat_map(str::split_whitespace)
        .find(|name| *name != "localhost" && !name.starts_with('#'));
    let Some(name) = name else {
        harness_host::skipped(
            "a_name_is_resolved_by_the_host",
            "127.0.0.1 has no second name",
        );
        return;
    };
    let peer = run(
        &quick(),
        "tcp_forms",
        &format!("text {name}:{}", echo.addr().port()),
    );
    assert_eq!(
        peer, "Unsupported",
        "only the host knows the peer's address"
    );
}

#[test]
fn slices_of_no_length_reach_no_host() {
    let echo = TcpEcho::v4().unwrap();
    let mut plugin = guest(&quick());
    call(&mut plugin, "tcp_zero_length", &echo.addr().to_string());
    let calls = plugin.report().calls;
    assert_eq!((calls.get("tcp_connect"), calls.get("tcp_close")), (1, 1));
    assert_eq!(calls.total(), 2, "{calls}");
}

#[test]
fn slices_are_gathered_and_scattered() {
    let echo = TcpEcho::v4().unwrap();
    run(&quick(), "tcp_vectored_and_peek", &echo.addr().to_string());
}

#[test]
fn to_the_end_and_after() {
    for len in [0, 1, 8, 4_096, 4_097, 1_000_000] {
        let peer = TcpPeer::start(v4(), move |mut stream, _| stream.write_all(&pattern(len)));
        let peer = peer.unwrap();
        run(
            &quick(),
            "tcp_to_the_end",
            &format!("{} {len}", peer.addr()),
        );
    }
}

#[test]
fn halves_that_are_shut() {
    let echo = TcpEcho::v4().unwrap();
    let mut plugin = guest(&quick());
    call(&mut plugin, "tcp_shutdown", &echo.addr().to_string());
    assert_eq!(plugin.open_connections(), 0);
    let calls = plugin.report().calls;
    assert_eq!(
        calls.get("tcp_connect"),
        calls.get("tcp_close"),
        "closed once each: {calls}"
    );
}

#[test]
fn lines() {
    for config in dialects() {
        let server = LineServer::v4().unwrap();
        let answers = run(&config, "tcp_lines", &server.addr().to_string());
        assert_eq!(
            answers,
            "you said: first\nyou said: \nyou said: the third\n"
        );
    }
}

#[test]
fn a_stream_outlives_a_call() {
    let echo = TcpEcho::v4().unwrap();
    let mut plugin = guest(&quick());
    call(&mut plugin, "tcp_keep", &echo.addr().to_string());
    assert_eq!(plugin.open_connections(), 1);
    // Each call leaves half of its echo for the next one.
    let mut got = String::new();
    for _ in 0..4 {
        got += &call(&mut plugin, "tcp_use_kept", "0123456789");
    }
    assert_eq!(got, "01234567890123456789");
    call(&mut plugin, "tcp_drop_kept", "");
    assert_eq!(plugin.open_connections(), 0);
}

#[test]
fn options() {
    let echo = TcpEcho::v4().unwrap();
    run(&quick(), "tcp_options", &echo.addr().to_string());
}

#[test]
fn connecting_within_a_time() {
    let echo = TcpEcho::v4().unwrap();
    let connect = |addr, ms| run(&quick(), "tcp_connect_timeout", &format!("{addr} {ms}"));
    assert_eq!(connect(echo.addr(), 60_000), "Ok(())");
    assert_eq!(connect(echo.addr(), 0), "InvalidInput");
    let (_port, refused) = refusing_tcp();
    assert_eq!(connect(refused, 60_000), "ConnectionRefused");
}
