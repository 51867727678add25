use crate::credentials;
use harness_host::Config;
use server_tests::guests::{Package, call};
use server_tests::servers::{USER, dovecot};
use server_tests::started;

pub fn imap_leaves_messages_in_dovecot_and_lists_them() {
    let server = started(dovecot());
    let addr = server.addr();
    let mut plugin = Package::Std.load("mailbox", &credentials());
    assert_eq!(call(&mut plugin, addr.to_string()).unwrap(), "");
    let first = format!("{addr}\nFrom: crab@example.org\nSubject: Sideways\n\nHello.\n");
    assert_eq!(call(&mut plugin, first).unwrap(), "Sideways\n");
    // Larger than what goes over the wire in one piece.
    let body = "All work and no play.\n".repeat(5_000);
    let second = format!("{addr}\nFrom: crab@example.org\nSubject: Long\n\n{body}");
    assert_eq!(call(&mut plugin, second).unwrap(), "Sideways\nLong\n");

    let wrong = Config::new().set("user", USER).set("password", "wrong");
    let mut plugin = Package::Std.load("mailbox", &wrong);
    let error = call(&mut plugin, addr.to_string()).unwrap_err();
    assert!(
        error.to_lowercase().contains("authentication failed"),
        "{error}"
    );
}
