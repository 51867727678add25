use crate::credentials;
use server_tests::guests::{Host, Package, call};
use server_tests::servers::{USER, mosquitto};
use server_tests::started;

pub fn mqttbytes_talks_to_mosquitto(host: Host) {
    let server = started(mosquitto());
    let addr = server.addr();
    let mut plugin = Package::Std.load("mqtt", &credentials(host));
    let input = format!("{addr} beach/crab sideways, as ever");
    assert_eq!(call(&mut plugin, input).unwrap(), "sideways, as ever");
    let long = "long ".repeat(10_000);
    assert_eq!(
        call(&mut plugin, format!("{addr} beach {long}")).unwrap(),
        long
    );

    let wrong = host.config().set("user", USER).set("password", "wrong");
    let mut plugin = Package::Std.load("mqtt", &wrong);
    let error = call(&mut plugin, format!("{addr} beach hello")).unwrap_err();
    assert!(error.contains("not let in"), "{error}");
}

pub fn rust_mqtt_talks_to_mosquitto(host: Host) {
    let server = started(mosquitto());
    let addr = server.addr();
    let mut plugin = Package::NoStd.load("bare_mqtt", &credentials(host));
    let input = format!("{addr} beach/crab sideways, as ever");
    assert_eq!(call(&mut plugin, input).unwrap(), "sideways, as ever");
    let long = "long ".repeat(800);
    assert_eq!(
        call(&mut plugin, format!("{addr} beach {long}")).unwrap(),
        long
    );

    let wrong = host.config().set("user", USER).set("password", "wrong");
    let mut plugin = Package::NoStd.load("bare_mqtt", &wrong);
    let error = call(&mut plugin, format!("{addr} beach hello")).unwrap_err();
    assert!(error.contains("not let in"), "{error}");
}

pub fn mountain_mqtt_talks_to_mosquitto(host: Host) {
    let server = started(mosquitto());
    let mut plugin = Package::NoStd.load("bare_mqtt_polled", &host.config());
    let addr = server.addr_of(1);
    let input = format!("{addr} beach/crab sideways, as ever");
    assert_eq!(call(&mut plugin, input).unwrap(), "sideways, as ever");
    let long = "long ".repeat(800);
    let input = format!("{addr} beach {long}");
    assert_eq!(call(&mut plugin, input).unwrap(), long);

    let input = format!("{} beach hello", server.addr());
    let error = call(&mut plugin, input).unwrap_err();
    assert!(error.contains("not let in"), "{error}");
}
