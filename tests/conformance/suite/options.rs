//! The options of sockets.

use super::net::{TcpStream, UdpSocket};
use super::{Peers, differences, outcome};
use std::time::Duration;

const ZERO: Option<Duration> = Some(Duration::ZERO);

/// Timeouts to set and to get; std's may come back rounded to the system's tick.
const TIMEOUTS: [Option<Duration>; 3] = [
    Some(Duration::from_secs(2)),
    None,
    Some(Duration::from_secs(3_600)),
];

pub fn timeouts_are_what_was_set(peers: &Peers) {
    let stream = peers.tell("echo");
    let socket = peers.udp();
    for timeout in TIMEOUTS {
        stream.set_read_timeout(timeout).unwrap();
        assert_eq!(stream.read_timeout().unwrap(), timeout);
        stream.set_write_timeout(timeout).unwrap();
        assert_eq!(stream.write_timeout().unwrap(), timeout);
        socket.set_read_timeout(timeout).unwrap();
        assert_eq!(socket.read_timeout().unwrap(), timeout);
        socket.set_write_timeout(timeout).unwrap();
        assert_eq!(socket.write_timeout().unwrap(), timeout);
    }
}

pub fn timeouts_of_zero_are_refused(peers: &Peers) {
    let stream = peers.tell("echo");
    let before = stream.read_timeout().unwrap();
    assert_eq!(outcome(stream.set_read_timeout(ZERO)), "InvalidInput");
    assert_eq!(stream.read_timeout().unwrap(), before);
    assert_eq!(outcome(stream.set_write_timeout(ZERO)), "InvalidInput");
    let socket = peers.udp();
    assert_eq!(outcome(socket.set_read_timeout(ZERO)), "InvalidInput");
    assert_eq!(outcome(socket.set_write_timeout(ZERO)), "InvalidInput");
}

pub fn the_first_timeouts(peers: &Peers) {
    let stream = TcpStream::connect(peers.tcp).unwrap();
    let first = stream.read_timeout().unwrap();
    differences::READ_TIMEOUT.check(first, None, Some(Duration::from_secs(30)));
    assert_eq!(stream.write_timeout().unwrap(), None);
    let socket = super::udp_to(peers.udp[0]).unwrap();
    let first = socket.read_timeout().unwrap();
    differences::RECEIVE_TIMEOUT.check(first, None, Some(Duration::from_secs(5)));
    assert_eq!(socket.write_timeout().unwrap(), None);
}

pub fn clones_share_their_timeouts(peers: &Peers) {
    let stream = peers.tell("echo");
    let clone = stream.try_clone().unwrap();
    let socket = peers.udp();
    let clone_of_socket = socket.try_clone().unwrap();
    for timeout in TIMEOUTS {
        clone.set_read_timeout(timeout).unwrap();
        assert_eq!(stream.read_timeout().unwrap(), timeout);
        clone_of_socket.set_read_timeout(timeout).unwrap();
        assert_eq!(socket.read_timeout().unwrap(), timeout);
    }
}

pub fn flags_are_what_was_set(peers: &Peers) {
    let stream = peers.tell("echo");
    assert!(!stream.nodelay().unwrap());
    let socket = peers.udp();
    assert!(!socket.broadcast().unwrap());
    for flag in [true, false] {
        stream.set_nodelay(flag).unwrap();
        assert_eq!(stream.nodelay().unwrap(), flag);
        socket.set_broadcast(flag).unwrap();
        assert_eq!(socket.broadcast().unwrap(), flag);
    }
}

pub fn sending_to_everybody(peers: &Peers) {
    let Some(everybody) = peers.everybody else {
        return;
    };
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let sent = outcome(socket.send_to(b"unasked", everybody));
    differences::BROADCAST.check(sent.as_str(), "PermissionDenied", "Ok(7)");
    if sent == "Ok(7)" {
        assert_eq!(peers.ask("heard"), "unasked");
    }
    socket.set_broadcast(true).unwrap();
    assert_eq!(socket.send_to(b"allowed", everybody).unwrap(), 7);
    assert_eq!(peers.ask("heard"), "allowed");
    // Also connected.
    super::connect_udp(&socket, everybody).unwrap();
    assert_eq!(socket.send(b"again").unwrap(), 5);
    assert_eq!(peers.ask("heard"), "again");
}

pub fn no_error_is_pending(peers: &Peers) {
    assert!(peers.tell("echo").take_error().unwrap().is_none());
    assert!(peers.udp().take_error().unwrap().is_none());
}

pub fn waiting_can_be_asked_for_and_may_not_be_turned_off(peers: &Peers) {
    let stream = peers.tell("echo");
    stream.set_nonblocking(false).unwrap();
    let set = outcome(stream.set_nonblocking(true));
    differences::NONBLOCKING.check(set, "Ok(())", "Unsupported");
    let socket = peers.udp();
    socket.set_nonblocking(false).unwrap();
    let set = outcome(socket.set_nonblocking(true));
    differences::NONBLOCKING.check(set, "Ok(())", "Unsupported");
}

pub fn the_time_to_live(peers: &Peers) {
    let stream = peers.tell("echo");
    let socket = peers.udp();
    for set in [stream.set_ttl(64), socket.set_ttl(64)] {
        differences::TTL.check(outcome(set), "Ok(())", "Unsupported");
    }
    for ttl in [stream.ttl(), socket.ttl()] {
        differences::TTL.check(outcome(ttl), "Ok(64)", "Unsupported");
    }
}

pub fn multicast(peers: &Peers) {
    let socket = peers.udp();
    let set = outcome(socket.set_multicast_loop_v4(true));
    differences::MULTICAST.check(set, "Ok(())", "Unsupported");
    let set = outcome(socket.set_multicast_ttl_v4(3));
    differences::MULTICAST.check(set, "Ok(())", "Unsupported");
}
