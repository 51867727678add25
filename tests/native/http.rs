//! HTTP in native builds: `Native` with its client, against the test's own servers. (nginx, with TLS, is in
//! tests/servers.)

use crate::{PATIENCE, refusing_tcp, v4};
use harness_host::peers::TcpPeer;
use harness_wasi_sockets::host::Native;
use harness_wasi_sockets::http::types::{Method, Request, header};
use harness_wasi_sockets::http::{self, Client};
use harness_wasi_sockets::{Error, Response};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Checks that a test leaks no block of its thread. (No test here opens a connection that the host counts.)
struct Blocks;

impl Drop for Blocks {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(Native::live_blocks(), 0, "kernel blocks left over");
        }
    }
}

/// A received request: the first line, the headers in lower case, the body.
struct Received {
    line: String,
    headers: Vec<String>,
    body: String,
}

fn receive(stream: &TcpStream) -> io::Result<Received> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let lines = reader.by_ref().lines();
    let lines = lines.take_while(|line| !matches!(line, Ok(line) if line.is_empty()));
    let mut lines = lines.collect::<io::Result<Vec<String>>>()?;
    let line = if lines.is_empty() {
        String::new()
    } else {
        lines.remove(0)
    };
    let headers: Vec<String> = lines.iter().map(|line| line.to_ascii_lowercase()).collect();
    let length = headers
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8(body).unwrap();
    Ok(Received {
        line,
        headers,
        body,
    })
}

/// A server that responds to each request with the result of the function.
fn server(answer: impl Fn(Received) -> String + Send + Sync + 'static) -> TcpPeer {
    let peer = TcpPeer::start(v4(), move |mut stream, _| {
        let received = receive(&stream)?;
        stream.write_all(answer(received).as_bytes())
    });
    peer.unwrap()
}

