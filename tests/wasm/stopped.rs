//! Extism stops a call in the middle of the library's work, because its memory or its time is used up. The plugin can
//! be called again, and works.

use crate::faults::{LAYERS, afterwards};
use crate::{call, eventually, guest, quick, v4};
use harness_host::peers::{Stop, TcpEcho, TcpPeer, UdpEcho};
use harness_host::{Config, Error, Fault, Faults, Plugin};
use std::io::{Read, Write};
use std::net::UdpSocket;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3_600);

/// Extism stops a plugin that exceeds its memory limit. It can be called again.
#[test]
fn out_of_memory() {
    let echo = TcpEcho::v4().unwrap();
    let mut plugin = guest(&quick().memory_pages(40));
    let round = format!("{} 1000 1000", echo.addr());
    for _ in 0..3 {
        let error = plugin.call("faults_block", b"100000000").unwrap_err();
        assert!(matches!(error, Error::OutOfMemory(_)), "{error}");
        let got = call(&mut plugin, "faults_tcp", &round);
        assert_eq!(got, "wrote 1000 ok, read 1000 ok");
        assert_eq!(call(&mut plugin, "faults_block", "1000"), "Ok(1000)");
    }
    assert_eq!(plugin.open_connections(), 0);
}

/// The host itself has no memory for what it has received: it can only return 0, and breaks the connection, so that no
/// later bytes take their place. The plugin reads EOF.
#[test]
fn out_of_memory_at_the_host() {
    const MUCH: usize = 8 * 1024 * 1024;
    let peer = TcpPeer::start(v4(), |mut stream, _| stream.write_all(&vec![7; 2 * MUCH])).unwrap();
    let faults = Faults::default().at("tcp_recv", 1, Fault::OverLong);
    let config = quick().memory_pages(40).faults(faults.over_long_by(MUCH));
    let address = peer.addr().to_string();
    // On a busy machine so little may have arrived that there is memory for it: then retry once.
    let taken = |_| {
        let mut plugin = guest(&config);
        let got = call(&mut plugin, "faults_memory_taken", &address);
        (got == "Ok(0) Ok(0) 0").then_some(plugin)
    };
    let mut plugin = (0..20)
        .find_map(taken)
        .expect("more than there is memory for");
    let got = call(&mut plugin, "faults_memory_taken", &address);
    assert_eq!(got, "Ok(100) Ok(100) 0");
    afterwards(&plugin, Fault::OverLong);
}

/// Runs a test in a host that waits an hour for a silent peer, with short calls. On a busy machine a call with work to
/// do may not finish in time: then it is retried once with more time.
fn with_little_time(test: impl Fn(&Config) -> Result<(), Error>) {
    for seconds in [2, 10, 60] {
        let limit = Duration::from_secs(seconds);
        match test(&quick().wait(HOUR).call_timeout(limit)) {
            Err(Error::TimedOut(_)) if seconds < 60 => {}
            outcome => return outcome.unwrap(),
        }
    }
}

/// Calls a function that has work to do, which may be stopped before it is done.
fn work(plugin: &mut Plugin, function: &str, input: &str) -> Result<String, Error> {
    let output = plugin.call(function, input.as_bytes())?;
    assert_eq!(plugin.live_blocks(), Some(0), "{function}({input})");
    Ok(String::from_utf8(output).expect("text"))
}

/// The host's time limit ends a read.
#[test]
fn a_call_that_is_stopped_in_a_read() {
    with_little_time(|config| {
        let (silent, echo) = (
            TcpPeer::start(v4(), wait_for_the_end).unwrap(),
            TcpEcho::v4().unwrap(),
        );
        let mut plugin = guest(config);
        let input = format!("{} 10 10", silent.addr());
        let error = plugin.call("faults_tcp", input.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::TimedOut(_)), "{error}");
        // Its connection is still open: the plugin was not called any more.
        if plugin.open_connections() == 0 {
            // It was stopped before it had one.
            return Err(error);
        }
        let round = format!("{} 1000 1000", echo.addr());
        for layer in LAYERS {
            let got = work(&mut plugin, layer, &round)?;
            assert_eq!(got, "wrote 1000 ok, read 1000 ok");
        }
        assert_eq!(plugin.open_connections(), 1);
        drop(plugin);
        eventually("the connection closes", || silent.open() == 0);
        Ok(())
    });
}

