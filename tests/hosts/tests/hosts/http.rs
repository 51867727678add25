//! `http_request`: the working cases against nginx, the failures against the harness's peers.

use crate::nginx::{BIG, Nginx, nginx_or_skipped};
use data_encoding::BASE64;
use harness_host::peers::{self, HttpServer, TcpEcho, TcpPeer};
use harness_host::wasm::Target;
use harness_host::{Allow, Config, Plugin, guests};
use host_tests::{Host, Run};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The plugin that passes its input to `http_request`.
pub fn plugin() -> &'static Path {
    static PLUGIN: LazyLock<PathBuf> = LazyLock::new(|| {
        let text = include_str!("../../../../examples/harness/tests/common/http.wat");
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("http.wasm");
        std::fs::write(&file, wat::parse_str(text).unwrap()).unwrap();
        file
    });
    &PLUGIN
}

fn nginx() -> Nginx {
    nginx_or_skipped("http").expect("nginx")
}

/// A response.
struct Got {
    status: u64,
    headers: Value,
    body: Vec<u8>,
}

impl Got {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A host, and its options.
struct Client {
    host: &'static Host,
    options: Vec<(&'static str, String)>,
}

impl Client {
    /// May reach loopback, with a long time limit.
    fn new(host: &'static Host) -> Self {
        Client {
            host,
            options: Vec::new(),
        }
        .with("--allow", "loopback")
        .with("--http-wait", "60000")
    }

    fn with(mut self, option: &'static str, value: impl ToString) -> Self {
        self.options.retain(|(name, _)| *name != option);
        self.options.push((option, value.to_string()));
        self
    }

    /// Trusts this server's authority.
    fn trusting(self, nginx: &Nginx) -> (Self, tempfile::NamedTempFile) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(nginx.authority.as_bytes()).unwrap();
        (self.with("--ca", file.path().display()), file)
    }

    fn ask(&self, method: &str, url: &str, headers: &[&str], body: &str) -> Option<Got> {
        let lines = match headers {
            [] => String::new(),
            lines => serde_json::to_string(lines).unwrap(),
        };
        let input = format!("{method}\n{url}\n{lines}\n{body}");
        let mut run = Run::new(plugin(), "http_request", &input).option("--no-wasi");
        for (name, value) in &self.options {
            run = run.with(name, value);
        }
        let outcome = run.on(self.host);
        assert_eq!(outcome.calls_of("http_request"), 1);
        let json = outcome.output.expect("the plugin does not fail");
        if json.is_empty() {
            return None;
        }
        let json: Value = serde_json::from_slice(&json).unwrap();
        Some(Got {
            status: json["status"].as_u64().unwrap(),
            headers: json["headers"].clone(),
            body: BASE64
                .decode(json["body"].as_str().unwrap().as_bytes())
                .unwrap(),
        })
    }

    fn get(&self, url: &str) -> Option<Got> {
        self.ask("GET", url, &[], "")
    }
}

/// A peer that reads a request's headers, sends this response, and closes.
fn says(response: impl Into<Vec<u8>>) -> TcpPeer {
    let response = response.into();
    TcpPeer::start(Ipv4Addr::LOCALHOST.into(), move |mut stream, _| {
        read_head(&mut stream);
        stream.write_all(&response)
    })
    .unwrap()
}

/// A peer that sends this, after a request if it is `asked`, and then a byte now and then.
fn drips(start: &'static [u8], asked: bool, byte: u8) -> TcpPeer {
    TcpPeer::start(Ipv4Addr::LOCALHOST.into(), move |mut stream, stop| {
        if asked {
            read_head(&mut stream);
        }
        stream.write_all(start)?;
        while !stop.is_set() {
            stream.write_all(&[byte])?;
            sleep(Duration::from_millis(20));
        }
        Ok(())
    })
    .unwrap()
}

fn read_head(stream: &mut TcpStream) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    let deadline = Instant::now() + Duration::from_secs(60);
    while !head.ends_with(b"\r\n\r\n") && Instant::now() < deadline {
        match stream.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => head.push(byte[0]),
            Err(_) => {}
        }
    }
}

