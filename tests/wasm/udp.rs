use crate::{
    PATIENCE, call, dialects, eventually, guest, ipv6, patient, quick, refusing_udp, run, v4,
};
use harness_host::peers::UdpEcho;

#[test]
fn datagrams_come_back_whole_and_apart() {
    for config in dialects().map(|config| config.wait(PATIENCE)) {
        let echo = UdpEcho::v4().unwrap();
        let peer = run(&config, "udp_echo", &echo.addr().to_string());
        assert_eq!(peer, format!("Ok({})", echo.addr()));
        if ipv6("datagrams_come_back_whole_and_apart, its IPv6 part") {
            let echo = UdpEcho::v6().unwrap();
            let peer = run(&config, "udp_echo", &echo.addr().to_string());
            assert_eq!(peer, format!("Ok({})", echo.addr()));
        }
    }
}

#[test]
fn where_a_datagram_came_from() {
    let echo = UdpEcho::v4().unwrap();
    let mut plugin = guest(&patient());
    for address in [
        echo.addr().to_string(),
        format!("localhost:{}", echo.addr().port()),
    ] {
        let from = call(&mut plugin, "udp_recv_from", &address);
        assert_eq!(from, format!("Ok((4, {}))", echo.addr()));
    }
}

#[test]
fn silence_times_out() {
    let silent = std::net::UdpSocket::bind((v4(), 0)).unwrap();
    let address = silent.local_addr().unwrap().to_string();
    assert_eq!(run(&quick(), "udp_silence", &address), "TimedOut");
    // If nobody listens the host gets an error and returns at once. (If it does so late, on a busy machine, it looks
    // like silence.)
    let (_port, nobody) = refusing_udp();
    eventually("it is told at once", || {
        let got = run(&quick(), "udp_silence", &nobody.to_string());
        assert!(["WouldBlock", "TimedOut"].contains(&&*got), "{got}");
        got == "WouldBlock"
    });
}

#[test]
fn one_socket_and_several_peers() {
    let echoes = [(); 3].map(|()| UdpEcho::v4().unwrap());
    let addresses = echoes
        .each_ref()
        .map(|echo| echo.addr().to_string())
        .join(" ");
    let mut plugin = guest(&patient());
    assert_eq!(call(&mut plugin, "udp_several", &addresses), "3");
    assert_eq!(plugin.open_connections(), 0);
    // A peer that has replied is not waited for again.
    assert_eq!(plugin.report().calls.get("udp_recv"), 3);
}

/// A peer that was silent is not waited for before every other from then on.
#[test]
fn a_silent_peer_costs_one_wait() {
    let silent = std::net::UdpSocket::bind((v4(), 0)).unwrap();
    let echo = UdpEcho::v4().unwrap();
    let mut plugin = guest(&quick());
    let addresses = format!("{} {}", echo.addr(), silent.local_addr().unwrap());
    let before = call(&mut plugin, "udp_silent_peer", &addresses);
    let before: u64 = before.parse().unwrap();
    assert_eq!(plugin.report().calls.get("udp_recv") - before, 1 + 5);
}

#[test]
fn a_peek_takes_nothing() {
    let echo = UdpEcho::v4().unwrap();
    run(&patient(), "udp_peek", &echo.addr().to_string());
}

#[test]
fn options() {
    let echo = UdpEcho::v4().unwrap();
    run(&quick(), "udp_options", &echo.addr().to_string());
}
