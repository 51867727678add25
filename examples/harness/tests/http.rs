//! `http_request`: the working cases against nginx, the failures against the harness's peers.
#![cfg(feature = "http")]

mod common;
#[path = "common/nginx.rs"]
mod nginx;

use common::{PATIENCE, local};
use data_encoding::BASE64;
use harness_host::peers::{self, TcpEcho, TcpPeer};
use harness_host::{Allow, Config, Denied, Fault, Faults, Plugin, Why};
use nginx::{BIG, Nginx, nginx_or_skipped};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than any request takes, unless the machine hangs.
fn config() -> Config {
    local().http_wait(PATIENCE)
}

struct Http(Plugin);

/// A response.
#[derive(Debug)]
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

impl Http {
    fn new(config: &Config) -> Self {
        Http(Plugin::new(include_bytes!("common/http.wat"), config).unwrap())
    }

    /// Returns the JSON; empty for the host's 0.
    fn raw(&mut self, method: &str, url: &str, headers: &str, body: &[u8]) -> Vec<u8> {
        let head = format!("{method}\n{url}\n{headers}\n");
        let input = [head.as_bytes(), body].concat();
        let output = self.0.call("http_request", &input).unwrap();
        assert_eq!(self.0.live_blocks(), Some(0), "a block leaks");
        output
    }

    fn ask(&mut self, method: &str, url: &str, headers: &[&str], body: &[u8]) -> Option<Got> {
        let lines = match headers {
            [] => String::new(),
            lines => serde_json::to_string(lines).unwrap(),
        };
        let json = self.raw(method, url, &lines, body);
        if json.is_empty() {
            return None;
        }
        let json: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json.as_object().unwrap().len(), 3);
        Some(Got {
            status: json["status"].as_u64().unwrap(),
            headers: json["headers"].clone(),
            body: BASE64
                .decode(json["body"].as_str().unwrap().as_bytes())
                .unwrap(),
        })
    }

    fn get(&mut self, url: &str) -> Option<Got> {
        self.ask("GET", url, &[], b"")
    }
}

/// Also records what is denied.
fn watched(config: Config) -> (Config, Arc<Mutex<Vec<Denied>>>) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let config = config.on_denied(move |denied| heard.lock().unwrap().push(denied.clone()));
    (config, events)
}

/// A peer that reads a request's headers, sends this response, and closes.
fn says(response: impl Into<Vec<u8>>) -> TcpPeer {
    let response = response.into();
    TcpPeer::start(Ipv4Addr::LOCALHOST.into(), move |mut stream, _| {
        let _ = read_head(&mut stream);
        stream.write_all(&response)
    })
    .unwrap()
}

fn read_head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    let deadline = Instant::now() + PATIENCE;
    while !head.ends_with(b"\r\n\r\n") && Instant::now() < deadline {
        match stream.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => head.push(byte[0]),
            Err(_) => {}
        }
    }
    String::from_utf8(head).unwrap()
}

fn url(peer: &TcpPeer) -> String {
    format!("http://{}/", peer.addr())
}

fn trusting(nginx: &Nginx) -> Config {
    config().trust(nginx.authority.as_bytes()).unwrap()
}