fn url(peer: &TcpPeer) -> String {
    format!("http://{}/", peer.addr())
}

pub fn http_requests_arrive_and_are_answered(host: &'static Host) {
    let nginx = nginx();
    let (client, _ca) = Client::new(host).trusting(&nginx);
    let by_name = format!("https://localhost:{}/hello.txt", nginx.https.port());
    for url in [
        nginx.url("/hello.txt"),
        nginx.secure_url("/hello.txt"),
        by_name,
    ] {
        let got = client.get(&url).unwrap();
        assert_eq!(
            (got.status, got.text()),
            (200, "Hello from nginx.\n"),
            "{url}"
        );
        assert_eq!(got.headers["Content-Type"], json!(["text/plain"]));
        // It was compressed, and chunked.
        for name in ["Content-Encoding", "Content-Length", "Transfer-Encoding"] {
            assert!(got.headers.get(name).is_none(), "{name}");
        }
    }
    let packed = client.ask(
        "GET",
        &nginx.url("/hello.txt"),
        &["accept-encoding: gzip"],
        "",
    );
    let packed = packed.unwrap();
    assert_eq!(packed.headers["Content-Encoding"], json!(["gzip"]));
    assert_eq!(packed.body[..2], [0x1f, 0x8b]);
    assert_eq!(client.get(&nginx.url("/nothing")).unwrap().status, 404);
    let cookies = client.get(&nginx.url("/cookies")).unwrap();
    assert_eq!(cookies.headers["Set-Cookie"], json!(["a=1", "b=2"]));
    assert_eq!(cookies.body, b"");
    let big = client.get(&nginx.secure_url("/big.bin")).unwrap();
    assert!(big.body.len() == BIG && big.body.iter().all(|byte| *byte == b'x'));
    let headers = [
        "authorization: a b",
        "Content-Type: x/y",
        "X-OTHER: e: f",
        "Host: a.example",
    ];
    let shown = client
        .ask("PATCH", &nginx.url("/shown"), &headers, "{}")
        .unwrap();
    assert_eq!(shown.text(), "PATCH 127.0.0.1|a b||x/y|e: f|harness-host");
    for method in ["POST", "DELETE"] {
        let said = client.ask(
            method,
            &nginx.url("/post"),
            &["Content-Length: 2"],
            "some body",
        );
        assert_eq!(said.unwrap().text(), format!("{method} some body"));
    }
    let head = client.ask("HEAD", &nginx.url("/big.bin"), &[], "").unwrap();
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.headers["Content-Length"], json!([BIG.to_string()]));
    let login = format!("http://user:word@{}/shown", nginx.http);
    let shown = client.get(&login).unwrap();
    assert_eq!(
        shown.text(),
        "GET 127.0.0.1|Basic dXNlcjp3b3Jk||||harness-host"
    );
    if peers::has_ipv6() {
        let server = HttpServer::v6().unwrap();
        let got = client.get(&format!("http://{}/", server.addr())).unwrap();
        assert_eq!(got.text(), HttpServer::BODY);
    }
    for wrong in [
        "",
        "127.0.0.1",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http://",
        "http:///",
    ] {
        assert!(client.get(wrong).is_none(), "{wrong}");
    }
    for line in ["no colon", "A: b\r\nC: d", ": x", "A B: c"] {
        assert!(
            client
                .ask("GET", &nginx.url("/hello.txt"), &[line], "")
                .is_none(),
            "{line}"
        );
    }
    for method in ["G T", "CONNECT"] {
        assert!(
            client
                .ask(method, &nginx.url("/hello.txt"), &[], "")
                .is_none(),
            "{method}"
        );
    }
}

