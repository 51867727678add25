//! The library's own client for native builds against nginx, with TLS: what plugin code uses under `cargo test`.
//!
//! An environment variable sets the trusted authorities, before the first request. So each request is made by a
//! separate process, which is this program again.

use harness_wasi_sockets::http::Client;
use server_tests::servers::{Nginx, nginx};
use server_tests::{Authority, Validity, started};
use std::env;
use std::process::Command;

/// The URL that a process must get.
const URL: &str = "SERVER_TESTS_GET";

/// If this process was started for a request: makes it, and returns true.
pub fn is_for_a_request() -> bool {
    let Ok(url) = env::var(URL) else {
        return false;
    };
    match Client::new().get(&url).send() {
        Ok(response) => print!("{} {}", response.status(), response.text().unwrap()),
        Err(error) => print!("{:?}", error.kind()),
    }
    true
}

fn get(url: &str, authority: &Authority) -> String {
    let folder = tempfile::tempdir().unwrap();
    let pem = folder.path().join("authority.pem");
    std::fs::write(&pem, authority.pem()).unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .env(URL, url)
        .env("SSL_CERT_FILE", pem)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn server(name: &str) -> (Nginx, Authority) {
    let authority = Authority::new().unwrap();
    let signed = authority.sign(name, Validity::Now).unwrap();
    (started(nginx(&signed)), authority)
}

pub fn native_gets_pages_from_nginx_with_tls() {
    let (server, authority) = server("localhost");
    let hello = "200 Hello from nginx.\n";
    for port in [server.tls13().port(), server.tls12().port()] {
        let site = format!("https://localhost:{port}");
        assert_eq!(get(&format!("{site}/redirect"), &authority), hello);
        let packed = get(&format!("{site}/packed.txt"), &authority);
        assert_eq!(packed, format!("200 {}", Nginx::big()));
        assert!(get(&format!("{site}/none"), &authority).starts_with("404 "));
        let stranger = Authority::new().unwrap();
        assert_eq!(get(&format!("{site}/hello.txt"), &stranger), "Other");
    }
    let to_tls = format!("http://{}/to-tls", server.http());
    assert_eq!(get(&to_tls, &authority), hello);
}

pub fn native_refuses_a_wrong_name() {
    let (server, authority) = server("somebody.else");
    let url = format!("https://localhost:{}/hello.txt", server.tls13().port());
    assert_eq!(get(&url, &authority), "Other");
}

pub fn native_moves_16_mib_to_nginx_and_back() {
    let (server, _) = server("localhost");
    let url = format!("http://{}/stored/large", server.http());
    let body: Vec<u8> = (0..16 << 20)
        .map(|i: u32| (i ^ (i >> 8) ^ (i >> 16)) as u8)
        .collect();
    let client = Client::new();
    let put = client.put(&url).body(body.clone()).send().unwrap();
    assert_eq!(put.status(), 201);
    let got = client.get(&url).send().unwrap();
    assert_eq!(got.status(), 200);
    assert!(got.into_bytes() == body);
}
