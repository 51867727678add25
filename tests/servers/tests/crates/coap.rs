use server_tests::guests::{Host, Package, call};
use server_tests::{servers, started};

pub fn coap_lite_gets_and_puts_at_libcoap(host: Host) {
    let server = started(servers::coap());
    let addr = server.addr();
    let mut plugin = Package::Std.load("coap", &host.config());
    let mut ask = |request: &str| call(&mut plugin, format!("{addr} {request}")).unwrap();

    assert!(ask("/").starts_with("Content This is a test server"));
    assert_eq!(ask("/crab sideways"), "Created ");
    assert_eq!(ask("/crab"), "Content sideways");
    assert_eq!(ask("/crab forwards"), "Changed ");
    assert_eq!(ask("/crab"), "Content forwards");
    assert_eq!(ask("/lobster"), "NotFound Not Found");
    // The answer comes on its own, later than the acknowledgement of the request.
    assert!(ask("/async?1").starts_with("Content "));
}
