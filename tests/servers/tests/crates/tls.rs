use crate::SEED;
use crate::places::KNOWN;
use harness_host::Plugin;
use server_tests::guests::{Host, Package, call};
use server_tests::servers::{Nginx, nginx};
use server_tests::{Authority, Validity, started};
use std::net::SocketAddr;

/// nginx with a certificate for this name, and the authority that signed it.
fn server(name: &str, validity: Validity) -> (Nginx, Authority) {
    let authority = Authority::new().unwrap();
    let signed = authority.sign(name, validity).unwrap();
    (started(nginx(&signed)), authority)
}

/// Loads a guest that trusts this authority, and the host, even one like production.
fn trusting(guest: &str, authority: &Authority, host: Host) -> Plugin {
    let mut config = host.config().set("authority", authority.pem());
    if host == Host::Production {
        config = config.set("unsafe_host", "yes");
    }
    Package::Std.load(guest, &config)
}

fn get(plugin: &mut Plugin, addr: SocketAddr, name: &str, page: &str) -> Result<String, String> {
    let request = format!("{addr} {name} GET {page} HTTP/1.0");
    call(plugin, request)
}

pub fn rustls_talks_to_nginx_over_tls_1_3_and_1_2(host: Host) {
    let (server, authority) = server("localhost", Validity::Now);
    let mut plugin = trusting("tls", &authority, host);
    for (addr, version) in [(server.tls13(), "TLSv1_3"), (server.tls12(), "TLSv1_2")] {
        let answer = get(&mut plugin, addr, "localhost", "/hello.txt").unwrap();
        assert!(
            answer.starts_with(&format!("{version}\nHTTP/1.1 200 OK")),
            "{answer}"
        );
        assert!(answer.ends_with("\r\n\r\nHello from nginx.\n"), "{answer}");
        let answer = get(&mut plugin, addr, "localhost", "/big.txt").unwrap();
        assert!(answer.ends_with(&Nginx::big()));
    }
}

/// It does not even connect, unless it is configured to continue.
pub fn rustls_refuses_a_host_whose_clock_is_not_real() {
    let (server, authority) = server("localhost", Validity::Now);
    let url = format!("https://localhost:{}/hello.txt", server.tls13().port());
    let request = format!("{} localhost GET /hello.txt HTTP/1.0", server.tls13());
    for (guest, input) in [("tls", request), ("https", url)] {
        let config = Host::Production.config().set("authority", authority.pem());
        let mut plugin = Package::Std.load(guest, &config);
        let error = call(&mut plugin, input).unwrap_err();
        assert!(error.contains("clock is not real"), "{error}");
        assert!(error.contains("unsafe_host=yes"), "{error}");
        assert_eq!(plugin.report().calls.total(), 0, "{guest}");
    }
}

pub fn rustls_refuses_a_wrong_name(host: Host) {
    let (server, authority) = server("somebody.else", Validity::Now);
    let mut plugin = trusting("tls", &authority, host);
    let error = get(&mut plugin, server.tls13(), "localhost", "/hello.txt").unwrap_err();
    assert!(error.contains("not valid for name"), "{error}");
    // Only the name was wrong.
    get(&mut plugin, server.tls13(), "somebody.else", "/hello.txt").unwrap();
}

pub fn rustls_refuses_a_certificate_that_has_expired(host: Host) {
    let (server, authority) = server("localhost", Validity::Past);
    let mut plugin = trusting("tls", &authority, host);
    let error = get(&mut plugin, server.tls13(), "localhost", "/hello.txt").unwrap_err();
    assert!(error.contains("expired"), "{error}");
}

pub fn rustls_judges_a_certificate_by_the_date_that_the_host_shows(host: Host) {
    let (server, authority) = server("localhost", Validity::Since2023);
    let mut plugin = trusting("tls", &authority, host);
    let answer = get(&mut plugin, server.tls13(), "localhost", "/hello.txt");
    match host {
        Host::Default => drop(answer.unwrap()),
        // Its clock shows the beginning of 2022.
        Host::Production => {
            let error = answer.unwrap_err();
            assert!(error.contains("not valid yet"), "{error}");
        }
    }
}

