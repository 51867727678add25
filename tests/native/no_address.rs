//! Text that is no address, for the native tests and for those in wasm.

/// All of it: empty, without a port or a host, with a port that is none, with characters that no
/// name has, and names and labels that are too long.
pub fn no_address() -> Vec<String> {
    let short = [
        "",
        ":",
        "localhost",
        "127.0.0.1",
        "::1",
        "[::1]",
        "localhost:",
        ":80",
        "localhost:65536",
        "127.0.0.1:65536",
        "local\0host:80",
        "localhost:80\0",
        "local host:80",
        "user@host:80",
    ];
    let long_name = format!("{}:80", "a.".repeat(127) + "a");
    let long_label = format!("{}.org:80", "a".repeat(64));
    let short = short.into_iter().map(str::to_owned);
    short.chain([long_name, long_label]).collect()
}
