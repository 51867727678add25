//! Invalid addresses, for the native tests and for those in wasm.

/// Returns all of them: empty, without a port or a host, with an invalid port, with characters that no name contains,
/// at any position, and with names and labels that are too long.
pub fn no_address() -> Vec<String> {
    let short = [
        "",
        ":",
        "localhost",
        "127.0.0.1",
        // The first ones lack the port.
        "::1",
        "2001:db8::1",
        "fe80::1%4",
        "[::1]",
        "localhost:",
        ":80",
        "localhost:65536",
        "127.0.0.1:65536",
        "localhost:+80",
        "localhost:-80",
        "localhost:0x50",
        "localhost:80:80",
        "local host:80",
        "user@host:80",
        "user:word@host:80",
        // Brackets inside names, and around text that is not an IPv6 address.
        "[localhost]:80",
        "[127.0.0.1]:80",
        "local[host:80",
        "local]host:80",
        "[::1:80",
        "::1]:80",
        "[[::1]]:80",
        "[::1]]:80",
        "[::1][::1]:80",
        "[::1]x:80",
        "x[::1]:80",
        "[]:80",
        "[2001:db8:]:80",
        "[:::]:80",
        "[a:b]:80",
        // Options of a command.
        "-c:80",
        "--help:80",
        // Percent signs: of an escape, and of a scope in a wrong place.
        "local%00host:80",
        "local%2ehost:80",
        "localhost%0a:80",
        "127.0.0.1%eth0:80",
        "[::1%]:80",
        "[%eth0]:80",
        "[::1%eth0%eth1]:80",
        // A path, a scheme, a list, an escape.
        "http://host:80",
        "host/path:80",
        "host,other:80",
        "host;other:80",
        "host\\other:80",
        "a..b:80",
        ".a:80",
        "b\u{fc}cher.example:80",
        "ho\u{200b}st:80",
        "host\u{ff1a}80",
    ];
    let long_name = format!("{}:80", "a.".repeat(127) + "a");
    let long_label = format!("{}.org:80", "a".repeat(64));
    let long_label_inside = format!("www.{}.org:80", "a".repeat(64));
    let short = short.into_iter().map(str::to_owned);
    short
        .chain([long_name, long_label, long_label_inside])
        .chain(with_what_no_address_has())
        .collect()
}

/// A valid address, with an invalid character at each position.
fn with_what_no_address_has() -> impl Iterator<Item = String> {
    let characters = [
        '\0', '\n', '\r', '\t', ' ', '\x0b', '\x1b', '\x7f', '\u{85}', '\u{a0}', '@', '/', '\\',
        '?', '#', '"', '\'', '<', '>', '|', '$', '&', '=', '*', '(', '{', '~', '`', '^', '!',
    ];
    characters.into_iter().flat_map(|character| {
        let good = "host.example:80";
        (0..=good.len()).map(move |at| {
            let (before, after) = good.split_at(at);
            format!("{before}{character}{after}")
        })
    })
}
