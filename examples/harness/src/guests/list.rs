//! The list of example guests.

use crate::wasm::Target;

/// An example guest. Each exports `run`, and takes text as input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Example {
    /// The name of its source file, or of its folder.
    pub name: &'static str,
    /// The package that it belongs to.
    pub package: &'static str,
    /// A short description.
    pub about: &'static str,
    /// The form of its input.
    pub input: &'static str,
    /// The target that it is built for.
    pub target: Target,
    /// The server that it needs, if [`peers`](crate::peers) has none for it.
    pub server: Option<&'static str>,
}

/// Examples that need only the library: start with these.
pub const EXAMPLES: [Example; 9] = [
    example(
        "tcp_echo",
        "ADDRESS [MESSAGE]",
        "sends a message to a TCP echo server",
    ),
    example(
        "tcp_lines",
        "ADDRESS [WORDS]",
        "talks to a TCP server line by line",
    ),
    example(
        "udp_echo",
        "ADDRESS [MESSAGE]",
        "sends a datagram to a UDP echo server",
    ),
    example(
        "icmp_echo",
        "TARGET [MESSAGE]",
        "pings a host by hand; needs the right to open raw sockets",
    ),
    example(
        "icmp_ping",
        "TARGET [COUNT [MESSAGE]]",
        "pings a host several times; needs the right to open raw sockets",
    ),
    example(
        "http_get",
        "HOST:PORT/PATH",
        "fetches a page over plain HTTP",
    ),
    example(
        "udp_proxy",
        "DATAGRAM; --set address=ADDRESS",
        "hands its input to a UDP server and back, without copying either",
    ),
    example(
        "other_module",
        "ADDRESS [MESSAGE]",
        "imports the host functions from another module",
    ),
    Example {
        package: "tiny",
        target: Target::Unknown,
        ..example(
            "tiny",
            "ADDRESS [MESSAGE]",
            "a TCP client without std, an allocator or WASI",
        )
    },
];