fn page(status: &str, headers: &str, body: &str) -> String {
    let len = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {len}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A server that returns the request.
fn mirror() -> TcpPeer {
    server(|received| {
        let headers = received.headers.join("\n");
        page(
            "200 OK",
            "",
            &format!("{}\n{headers}\n\n{}", received.line, received.body),
        )
    })
}

fn get(url: &str) -> io::Result<Response> {
    Client::new().get(url).send()
}

#[test]
fn a_request_arrives_as_it_was_made() {
    let _blocks = Blocks;
    let server = mirror();
    let url = format!("http://{}/path?q=%20ä", server.addr());
    let client = Client::new();
    let posted = client
        .post(&url)
        .header("X-Twice", "1")
        .header("X-Twice", "2")
        .header("Cookie", "a=1; b=2")
        .json(&["ü"])
        .send()
        .unwrap();
    let text = posted.text().unwrap();
    assert!(
        text.starts_with("POST /path?q=%20%C3%A4 HTTP/1.1\n"),
        "{text}"
    );
    assert!(text.ends_with("\n\n[\"ü\"]"), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    for line in [
        "x-twice: 1",
        "x-twice: 2",
        "cookie: a=1; b=2",
        "content-type: application/json",
        "content-length: 6",
        &format!("host: {}", server.addr()),
    ] {
        assert_eq!(
            lines.iter().filter(|found| **found == line).count(),
            1,
            "{line} in {text}"
        );
    }
}

#[test]
fn each_method_may_have_a_body_and_none() {
    let _blocks = Blocks;
    let server = mirror();
    let url = format!("http://{}/", server.addr());
    let client = Client::new();
    for method in [
        "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND",
    ] {
        for body in ["", "content"] {
            let request = client.request(method.parse().unwrap(), &url);
            let response = request.body(body.into()).send();
            let text = response.unwrap_or_else(|error| panic!("{method}: {error}"));
            let text = text.text().unwrap();
            assert!(text.starts_with(&format!("{method} / ")), "{text}");
            assert!(text.ends_with(&format!("\n\n{body}")), "{method}: {text}");
            if method == "GET" && body.is_empty() {
                assert!(!text.contains("content-length"), "{text}");
            }
        }
    }
    let head = client.request(Method::HEAD, &url).send().unwrap();
    assert_eq!((head.status(), head.bytes()), (200, &b""[..]));
}

#[test]
fn any_status_is_a_response_and_repeated_headers_stay_apart() {
    let _blocks = Blocks;
    let server = server(|_| {
        page(
            "404 Not Found",
            "set-cookie: a=1\r\nSet-Cookie: b=2\r\nX-Request-ID: 7\r\n",
            "none",
        )
    });
    let url = format!("http://{}/", server.addr());
    let response = get(&url).unwrap();
    assert_eq!(
        (response.status(), response.status_is_success()),
        (404, false)
    );
    assert_eq!(response.text().unwrap(), "none");
    assert_eq!(response.header("Set-Cookie").unwrap(), &["a=1", "b=2"]);
    let names: Vec<&str> = response.headers().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["Connection", "Content-Length", "Set-Cookie", "X-Request-Id"]
    );
    let types = http::send(Request::get(&url).body("").unwrap()).unwrap();
    let cookies: Vec<_> = types.headers().get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
}

#[test]
fn ten_redirects_are_followed_and_no_more() {
    let _blocks = Blocks;
    let server = server(|received| {
        let path = received.line.split(' ').nth(1).unwrap_or_default();
        match path.trim_start_matches('/').parse::<u32>() {
            Ok(0) | Err(_) => page("200 OK", "", &received.line),
            Ok(left) => page("302 Found", &format!("Location: /{}\r\n", left - 1), ""),
        }
    });
    let at = |redirects: u32| format!("http://{}/{redirects}", server.addr());
    let response = Client::new().post(at(10)).body(b"content".to_vec()).send();
    assert_eq!(response.unwrap().text().unwrap(), "GET /0 HTTP/1.1");
    let error = get(&at(11)).unwrap_err();
    assert!(error.to_string().contains("redirects"), "{error}");
}

#[test]
fn what_brings_no_response_is_an_error_without_a_reason() {
    let _blocks = Blocks;
    let (_socket, refusing) = refusing_tcp();
    let silent = TcpPeer::start(v4(), |_, _| Ok(())).unwrap();
    let plain = mirror();
    let garbage = server(|_| "garbage\r\n\r\n".to_owned());
    for url in [
        format!("http://{refusing}/"),
        format!("http://{}/", silent.addr()),
        format!("http://{}/", garbage.addr()),
        // There is no TLS.
        format!("https://{}/", plain.addr()),
        "http://no.such.name.invalid/".to_owned(),
    ] {
        let error = get(&url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Other, "{url}");
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        assert_eq!(inner, Some(&Error::RequestFailed), "{url}");
    }
}

#[test]
fn a_body_that_ends_early_is_an_error_where_its_length_was_said() {
    let _blocks = Blocks;
    let server = server(|received| match received.line.contains("length") {
        true => "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut".to_owned(),
        false => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ncut".to_owned(),
    });
    let error = get(&format!("http://{}/length", server.addr())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{error}");
    // As with the real host: nothing shows it.
    let response = get(&format!("http://{}/chunked", server.addr())).unwrap();
    assert_eq!(response.text().unwrap(), "cut");
}

#[test]
fn a_server_that_stalls_costs_ten_seconds() {
    let _blocks = Blocks;
    let server = TcpPeer::start(v4(), |mut stream, stop| {
        // One stalls before its response, one in the middle of its body.
        if receive(&stream)?.line.contains("body") {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut")?;
        }
        while !stop.is_set() {
            sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    let server = server.unwrap();
    let url = format!("http://{}/", server.addr());
    let of_body = format!("{url}body");
    let other = std::thread::spawn(move || get(&of_body).unwrap_err().kind());
    let began = Instant::now();
    assert_eq!(get(&url).unwrap_err().kind(), ErrorKind::Other);
    assert!(
        began.elapsed() >= Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(other.join().unwrap(), ErrorKind::Other);
}

/// `Hello, packed`, as gzip.
const PACKED: [u8; 33] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 243, 72, 205, 201, 201, 215, 81, 40, 72, 76, 206, 78, 77, 1,
    0, 30, 234, 148, 187, 13, 0, 0, 0,
];

#[test]
fn gzip_is_decoded_unless_the_caller_asks_for_it() {
    let _blocks = Blocks;
    let peer = TcpPeer::start(v4(), |mut stream, _| {
        let asked = receive(&stream)?.headers;
        assert!(asked.contains(&"accept-encoding: gzip".to_owned()));
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 33\r\nConnection: close\r\n\r\n";
        stream.write_all(&[head.as_bytes(), &PACKED].concat())
    });
    let peer = peer.unwrap();
    let url = format!("http://{}/", peer.addr());
    let decoded = Client::new().get(&url).send().unwrap();
    assert_eq!(decoded.bytes(), b"Hello, packed");
    assert_eq!(decoded.header("content-encoding"), None);
    assert_eq!(decoded.header("content-length"), None);
    let request = Client::new().get(&url).header("Accept-Encoding", "gzip");
    let packed = request.send().unwrap();
    assert_eq!(packed.bytes(), PACKED);
    assert!(packed.header("content-encoding").is_some());
}
