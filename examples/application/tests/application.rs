//! Tests the application with plugins of this repository.

use harness_host::guests;
use harness_host::peers::{TcpEcho, UdpEcho};
use std::process::{Command, Output};

fn application(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_application"));
    command.args(arguments).output().unwrap()
}

fn plugin(name: &str) -> String {
    let path = guests::example(name).expect("the example");
    path.to_str().expect("a path that is text").to_owned()
}

#[test]
fn its_plugins_have_sockets() {
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let (first, second) = (plugin("tcp_echo"), plugin("udp_echo"));
    let output = application(&[
        "--allow",
        "loopback",
        &first,
        &format!("{} over TCP", tcp.addr()),
        &second,
        &format!("{} over UDP", udp.addr()),
    ]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let expected = format!("{first}: over TCP\n{second}: over UDP\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    let did = "2 connections, 16 bytes sent, 16 received, 0 denied, 0 over a limit; 0 still open";
    assert!(said.contains(did), "{said}");
}

#[test]
fn nothing_is_reached_that_is_not_allowed() {
    let tcp = TcpEcho::v4().unwrap();
    let output = application(&[&plugin("tcp_echo"), &format!("{} hello", tcp.addr())]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    let denied = format!("tcp_connect to {}: not allowed", tcp.addr());
    assert!(
        said.contains("denied: plugin ") && said.contains(&denied),
        "{said}"
    );
    assert!(
        said.contains("0 connections, 0 bytes sent, 0 received, 1 denied"),
        "{said}"
    );
    assert_eq!(tcp.accepted(), 0);
}
