use harness_host::{Config, Plugin};
use server_tests::guests::{Host, Package, call};
use server_tests::servers::{Nginx, nginx};
use server_tests::{Authority, Validity, started};
use std::time::Duration;

/// nginx with a certificate for this name, and the authority that signed it.
pub(crate) fn server(name: &str) -> (Nginx, Authority) {
    let authority = Authority::new().unwrap();
    let signed = authority.sign(name, Validity::Now).unwrap();
    (started(nginx(&signed)), authority)
}

/// Returns a host that trusts this authority, with enough time for a busy machine.
pub(crate) fn trusting(host: Host, authority: &Authority) -> Config {
    let config = host.config().http_wait(Duration::from_secs(60));
    config.trust(authority.pem().as_bytes()).unwrap()
}

/// Returns nginx's addresses, plain and with both versions of TLS.
pub(crate) fn sites(server: &Nginx) -> [String; 4] {
    [
        format!("http://{}", server.http()),
        format!("http://localhost:{}", server.http().port()),
        format!("https://localhost:{}", server.tls13().port()),
        format!("https://localhost:{}", server.tls12().port()),
    ]
}

/// Calls a plugin, which must use only the host's HTTP.
fn ask(plugin: &mut Plugin, input: String) -> Result<String, String> {
    let output = call(plugin, input);
    let calls = plugin.report().calls;
    assert_eq!(calls.total(), calls.get("http_request"));
    output
}

pub fn http_gets_pages_from_nginx_by_the_host(host: Host) {
    let (server, authority) = server("localhost");
    let config = trusting(host, &authority).set("cookie", "crab=sideways");
    let mut plugin = Package::Std.load("host_http", &config);
    let big = Nginx::big();
    for site in sites(&server) {
        let chunked = format!("You asked for /chunked.html.\n{big}");
        for (page, status, body) in [
            ("hello.txt", "200 18", "Hello from nginx.\n"),
            ("big.txt", &format!("200 {}", big.len()), &big),
            ("packed.txt", &format!("200 {}", big.len()), &big),
            ("chunked.html", &format!("200 {}", chunked.len()), &chunked),
            ("redirect", "200 18", "Hello from nginx.\n"),
            ("to-tls", "200 18", "Hello from nginx.\n"),
            (
                "cookies",
                "200 23\na=1\nb=2; Path=/",
                "you sent crab=sideways\n",
            ),
        ] {
            let output = ask(&mut plugin, format!("{site}/{page}")).unwrap();
            assert!(
                output == format!("{status}\n{body}"),
                "{site}/{page}: {}",
                &output[..60.min(output.len())]
            );
        }
        let output = ask(&mut plugin, format!("{site}/none\n{site}/echo sideways")).unwrap();
        assert!(output.starts_with("404 "), "{output}");
        assert!(output.ends_with("\n200 8\nsideways"), "{output}");
    }
}

pub fn http_trusts_nginx_as_the_host_does(host: Host) {
    let (localhost, authority) = server("localhost");
    let url = |server: &Nginx| format!("https://localhost:{}/hello.txt", server.tls13().port());
    let stranger = Authority::new().unwrap();
    let mut plugin = Package::Std.load("host_http", &trusting(host, &stranger));
    let error = ask(&mut plugin, url(&localhost)).unwrap_err();
    assert!(error.contains("the host got no response"), "{error}");
    let (somebody_else, authority_else) = server("somebody.else");
    let config = trusting(host, &authority);
    let config = config.trust(authority_else.pem().as_bytes()).unwrap();
    let mut plugin = Package::Std.load("host_http", &config);
    let error = ask(&mut plugin, url(&somebody_else)).unwrap_err();
    assert!(error.contains("the host got no response"), "{error}");
    // Only the name was wrong.
    ask(&mut plugin, url(&localhost)).unwrap();
}

pub fn serde_reads_its_own_ip_from_nginx(host: Host) {
    let (server, authority) = server("localhost");
    let mut plugin = Package::Std.load("own_ip", &trusting(host, &authority));
    for site in sites(&server) {
        assert_eq!(
            ask(&mut plugin, format!("{site}/ip")).as_deref(),
            Ok("127.0.0.1")
        );
        let error = ask(&mut plugin, format!("{site}/none")).unwrap_err();
        assert!(error.contains("status 404"), "{error}");
        let error = ask(&mut plugin, format!("{site}/hello.txt")).unwrap_err();
        assert!(error.contains("not the JSON"), "{error}");
    }
}