#[test]
fn get_over_http_and_https() {
    let Some(nginx) = nginx_or_skipped("get_over_http_and_https") else {
        return;
    };
    let mut http = Http::new(&trusting(&nginx));
    let by_name = format!("https://localhost:{}/hello.txt", nginx.https.port());
    for url in [
        nginx.url("/hello.txt"),
        nginx.secure_url("/hello.txt"),
        by_name,
    ] {
        let got = http.get(&url).unwrap();
        assert_eq!(
            (got.status, got.text()),
            (200, "Hello from nginx.\n"),
            "{url}"
        );
        assert_eq!(got.headers["Content-Type"][0], "text/plain");
        // The body was compressed, which the plugin need not know.
        assert!(got.headers.get("Content-Encoding").is_none());
        assert!(got.headers.get("Content-Length").is_none());
    }
    let report = http.0.report();
    assert_eq!(
        (report.calls.get("http_request"), report.bytes_received),
        (3, 54)
    );
    assert_eq!(http.get(&nginx.url("/nothing")).unwrap().status, 404);
    let cookies = http.get(&nginx.url("/cookies")).unwrap();
    assert_eq!(
        cookies.headers["Set-Cookie"],
        serde_json::json!(["a=1", "b=2"])
    );
    assert_eq!(cookies.body, b"");
    let big = http.get(&nginx.secure_url("/big.bin")).unwrap();
    assert!(big.body.len() == BIG && big.body.iter().all(|byte| *byte == b'x'));
    assert_eq!(big.headers["Content-Length"][0], BIG.to_string());
}

#[test]
fn nobody_is_trusted_but_who_is_named() {
    let Some(nginx) = nginx_or_skipped("nobody_is_trusted_but_who_is_named") else {
        return;
    };
    assert!(
        Http::new(&config())
            .get(&nginx.secure_url("/hello.txt"))
            .is_none()
    );
    let Some(other) = nginx_or_skipped("nobody_is_trusted_but_who_is_named") else {
        return;
    };
    let mut http = Http::new(&trusting(&other));
    assert!(http.get(&nginx.secure_url("/hello.txt")).is_none());
    assert!(http.get(&other.secure_url("/hello.txt")).is_some());
    let of_another_name = format!("https://{}/hello.txt", other.stranger);
    assert!(http.get(&of_another_name).is_none());
    // The certificate is for localhost and 127.0.0.1, and for no other name of this address.
    let elsewhere = trusting(&nginx).redirect("a.example:443", nginx.https.to_string());
    assert!(
        Http::new(&elsewhere)
            .get("https://a.example/hello.txt")
            .is_none()
    );
    let plain = trusting(&nginx).redirect("a.example:80", nginx.http.to_string());
    assert!(
        Http::new(&plain)
            .get("http://a.example/hello.txt")
            .is_some()
    );
}

#[test]
fn methods_headers_and_bodies_arrive() {
    let Some(nginx) = nginx_or_skipped("methods_headers_and_bodies_arrive") else {
        return;
    };
    let mut http = Http::new(&config());
    let headers = [
        "authorization: a b",
        "Cookie: c=d",
        "Content-Type: x/y",
        "X-OTHER: e: f",
    ];
    let shown = http
        .ask("PATCH", &nginx.url("/shown"), &headers, b"{}")
        .unwrap();
    assert_eq!(
        shown.text(),
        "PATCH 127.0.0.1|a b|c=d|x/y|e: f|harness-host"
    );
    // The host is that of the URL, and the length that of the body, whatever the plugin's headers say.
    let lies = [
        "Host: a.example",
        "Content-Length: 1",
        "Transfer-Encoding: chunked",
    ];
    let shown = http
        .ask("DELETE", &nginx.url("/shown"), &lies, b"12345")
        .unwrap();
    assert_eq!(shown.text(), "DELETE 127.0.0.1|||||harness-host");
    for method in ["POST", "PUT", "DELETE", "GET"] {
        let said = http
            .ask(method, &nginx.url("/post"), &[], b"some body")
            .unwrap();
        assert_eq!(said.text(), format!("{method} some body"));
    }
    let taken = http
        .ask("POST", &nginx.url("/taken"), &[], &vec![b'x'; 1 << 20])
        .unwrap();
    assert_eq!(taken.text(), (1 << 20).to_string());
    let head = http.ask("HEAD", &nginx.url("/big.bin"), &[], b"").unwrap();
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.headers["Content-Length"][0], BIG.to_string());
    // Without a method it is a GET, as in Go.
    assert_eq!(
        http.ask("", &nginx.url("/hello.txt"), &[], b"")
            .unwrap()
            .status,
        200
    );
}