/// Examples that use popular crates: with std, without std, and with crates that open their sockets with `std::net`
/// themselves.
pub const CRATES: [Example; 37] = [
    over(
        "websocket",
        "URL [MESSAGE]",
        "WebSocket, with tungstenite",
        Some("a WebSocket echo"),
    ),
    over("http", "a URL a line", "HTTP, with ureq", None),
    over(
        "tls",
        "ADDRESS NAME REQUEST; --set authority=PEM",
        "TLS, with rustls",
        Some("a TLS server"),
    ),
    over(
        "https",
        "URL; --set authority=PEM",
        "HTTPS, with ureq and rustls",
        Some("a web server with TLS"),
    ),
    over(
        "host_http",
        "a URL a line",
        "HTTP and HTTPS by the host, with the types of http",
        None,
    ),
    over(
        "own_ip",
        "[URL]",
        "its own IP address, with Client and serde",
        Some("a web service, or the Internet"),
    ),
    over(
        "redis",
        "ADDRESS, and a command a line; [--set password=]",
        "Redis, with redis-protocol",
        Some("Redis"),
    ),
    over(
        "postgres",
        "ADDRESS QUERY; --set user=, password=, database=",
        "PostgreSQL, with postgres-protocol",
        Some("PostgreSQL"),
    ),
    over(
        "mailbox",
        "ADDRESS, and a message; --set user=, password=",
        "IMAP, with imap",
        Some("an IMAP server"),
    ),
    over(
        "mqtt",
        "ADDRESS TOPIC MESSAGE; [--set user=, password=]",
        "MQTT 3.1.1, with mqttbytes",
        Some("an MQTT broker"),
    ),
    over(
        "dns",
        "SERVER NAME TYPE",
        "DNS, with simple-dns",
        Some("a name server"),
    ),
    over("ntp", "ADDRESS", "NTP, with sntpc", Some("a time server")),
    over(
        "coap",
        "ADDRESS PATH [CONTENT]",
        "CoAP, with coap-lite",
        Some("a CoAP server"),
    ),
    over("statsd", "ADDRESS PREFIX", "StatsD, with cadence", None),
    bare(
        "bare_http",
        "URL, and a path a line",
        "HTTP without std, with reqwless",
        None,
    ),
    bare(
        "bare_https",
        "URL; --set authority=PEM, seed=HEX",
        "HTTPS without std, with reqwless and embedded-tls",
        Some("a web server with TLS"),
    ),
    bare(
        "bare_edge_http",
        "HOST:PORT, and a path a line",
        "HTTP without std, with edge-http",
        None,
    ),
    bare(
        "bare_tls",
        "ADDRESS NAME REQUEST; --set authority=PEM, seed=HEX",
        "TLS 1.3 without std, with embedded-tls",
        Some("a TLS server"),
    ),
    bare(
        "bare_mqtt",
        "ADDRESS TOPIC MESSAGE; --set user=, password=",
        "MQTT 5 without std, with rust-mqtt",
        Some("an MQTT broker"),
    ),
    bare(
        "bare_websocket",
        "ADDRESS MESSAGE; --set seed=HEX",
        "WebSocket without std, with embedded-websocket",
        Some("a WebSocket echo"),
    ),
    bare(
        "bare_mqtt_polled",
        "ADDRESS TOPIC MESSAGE",
        "MQTT 5 without std, with mountain-mqtt",
        Some("an MQTT broker that lets everybody in"),
    ),
    bare(
        "bare_edge_websocket",
        "HOST:PORT MESSAGE; --set seed=HEX",
        "WebSocket without std, with edge-ws",
        Some("a WebSocket echo"),
    ),
    bare(
        "bare_ntp",
        "ADDRESS",
        "NTP without std, with sntpc",
        Some("a time server"),
    ),
    unmodified(
        "std_attohttpc",
        "a URL a line",
        "HTTP, with attohttpc",
        None,
    ),
    unmodified("std_minreq", "a URL a line", "HTTP, with minreq", None),
    unmodified("std_ureq", "a URL a line", "HTTP, with ureq", None),
    unmodified(
        "std_redis",
        "ADDRESS, and a command a line; [--set password=]",
        "Redis, with redis",
        Some("Redis"),
    ),
    unmodified(
        "std_suppaftp",
        "ADDRESS, mode and content, a line each; --set user=, password=",
        "FTP, with suppaftp",
        Some("an FTP server"),
    ),
    unmodified(
        "std_tungstenite",
        "URL and message, a line each",
        "WebSocket, with tungstenite",
        Some("a WebSocket echo"),
    ),
    unmodified(
        "std_imap",
        "ADDRESS and subject, a line each; --set user=, password=",
        "IMAP, with imap",
        Some("an IMAP server"),
    ),
    unmodified(
        "std_rsntp",
        "ADDRESS",
        "NTP, with rsntp",
        Some("a time server"),
    ),
    unmodified(
        "std_rsdns",
        "ADDRESS NAME",
        "DNS, with rsdns",
        Some("a name server"),
    ),
    unmodified(
        "std_cadence",
        "ADDRESS PREFIX",
        "StatsD, with cadence",
        None,
    ),
    unmodified("std_statsd", "ADDRESS PREFIX", "StatsD, with statsd", None),
    unmodified(
        "std_modbus",
        "ADDRESS and numbers",
        "Modbus TCP, with modbus",
        Some("a Modbus server"),
    ),
    unmodified(
        "std_snmp",
        "ADDRESS COMMUNITY",
        "SNMP 2c, with snmp",
        Some("an SNMP agent"),
    ),
    unmodified(
        "std_beanstalkc",
        "ADDRESS and job, a line each",
        "a work queue, with beanstalkc",
        Some("beanstalkd"),
    ),
];

impl Example {
    /// Returns whether it must be built with harness-std, because its crates use `std::net`.
    pub fn needs_harness_std(&self) -> bool {
        self.package == UNMODIFIED
    }

    /// Returns the feature of its package that enables its crates, if the package has such features.
    pub(super) fn feature(&self) -> Option<&'static str> {
        match self.package {
            "crate-guests" => Some(self.name),
            UNMODIFIED => self.name.strip_prefix("std_"),
            "no-std-crate-guests" if self.name == "bare_https" => Some("https"),
            _ => None,
        }
    }
}

/// The package of the examples that are built with harness-std.
const UNMODIFIED: &str = "unmodified-guests";

const fn example(name: &'static str, input: &'static str, about: &'static str) -> Example {
    Example {
        name,
        package: "harness-wasi-sockets",
        about,
        input,
        target: Target::Wasip1,
        server: None,
    }
}

/// An example with std that uses a crate.
const fn over(
    name: &'static str,
    input: &'static str,
    about: &'static str,
    server: Option<&'static str>,
) -> Example {
    Example {
        package: "crate-guests",
        server,
        ..example(name, input, about)
    }
}

/// An example without std that uses a crate.
const fn bare(
    name: &'static str,
    input: &'static str,
    about: &'static str,
    server: Option<&'static str>,
) -> Example {
    Example {
        package: "no-std-crate-guests",
        target: Target::Unknown,
        ..over(name, input, about, server)
    }
}

/// An example with std that uses a crate which opens its sockets itself.
const fn unmodified(
    name: &'static str,
    input: &'static str,
    about: &'static str,
    server: Option<&'static str>,
) -> Example {
    Example {
        package: UNMODIFIED,
        ..over(name, input, about, server)
    }
}