/// Plugins that use the library: the output is that of the reference host.
pub fn http_plugins_over_the_library_are_the_same(host: &'static Host) {
    let nginx = nginx();
    let (client, _ca) = Client::new(host).trusting(&nginx);
    let guest = guests::package("http-guest", Target::Wasip1).expect("the guest");
    let config = Config::new().allow(Allow::loopback());
    let config = config.http_wait(Duration::from_secs(60));
    let config = config.trust(nginx.authority.as_bytes()).unwrap();
    let mut reference = Plugin::from_file(&guest, &config).unwrap();
    for site in [nginx.url(""), nginx.secure_url("")] {
        for (function, input) in [
            ("documented", site.clone()),
            ("get", format!("{site}/cookies")),
            ("get", "file:///etc/passwd".to_owned()),
            ("get", format!("{site}/loop")),
        ] {
            let expected = reference.call(function, input.as_bytes()).unwrap();
            let mut run = Run::new(&guest, function, &input);
            for (name, value) in &client.options {
                run = run.with(name, value);
            }
            let [expected, output] = [String::from_utf8(expected).unwrap(), run.on(host).text()]
                .map(without_what_changes);
            assert_eq!(output, expected, "{function} {input}");
        }
    }
}

/// Removes the time of day and each client's connection headers, and sorts: the order of different headers is
/// unspecified.
fn without_what_changes(output: String) -> Vec<String> {
    let changes = |line: &str| line.starts_with("Date: ") || line.starts_with("Connection: ");
    let lines = output.lines().filter(|line| !changes(line));
    let mut lines: Vec<_> = lines.map(str::to_owned).collect();
    lines.sort();
    lines
}

pub fn http_requests_follow_redirects(host: &'static Host) {
    let nginx = nginx();
    let (client, _ca) = Client::new(host).trusting(&nginx);
    let headers = [
        "Authorization: a",
        "Cookie: c",
        "X-Other: x",
        "Content-Type: t",
    ];
    for (status, method) in [(301, "GET"), (303, "GET"), (307, "POST"), (308, "POST")] {
        let got = client.ask(
            "POST",
            &nginx.url(&format!("/{status}?to=/post")),
            &[],
            "body",
        );
        let body = if method == "POST" { "body" } else { "" };
        assert_eq!(got.unwrap().text(), format!("{method} {body}"), "{status}");
        // Another port is another origin.
        let from = nginx.url(&format!("/{status}?to={}", nginx.secure_url("/shown")));
        let got = client.ask("POST", &from, &headers, "body").unwrap();
        let kind = if method == "POST" { "t" } else { "" };
        assert_eq!(
            got.text(),
            format!("{method} 127.0.0.1|||{kind}|x|harness-host"),
            "{status}"
        );
    }
    let got = client
        .ask("GET", &nginx.url("/302?to=/shown"), &headers, "")
        .unwrap();
    assert!(
        got.text().starts_with("GET 127.0.0.1|a|c|"),
        "{}",
        got.text()
    );
    // At most ten.
    for (count, status) in [(10, Some(200)), (11, None)] {
        let from = nginx.url(&format!("/count/{}", "x".repeat(count)));
        assert_eq!(client.get(&from).map(|got| got.status), status, "{count}");
    }
    assert!(
        client
            .get(&nginx.url("/302?to=file:///etc/passwd"))
            .is_none()
    );
}

pub fn http_requests_reach_nothing_that_is_not_allowed(host: &'static Host) {
    let nginx = nginx();
    // Only one port of 127.0.0.1 is allowed.
    let client = Client::new(host).with("--allow", nginx.http);
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    for to in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://127.1:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        format!("http://[::1]:{}/", nginx.http.port()),
        format!("https://user@127.0.0.1:{port}/"),
    ] {
        assert!(client.get(&to).is_none(), "{to}");
        // And as the target of a redirect.
        assert!(
            client.get(&nginx.url(&format!("/302?to={to}"))).is_none(),
            "{to}"
        );
    }
    assert_eq!(echo.accepted(), 0);
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{}/hello.txt", nginx.http.port());
        assert_eq!(client.get(&url).unwrap().status, 200, "{url}");
    }
    let url = nginx.url("/hello.txt");
    let nothing = Client {
        host,
        options: Vec::new(),
    };
    assert!(nothing.get(&url).is_none());
}