/// A plugin that sets the coding gets the body unchanged.
#[test]
fn gzip_is_decoded_unless_the_plugin_asks_for_it() {
    let Some(nginx) = nginx_or_skipped("gzip_is_decoded_unless_the_plugin_asks_for_it") else {
        return;
    };
    let mut http = Http::new(&config());
    let packed = http
        .ask(
            "GET",
            &nginx.url("/hello.txt"),
            &["Accept-Encoding: gzip"],
            b"",
        )
        .unwrap();
    assert_eq!(packed.headers["Content-Encoding"][0], "gzip");
    assert_eq!(packed.body[..2], [0x1f, 0x8b]);
    let plain = http
        .ask(
            "GET",
            &nginx.url("/hello.txt"),
            &["Accept-Encoding: identity"],
            b"",
        )
        .unwrap();
    assert_eq!(plain.text(), "Hello from nginx.\n");
    assert_eq!(plain.headers["Content-Length"][0], "18");
    let range = http
        .ask("GET", &nginx.url("/hello.txt"), &["Range: bytes=0-4"], b"")
        .unwrap();
    assert_eq!((range.status, range.text()), (206, "Hello"));
}

#[test]
fn redirects_are_followed() {
    let Some(nginx) = nginx_or_skipped("redirects_are_followed") else {
        return;
    };
    let mut http = Http::new(&trusting(&nginx));
    let shown = nginx.secure_url("/shown");
    for (status, method) in [
        (301, "GET"),
        (302, "GET"),
        (303, "GET"),
        (307, "POST"),
        (308, "POST"),
    ] {
        let from = nginx.url(&format!("/{status}?to=/said"));
        let got = http.ask("POST", &from, &["X-Body: x"], b"body").unwrap();
        assert_eq!(got.text(), format!("{method} x"), "{status}");
        let from = nginx.url(&format!("/{status}?to=/post"));
        let got = http.ask("POST", &from, &[], b"body").unwrap();
        let body = if method == "POST" { "body" } else { "" };
        assert_eq!(got.text(), format!("{method} {body}"), "{status}");
        // Another port is another origin.
        let headers = [
            "Authorization: a",
            "Cookie: c",
            "X-Other: x",
            "Content-Type: t",
        ];
        let from = nginx.url(&format!("/{status}?to={shown}"));
        let got = http.ask("POST", &from, &headers, b"body").unwrap();
        let kind = if method == "POST" { "t" } else { "" };
        assert_eq!(
            got.text(),
            format!("{method} 127.0.0.1|||{kind}|x|harness-host"),
            "{status}"
        );
        let from = nginx.url(&format!("/{status}?to=/shown"));
        let got = http.ask("GET", &from, &headers, b"").unwrap();
        assert!(
            got.text().starts_with("GET 127.0.0.1|a|c|"),
            "{}",
            got.text()
        );
    }
    // At most ten.
    for (count, status) in [(10, Some(200)), (11, None)] {
        let from = nginx.url(&format!("/count/{}", "x".repeat(count)));
        assert_eq!(http.get(&from).map(|got| got.status), status, "{count}");
    }
    assert!(http.get(&nginx.url("/loop")).is_none());
    for to in ["ftp://127.0.0.1/", "file:///etc/passwd"] {
        assert!(
            http.get(&nginx.url(&format!("/302?to={to}"))).is_none(),
            "{to}"
        );
    }
}