/// A stream that was being read when the host stopped the call is broken, and returns an error: it does not panic, nor
/// wait for a call that never continues.
#[test]
fn a_stream_whose_read_was_stopped_is_broken() {
    with_little_time(|config| {
        let silent = TcpPeer::start(v4(), wait_for_the_end).unwrap();
        let mut plugin = guest(config);
        let address = silent.addr().to_string();
        work(&mut plugin, "faults_keep_stream", &address)?;
        let error = plugin.call("faults_use_stream", b"").unwrap_err();
        assert!(matches!(error, Error::TimedOut(_)), "{error}");
        if plugin.report().calls.get("tcp_recv") == 0 {
            // It was stopped before it read.
            return Err(error);
        }
        for _ in 0..2 {
            // Reading was stopped; written data still arrives.
            let got = work(&mut plugin, "faults_use_stream", "")?;
            assert_eq!(got, "BrokenPipe BrokenPipe BrokenPipe Ok(1)");
        }
        Ok(())
    });
}

/// A UDP socket holds no lock while the host works for it: after a stop during a connect it continues to work.
#[test]
fn a_socket_whose_connect_was_stopped_goes_on() {
    with_little_time(|config| {
        let echo = UdpEcho::v4().unwrap();
        let address = echo.addr().to_string();
        let faults = Faults::default().at("udp_connect", 1, Fault::Stall);
        let config = config.clone().connect_wait(HOUR).faults(faults);
        let mut plugin = guest(&config);
        let error = plugin
            .call("faults_use_socket", address.as_bytes())
            .unwrap_err();
        assert!(matches!(error, Error::TimedOut(_)), "{error}");
        if plugin.report().calls.get("udp_connect") == 0 {
            // It was stopped before it connected.
            return Err(error);
        }
        for _ in 0..2 {
            let got = work(&mut plugin, "faults_use_socket", &address)?;
            assert_eq!(got, "Ok(1)");
        }
        // Other sockets are not affected.
        let got = work(&mut plugin, "faults_udp", &format!("{address} 1 0"))?;
        assert_eq!(got, "Ok(100)");
        // The first one is still there.
        assert_eq!(plugin.open_connections(), 1);
        Ok(())
    });
}

/// Nor while it waits for one of several peers: after a stop there it continues to work with all of them, and can still
/// remove them.
#[test]
fn a_socket_whose_receive_was_stopped_goes_on() {
    let silent = UdpSocket::bind((v4(), 0)).unwrap();
    let silent = silent.local_addr().unwrap();
    let echo = UdpEcho::v4().unwrap();
    with_little_time(|config| {
        let mut plugin = guest(config);
        for _ in 0..2 {
            let input = format!("{} {silent}", echo.addr());
            let error = plugin
                .call("udp_kept_receive", input.as_bytes())
                .unwrap_err();
            assert!(matches!(error, Error::TimedOut(_)), "{error}");
            if plugin.report().calls.get("udp_recv") == 0 {
                // It was stopped before it received.
                return Err(error);
            }
            let input = format!("{silent} {}", echo.addr());
            let got = work(&mut plugin, "udp_kept_receive", &input)?;
            assert_eq!(got, format!("Ok((5, {}))", echo.addr()));
            assert_eq!(plugin.open_connections(), 2);
        }
        let got = work(&mut plugin, "udp_kept_connect", &echo.addr().to_string())?;
        assert_eq!(got, "Ok(5)");
        assert_eq!(plugin.open_connections(), 1);
        Ok(())
    });
}

/// Reads until the plugin closes the connection.
fn wait_for_the_end(mut stream: std::net::TcpStream, stop: &Stop) -> std::io::Result<()> {
    while !stop.is_set() {
        if let Ok(0) = stream.read(&mut [0; 100]) {
            break;
        }
    }
    Ok(())
}