pub fn http_requests_trust_nobody_but_who_is_named(host: &'static Host) {
    let (nginx, other) = (nginx(), self::nginx());
    assert!(
        Client::new(host)
            .get(&nginx.secure_url("/hello.txt"))
            .is_none()
    );
    let (client, _ca) = Client::new(host).trusting(&other);
    assert!(client.get(&nginx.secure_url("/hello.txt")).is_none());
    assert!(client.get(&other.secure_url("/hello.txt")).is_some());
    // Trusted, but for another name.
    assert!(
        client
            .get(&format!("https://{}/hello.txt", other.stranger))
            .is_none()
    );
    let by_name = format!("https://localhost:{}/hello.txt", other.stranger.port());
    assert!(client.get(&by_name).is_none());
}

pub fn http_requests_end_in_time(host: &'static Host) {
    let silent = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |_stream, stop| {
        while !stop.is_set() {
            sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    let silent = silent.unwrap();
    let header = drips(b"HTTP/1.1 200 OK\r\nX-Long: ", true, b'x');
    let body = drips(
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        true,
        b'x',
    );
    // A TLS record of 16 KiB, one byte at a time.
    let handshake = drips(&[22, 3, 3, 0x40, 0], false, 2);
    let slow = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        read_head(&mut stream);
        sleep(Duration::from_millis(200));
        stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
    });
    let slow = slow.unwrap();
    let client = Client::new(host).with("--http-wait", 500);
    for url in [
        url(&silent),
        url(&header),
        url(&body),
        url(&slow),
        format!("https://{}/", silent.addr()),
        format!("https://{}/", handshake.addr()),
    ] {
        let start = Instant::now();
        assert!(client.get(&url).is_none(), "{url}");
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(500), "{url}: {took:?}");
        assert!(took < Duration::from_secs(60), "{url}: {took:?}");
    }
    assert!(slow.accepted() <= 3, "{}", slow.accepted());
}

pub fn http_bodies_are_limited_and_whole(host: &'static Host) {
    let nginx = nginx();
    let client = |most: usize| Client::new(host).with("--max-body", most);
    let posts = |most, body| {
        client(most)
            .ask("POST", &nginx.url("/post"), &[], body)
            .is_some()
    };
    // `POST nine byte` comes back.
    assert!(posts(14, "nine byte"));
    assert!(!posts(13, "nine byte"));
    assert!(!posts(8, "nine byte"));
    // The limit is for the decoded body.
    let bomb = include_bytes!("zeros.gz");
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    let bomb = says([head.as_bytes(), bomb].concat());
    assert!(client(1 << 16).get(&url(&bomb)).is_none());
    let zeros = client(1 << 20).get(&url(&bomb)).unwrap().body;
    assert!(zeros.len() == 1 << 20 && zeros.iter().all(|byte| *byte == 0));
    let client = Client::new(host);
    let whole = says("HTTP/1.1 200 OK\r\nx-a-b: 1\r\n\r\nuntil it ends");
    let got = client.get(&url(&whole)).unwrap();
    assert_eq!(
        (got.text(), &got.headers["X-A-B"]),
        ("until it ends", &json!(["1"]))
    );
    let empty = says("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(client.get(&url(&empty)).unwrap().text(), "");
    for response in [
        "",
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nshort",
    ] {
        assert!(client.get(&url(&says(response))).is_none(), "{response:?}");
    }
    // Compressed, and truncated.
    let cut = [head.as_bytes(), &include_bytes!("zeros.gz")[..200]].concat();
    assert!(client.get(&url(&says(cut))).is_none());
}