#[test]
fn nothing_is_reached_that_is_not_allowed() {
    let Some(nginx) = nginx_or_skipped("nothing_is_reached_that_is_not_allowed") else {
        return;
    };
    // Only one port of 127.0.0.1 is allowed.
    let (config, events) = watched(config().allow(nginx.http.to_string().parse().unwrap()));
    let mut http = Http::new(&config);
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    let mut forbidden = vec![
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://[::1]:{}/", nginx.http.port()),
        format!("http://127.1:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0:{port}/"),
        format!("http://user@127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        "http://127.0.0.1/".to_owned(),
    ];
    // Directly, and as the target of a redirect.
    let direct = forbidden.clone();
    forbidden.extend(direct.iter().map(|to| nginx.url(&format!("/302?to={to}"))));
    for (count, url) in forbidden.iter().enumerate() {
        assert!(http.get(url).is_none(), "{url}");
        assert_eq!(events.lock().unwrap().len(), count + 1, "{url}");
    }
    assert_eq!(echo.accepted(), 0);
    assert_eq!(http.0.report().denied, forbidden.len() as u64);
    let first = events.lock().unwrap()[0].clone();
    assert_eq!(
        (first.function, first.why),
        ("http_request", Why::NotAllowed)
    );
    assert_eq!(first.target, format!("127.0.0.1:{port}"));
    // An allowed address is reached in any notation.
    for host in [
        "127.0.0.1",
        "localhost",
        "[::ffff:127.0.0.1]",
        "127.1",
        "2130706433",
    ] {
        let url = format!("http://{host}:{}/hello.txt", nginx.http.port());
        assert!(http.get(&url).is_some(), "{url}");
    }
    let mut nothing = Http::new(&Config::new());
    assert!(nothing.get(&nginx.url("/hello.txt")).is_none());
    let names = Http::new(&local().allow(Allow::loopback().without_names()))
        .get(&format!("http://localhost:{}/hello.txt", nginx.http.port()));
    assert!(names.is_none());
}

#[test]
fn ipv6() {
    if !peers::has_ipv6() {
        harness_host::skipped("ipv6", "this machine has no ::1");
        return;
    }
    let server = peers::HttpServer::v6().unwrap();
    let got = Http::new(&config())
        .get(&format!("http://{}/", server.addr()))
        .unwrap();
    assert_eq!(got.text(), peers::HttpServer::BODY);
}

/// Returns how long a request takes that gets no response, with a limit of this many milliseconds.
fn takes(limit: u64, url: &str) -> Duration {
    let mut http = Http::new(&local().http_wait(Duration::from_millis(limit)));
    let start = Instant::now();
    assert!(http.get(url).is_none());
    start.elapsed()
}

/// A peer that sends this, and then a byte now and then.
fn drips(start: &'static str) -> TcpPeer {
    TcpPeer::start(Ipv4Addr::LOCALHOST.into(), move |mut stream, stop| {
        read_head(&mut stream);
        stream.write_all(start.as_bytes())?;
        while !stop.is_set() {
            stream.write_all(b"x")?;
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    })
    .unwrap()
}

#[test]
fn time_is_limited_wherever_the_server_stalls() {
    let silent = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |_stream, stop| {
        while !stop.is_set() {
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    let silent = silent.unwrap();
    let header = drips("HTTP/1.1 200 OK\r\nX-Long: ");
    let body = drips("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
    let handshake = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, stop| {
        // A TLS record of 16 KiB, one byte at a time.
        stream.write_all(&[22, 3, 3, 0x40, 0])?;
        while !stop.is_set() {
            stream.write_all(&[2])?;
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    });
    let handshake = handshake.unwrap();
    let urls = [
        url(&silent),
        url(&header),
        url(&body),
        format!("https://{}/", silent.addr()),
        format!("https://{}/", handshake.addr()),
    ];
    for url in urls {
        let took = takes(300, &url);
        assert!(took >= Duration::from_millis(295), "{url}: {took:?}");
        assert!(took < PATIENCE, "{url}: {took:?}");
    }
    // The limits of the call and of all waits apply here too.
    let short = Duration::from_millis(300);
    let (waiting, events) = watched(config().max_waiting(short));
    let mut http = Http::new(&waiting);
    assert!(http.get(&url(&silent)).is_none());
    assert!(http.get(&url(&silent)).is_none());
    assert_eq!(events.lock().unwrap()[0].why, Why::Time);
    let mut http = Http::new(&config().call_timeout(Duration::from_secs(2)));
    let start = Instant::now();
    let input = format!("GET\n{}\n\n", url(&silent));
    let _ = http.0.call("http_request", input.as_bytes());
    assert!(start.elapsed() < PATIENCE);
}

/// Ten redirects of a slow server do not multiply the limit by ten.
#[test]
fn time_is_limited_over_redirects() {
    let slow = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        read_head(&mut stream);
        thread::sleep(Duration::from_millis(200));
        stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
    });
    let slow = slow.unwrap();
    takes(500, &url(&slow));
    assert!(slow.accepted() <= 3, "{}", slow.accepted());
}

#[test]
fn bodies_are_limited() {
    let Some(nginx) = nginx_or_skipped("bodies_are_limited") else {
        return;
    };
    let refused = |config: Config, path: &str, body: &[u8]| {
        let (config, events) = watched(config);
        let mut http = Http::new(&config);
        let got = http.ask("POST", &nginx.url(path), &[], body);
        let events = events.lock().unwrap();
        assert_eq!(got.is_none(), !events.is_empty());
        assert!(events.iter().all(|event| event.why == Why::Bytes));
        assert_eq!(http.0.report().limited, events.len() as u64);
        got.is_none()
    };
    assert!(!refused(
        config().max_request_body(9),
        "/post",
        b"nine byte"
    ));
    assert!(refused(
        config().max_request_body(9),
        "/post",
        b"ten bytes."
    ));
    // `POST nine byte` comes back.
    assert!(!refused(
        config().max_response_body(14),
        "/post",
        b"nine byte"
    ));
    assert!(refused(
        config().max_response_body(13),
        "/post",
        b"nine byte"
    ));
    assert!(!refused(config().max_bytes(23), "/post", b"nine byte"));
    assert!(refused(config().max_bytes(22), "/post", b"nine byte"));
    assert!(refused(config().max_bytes(8), "/post", b"nine byte"));
    // Sent twice.
    assert!(!refused(
        config().max_bytes(32),
        "/307?to=/post",
        b"nine byte"
    ));
    assert!(refused(
        config().max_bytes(17),
        "/307?to=/post",
        b"nine byte"
    ));
    let mut http = Http::new(&config().max_response_body(BIG as u64 - 1));
    assert!(http.get(&nginx.url("/big.bin")).is_none());
    // The limit is for the decoded body.
    let bomb = says(bomb(1 << 20));
    let mut http = Http::new(&config().max_response_body(1 << 16));
    assert!(http.get(&url(&bomb)).is_none());
    assert_eq!(http.0.report().limited, 1);
    assert!(Http::new(&config()).get(&url(&bomb)).unwrap().body.len() == 1 << 20);
}

/// Returns a response with this many zeros, compressed.
fn bomb(size: usize) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![0; size]).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 1 << 13);
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        packed.len()
    );
    [head.into_bytes(), packed].concat()
}

