use crate::no_address::no_address;
use crate::{call, guest, quick, refusing_tcp};

#[test]
fn no_host_call_for_what_is_no_address() {
    let mut plugin = guest(&quick());
    for bad in &no_address() {
        for function in [
            "tcp_connect",
            "tcp_connect_embedded",
            "udp_connect",
            "udp_connect_embedded",
        ] {
            let got = call(&mut plugin, function, bad);
            assert_eq!(got, "InvalidInput", "{function}: {bad:?}");
        }
    }
    assert_eq!(plugin.report().calls.total(), 0);
}

#[test]
fn one_host_call_for_who_is_not_there() {
    let mut plugin = guest(&quick());
    // A port without a listener, reserved for this test.
    let (_port, refused) = refusing_tcp();
    let refused = refused.to_string();
    assert_eq!(
        call(&mut plugin, "tcp_connect", &refused),
        "ConnectionRefused"
    );
    // The top-level domain `invalid` is reserved for this.
    assert_eq!(
        call(&mut plugin, "tcp_connect", "nobody.invalid:80"),
        "ConnectionRefused"
    );
    assert_eq!(
        call(&mut plugin, "udp_connect", "nobody.invalid:80"),
        "ConnectionRefused"
    );
    assert_eq!(plugin.report().calls.total(), 3);
    assert_eq!(plugin.open_connections(), 0);
}
