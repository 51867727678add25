use crate::SEED;
use crate::places::{Nobody, everywhere, nowhere};
use harness_host::{Clock, Config};
use server_tests::guests::{Host, Package, call};
use server_tests::{servers, started};
use std::time::Duration;

pub fn tungstenite_talks_to_websockets(host: Host) {
    let server = started(servers::websocket_echo());
    let mut plugin = Package::Std.load("websocket", &host.config());
    let url = format!("ws://{}/", server.addr());
    assert_eq!(
        call(&mut plugin, format!("{url} Grüezi")).unwrap(),
        "Grüezi"
    );

    // Longer than a frame's short forms, and than any buffer between.
    let long = "long ".repeat(30_000);
    assert_eq!(call(&mut plugin, format!("{url} {long}")).unwrap(), long);

    let by_name = format!("ws://localhost:{}/ Hello", server.addr().port());
    assert_eq!(call(&mut plugin, by_name).unwrap(), "Hello");
}

pub fn tungstenite_waits_out_a_silence_without_a_clock() {
    let server = started(servers::websocket_echo());
    // The read timeout is six of the host's waits. Only then the plugin sends the ping that the server
    // waits for.
    let config = Config::new().clock(Clock::Fake);
    let mut plugin = Package::Std.load_with_wait("websocket", &config, Duration::from_secs(1));
    let input = format!("ws://{}/ later, Grüezi", server.addr());
    assert_eq!(call(&mut plugin, input).unwrap(), "later, Grüezi");
}

pub fn embedded_websocket_talks_to_websockets(host: Host) {
    let server = started(servers::websocket_echo());
    let addr = server.addr();
    let mut plugin = Package::NoStd.load("bare_websocket", &host.config().set("seed", SEED));
    assert_eq!(
        call(&mut plugin, format!("{addr} Grüezi")).unwrap(),
        "Grüezi"
    );
    let long = "long ".repeat(700);
    assert_eq!(call(&mut plugin, format!("{addr} {long}")).unwrap(), long);
    let by_name = format!("localhost:{} Hello", addr.port());
    assert_eq!(call(&mut plugin, by_name).unwrap(), "Hello");
}

pub fn edge_ws_talks_to_websockets(host: Host) {
    let server = started(servers::websocket_echo());
    let config = host.config().set("seed", SEED);
    let name = "bare_edge_websocket";
    let long = "long ".repeat(700);
    everywhere(name, &config, server.addr(), |call, at| {
        for message in ["Grüezi", &long] {
            assert_eq!(call(format!("{at} {message}")).unwrap(), message);
        }
    });
    nowhere(name, &config, Nobody::NameAndPort, |at| {
        format!("{at} Hello")
    });
}

pub fn tungstenite_connects_itself_to_websockets(host: Host) {
    let server = started(servers::websocket_echo());
    let config = host.config();
    let long = "long ".repeat(30_000);
    everywhere("std_tungstenite", &config, server.addr(), |call, at| {
        for message in ["Grüezi", &long] {
            assert_eq!(call(format!("ws://{at}/\n{message}")).unwrap(), message);
        }
    });
    nowhere("std_tungstenite", &config, Nobody::NameAndPort, |at| {
        format!("ws://{at}/\nHello")
    });
}