#[test]
fn connections_are_limited() {
    let server = peers::HttpServer::v4().unwrap();
    let (config, events) = watched(config().max_connections(0));
    assert!(
        Http::new(&config)
            .get(&format!("http://{}/", server.addr()))
            .is_none()
    );
    assert_eq!(events.lock().unwrap()[0].why, Why::Connections);
}

#[test]
fn what_ends_early_or_is_no_http_fails() {
    let mut http = Http::new(&config());
    let whole = says("HTTP/1.1 200 OK\r\nx-a-b: 1\r\n\r\nuntil it ends");
    let got = http.get(&url(&whole)).unwrap();
    assert_eq!(
        (got.text(), &got.headers["X-A-B"][0]),
        ("until it ends", &"1".into())
    );
    for response in [
        "",
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nshort\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nshort",
        "HTTP/1.1 302 Found\r\nLocation: http://\r\n\r\n",
    ] {
        let peer = says(response);
        assert!(http.get(&url(&peer)).is_none(), "{response:?}");
    }
    let empty = says("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(http.get(&url(&empty)).unwrap().text(), "");
    let long = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(200_000));
    assert!(http.get(&url(&says(long))).is_none());
    let (_refusing, address) = common::refusing_tcp();
    assert!(http.get(&format!("http://{address}/")).is_none());
    assert!(
        Http::new(&config().allow(Allow::everything()))
            .get("http://nobody.invalid/")
            .is_none()
    );
}

