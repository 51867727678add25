//! The tests of each crate also run in a host like production, where they must set configuration values, which
//! production never has. This tests the plugins' output without them.

use server_tests::guests::{Host, Package, call};

pub fn what_needs_a_configuration_says_so() {
    let missing = |package: Package, name: &str, input: &str, words: &str| {
        let mut plugin = package.load(name, &Host::Production.config());
        let error = call(&mut plugin, input).unwrap_err();
        assert!(error.contains(words), "{name}: {error}");
        assert_eq!(plugin.report().calls.get("tcp_connect"), 0, "{name}");
    };
    for (name, input, words) in [
        ("tls", "127.0.0.1:9 localhost GET /", "`authority`"),
        ("https", "https://127.0.0.1:9/", "`authority`"),
        ("postgres", "127.0.0.1:9 SELECT 1", "`user`"),
        ("mailbox", "127.0.0.1:9", "`user`"),
    ] {
        missing(Package::Std, name, input, words);
    }
    for (name, input, words) in [
        (
            "bare_tls",
            "127.0.0.1:9 localhost GET /",
            "configured for authority",
        ),
        (
            "bare_https",
            "https://127.0.0.1:9/",
            "configured for authority",
        ),
        ("bare_websocket", "127.0.0.1:9 hello", "configured for seed"),
        (
            "bare_edge_websocket",
            "127.0.0.1:9 hello",
            "configured for seed",
        ),
    ] {
        missing(Package::NoStd, name, input, words);
    }
}
