//! What a plugin may reach: nothing by default.

mod common;

use common::{Raw, WAIT, impatient, local};
use harness_host::peers::{TcpEcho, UdpEcho};
use harness_host::{Allow, Config, icmp};

/// A host that allows these addresses.
fn allowing(allow: Allow) -> Raw {
    Raw::new(&Config::new().wait(WAIT).allow(allow))
}

#[test]
fn nobody_is_reached_by_default() {
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    for config in [Config::new(), Config::default()] {
        let mut raw = Raw::new(&config);
        assert_eq!(raw.connect("tcp", tcp.addr()), 0);
        assert_eq!(raw.connect("udp", udp.addr()), 0);
        assert_eq!(
            raw.connect("tcp", format!("localhost:{}", tcp.addr().port())),
            0
        );
        // No name is resolved: it is denied, not unknown.
        assert_eq!(raw.connect("tcp", "nobody.invalid:80"), 0);
        assert_eq!(raw.ping("127.0.0.1", b"x", 1), 0);
        assert_eq!(raw.hear(20), "");
        let report = raw.0.report();
        assert_eq!((report.opened, report.denied), (0, 5));
    }
    assert_eq!(tcp.accepted(), 0);
}

/// This machine is recognized in any notation.
#[test]
fn nothing_smuggles_in_an_address_that_is_not_allowed() {
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    let elsewhere = Allow::everything()
        .except("127.0.0.0/8".parse().unwrap())
        .except("::1".parse().unwrap());
    let only: Allow = "192.0.2.0/24".parse().unwrap();
    for allow in [elsewhere, only] {
        let mut raw = allowing(allow);
        let ways = [
            "127.0.0.1",
            "127.1.2.3",
            "localhost",
            "0.0.0.0",
            "",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:127.0.0.1]",
        ];
        for (host, denied) in ways.into_iter().zip(1..) {
            assert_eq!(raw.connect("tcp", format!("{host}:{port}")), 0, "{host:?}");
            assert_eq!(raw.connect("udp", format!("{host}:{port}")), 0, "{host:?}");
            assert_eq!(raw.0.report().denied, 2 * denied, "{host:?}");
        }
        // Other notations are names for the host; whatever the system resolves them to, it is not allowed.
        for host in [
            "LocalHost.",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
        ] {
            assert_eq!(raw.connect("tcp", format!("{host}:{port}")), 0, "{host:?}");
        }
    }
    assert_eq!(echo.accepted(), 0);
}

#[test]
fn networks_ports_and_names() {
    let (one, other) = (TcpEcho::v4().unwrap(), TcpEcho::v4().unwrap());
    let port = one.addr().port();
    let mut raw = allowing(format!("127.0.0.1:{port}").parse().unwrap());
    assert_ne!(raw.connect("tcp", one.addr()), 0);
    assert_ne!(raw.connect("tcp", format!("localhost:{port}")), 0);
    assert_eq!(raw.connect("tcp", other.addr()), 0);
    assert_eq!(raw.connect("tcp", format!("127.0.0.2:{port}")), 0);
    assert_eq!(raw.0.report().denied, 2);

    let mut raw = allowing(Allow::loopback().without_names());
    assert_ne!(raw.connect("tcp", one.addr()), 0);
    assert_eq!(raw.connect("tcp", format!("localhost:{port}")), 0);
    assert_eq!(raw.0.report().denied, 1);
}

/// The target of a redirect must be allowed; the original address need not be.
#[test]
fn a_redirect_is_checked_where_it_leads() {
    let echo = TcpEcho::v4().unwrap();
    let to = echo.addr().to_string();
    let mut raw = Raw::new(&local().redirect("192.0.2.1:80", &to));
    assert_ne!(raw.connect("tcp", "192.0.2.1:80"), 0);
    let config = Config::new().allow("192.0.2.1".parse().unwrap());
    let mut raw = Raw::new(&config.redirect("192.0.2.1:80", &to));
    assert_eq!(raw.connect("tcp", "192.0.2.1:80"), 0);
}

/// ICMP is sent to and received from allowed addresses only.
#[test]
fn pings_are_denied_too() {
    let mut raw = allowing("192.0.2.0/24".parse().unwrap());
    assert_eq!(raw.ping("127.0.0.1", b"x", 1), 0);
    assert_eq!(raw.ping("localhost", b"x", 1), 0);
    assert_eq!(raw.0.report().denied, 2);
    // A rule for one port does not allow ICMP, which has no ports.
    let mut raw = allowing("127.0.0.0/8:80".parse().unwrap());
    assert_eq!(raw.ping("127.0.0.1", b"x", 1), 0);
    assert_eq!(raw.0.report().denied, 1);

    let test = "pings_are_denied_too, what is heard";
    if icmp::allowed_or_skipped(test) {
        // Others constantly ping this machine, and the plugin must not receive that.
        let mut deaf = allowing("192.0.2.0/24".parse().unwrap());
        let mut pinger = Raw::new(&impatient());
        std::thread::scope(|scope| {
            let heard = scope.spawn(move || deaf.hear(300));
            while !heard.is_finished() {
                assert_eq!(pinger.ping("127.0.0.1", b"not for you", 800), 1);
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            assert_eq!(heard.join().unwrap(), "");
        });
    }
}