#[test]
fn whatever_a_plugin_passes_the_worst_answer_is_0() {
    let server = peers::HttpServer::v4().unwrap();
    let url = format!("http://{}/", server.addr());
    let mut http = Http::new(&config());
    for (method, url, headers) in [
        ("G T", url.as_str(), ""),
        ("CONNECT", &url, ""),
        ("GET", "", ""),
        ("GET", "127.0.0.1", ""),
        ("GET", "ftp://127.0.0.1/", ""),
        ("GET", &url, "{}"),
        ("GET", &url, r#"["no colon"]"#),
        ("GET", &url, r#"["A: b\r\nC: d"]"#),
    ] {
        assert!(
            http.raw(method, url, headers, b"").is_empty(),
            "{method} {url} {headers}"
        );
    }
    assert!(http.get(&url).is_some());
    for offsets in [
        [1_u64, 2, 3, 4],
        [u64::MAX; 4],
        [0; 4],
        [0, 0, u64::MAX - 3, 0],
    ] {
        let input: Vec<u8> = offsets.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(http.0.call("http_request_at", &input).unwrap(), b"");
    }
}

#[test]
fn faults_on_purpose() {
    let server = peers::HttpServer::v4().unwrap();
    let url = format!("http://{}/", server.addr());
    let faulty = |fault| {
        let faults = Faults::seeded(1).at("http_request", 1, fault);
        let short = Duration::from_millis(200);
        let mut http = Http::new(&config().http_wait(short).faults(faults));
        let start = Instant::now();
        let answer = http.raw("GET", &url, "", b"");
        let took = start.elapsed();
        assert_eq!(http.0.report().faults.get_in("http_request", fault), 1);
        (answer, took)
    };
    assert!(faulty(Fault::Zero).0.is_empty());
    let (answer, took) = faulty(Fault::Stall);
    assert!(answer.is_empty() && took >= Duration::from_millis(200));
    let (garbage, _) = faulty(Fault::Garbage);
    assert!(!garbage.is_empty());
}

/// A proxy from the environment is not used: otherwise the proxy would have to enforce the allow list.
#[test]
fn no_proxy_is_used() {
    const CHILD: &str = "HARNESS_TEST_NO_PROXY";
    if let Ok(url) = std::env::var(CHILD) {
        assert!(Http::new(&config()).get(&url).is_some());
        return;
    }
    let server = peers::HttpServer::v4().unwrap();
    let proxy = TcpEcho::v4().unwrap();
    let address = format!("http://{}", proxy.addr());
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "no_proxy_is_used"])
        .env(CHILD, format!("http://{}/", server.addr()))
        .envs(["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"].map(|name| (name, &address)))
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(proxy.accepted(), 0);
}

/// Two concurrent plugins: neither waits for the other.
#[test]
fn a_request_holds_up_no_other_plugin() {
    let server = peers::HttpServer::v4().unwrap();
    let ip: IpAddr = Ipv4Addr::LOCALHOST.into();
    let silent = TcpPeer::start(ip, |_stream, stop| {
        while !stop.is_set() {
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    let silent = silent.unwrap();
    let waits = url(&silent);
    let thread = thread::spawn(move || Http::new(&config()).get(&waits).is_none());
    common::eventually("one waits", || silent.open() == 1);
    let url = format!("http://{}/", server.addr());
    assert!(Http::new(&config()).get(&url).is_some());
    assert!(!thread.is_finished());
    drop(silent);
    assert!(thread.join().unwrap());
}