pub fn rustls_refuses_what_another_authority_has_signed(host: Host) {
    let (server, _) = server("localhost", Validity::Now);
    let mut plugin = trusting("tls", &Authority::new().unwrap(), host);
    let error = get(&mut plugin, server.tls13(), "localhost", "/hello.txt").unwrap_err();
    assert!(error.contains("invalid peer certificate"), "{error}");
}

pub fn ureq_with_rustls_gets_pages_from_nginx(host: Host) {
    let (server, authority) = server("localhost", Validity::Now);
    let mut plugin = trusting("https", &authority, host);
    for port in [server.tls13().port(), server.tls12().port()] {
        let mut get = |page| call(&mut plugin, format!("https://localhost:{port}/{page}"));
        assert_eq!(get("hello.txt").unwrap(), "Hello from nginx.\n");
        assert_eq!(get("big.txt").unwrap(), Nginx::big());
        let chunked = format!("You asked for /chunked.html.\n{}", Nginx::big());
        assert_eq!(get("chunked.html").unwrap(), chunked);
    }
}

pub fn ureq_with_rustls_refuses_a_wrong_name(host: Host) {
    let (server, authority) = server("somebody.else", Validity::Now);
    let mut plugin = trusting("https", &authority, host);
    let url = format!("https://localhost:{}/hello.txt", server.tls13().port());
    let error = call(&mut plugin, url).unwrap_err();
    assert!(error.contains("not valid for name"), "{error}");
}

pub fn embedded_tls_gets_a_page_from_nginx(host: Host) {
    let (server, authority) = server("localhost", Validity::Now);
    let mut plugin = bare(&authority, host);
    let answer = get(&mut plugin, server.tls13(), "localhost", "/hello.txt").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nHello from nginx.\n"), "{answer}");
}

pub fn embedded_tls_refuses_a_wrong_name(host: Host) {
    let (server, authority) = server("somebody.else", Validity::Now);
    let mut plugin = bare(&authority, host);
    let error = get(&mut plugin, server.tls13(), "localhost", "/hello.txt").unwrap_err();
    assert!(error.contains("InvalidCertificate"), "{error}");
    // Only the name was wrong.
    get(&mut plugin, server.tls13(), "somebody.else", "/hello.txt").unwrap();
}

pub fn embedded_tls_refuses_what_another_authority_has_signed(host: Host) {
    let (server, _) = server("localhost", Validity::Now);
    let mut plugin = bare(&Authority::new().unwrap(), host);
    let error = get(&mut plugin, server.tls13(), "localhost", "/hello.txt").unwrap_err();
    assert!(error.contains("InvalidCertificate"), "{error}");
}

fn bare(authority: &Authority, host: Host) -> Plugin {
    let config = host.config().set("authority", authority.pem());
    Package::NoStd.load("bare_tls", &config.set("seed", SEED))
}

/// Calls reqwless with a site that only the host can resolve; returns the page, or the error.
fn reqwless(
    server: &Nginx,
    authority: &Authority,
    host: Host,
    page: &str,
) -> Result<String, String> {
    let site = format!("{KNOWN}:{}", server.tls13().port());
    let config = host.config().redirect(&site, server.tls13().to_string());
    let config = config.set("authority", authority.pem()).set("seed", SEED);
    let mut plugin = Package::NoStd.load("bare_https", &config);
    call(&mut plugin, format!("https://{site}{page}"))
}

pub fn reqwless_gets_pages_from_nginx_over_tls(host: Host) {
    let (server, authority) = server(KNOWN, Validity::Now);
    let get = |page| reqwless(&server, &authority, host, page);
    assert_eq!(get("/hello.txt").unwrap(), "Hello from nginx.\n");
    assert_eq!(get("/small.html").unwrap(), "You asked for /small.html.");
}

pub fn reqwless_refuses_a_wrong_name(host: Host) {
    let (server, authority) = server("somebody.else", Validity::Now);
    let error = reqwless(&server, &authority, host, "/hello.txt").unwrap_err();
    assert!(error.contains("InvalidCertificate"), "{error}");
}

pub fn reqwless_refuses_what_another_authority_has_signed(host: Host) {
    let (server, _) = server(KNOWN, Validity::Now);
    let another = Authority::new().unwrap();
    let error = reqwless(&server, &another, host, "/hello.txt").unwrap_err();
    assert!(error.contains("InvalidCertificate"), "{error}");
}
