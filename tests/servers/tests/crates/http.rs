use harness_host::Config;
use server_tests::guests::{Package, call};
use server_tests::servers::{Nginx, nginx};
use server_tests::{Authority, Validity, started};

fn server() -> Nginx {
    let authority = Authority::new().unwrap();
    let signed = authority.sign("localhost", Validity::Now).unwrap();
    started(nginx(&signed))
}

pub fn ureq_gets_several_pages_from_nginx_over_one_connection() {
    let server = server();
    let site = format!("http://{}", server.http());
    let mut plugin = Package::Std.load("http", &Config::new());
    let pages = [
        "/hello.txt",
        "/big.txt",
        "/chunked.html",
        "/none",
        "/hello.txt",
    ];
    let urls = pages.map(|page| format!("{site}{page}")).join("\n");
    let output = call(&mut plugin, urls).unwrap();

    let hello = "200 18\nHello from nginx.\n";
    let big = Nginx::big();
    let chunked = format!("You asked for /chunked.html.\n{big}");
    let known = format!(
        "{hello}200 {}\n{big}200 {}\n{chunked}404 ",
        big.len(),
        chunked.len()
    );
    assert!(output.starts_with(&known), "{}", &output[..200]);
    assert!(output.ends_with(hello));
    assert_eq!(plugin.report().calls.get("tcp_connect"), 1);
}

pub fn ureq_finds_nginx_by_name() {
    let server = server();
    let mut plugin = Package::Std.load("http", &Config::new());
    let url = format!("http://localhost:{}/hello.txt", server.http().port());
    let output = call(&mut plugin, url).unwrap();
    assert_eq!(output, "200 18\nHello from nginx.\n");
}

pub fn reqwless_gets_several_pages_from_nginx_over_one_connection() {
    let server = server();
    let mut plugin = Package::NoStd.load("bare_http", &Config::new());
    let port = server.http().port();
    for site in [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
    ] {
        plugin.reset_counters();
        let input = format!("{site}\n/hello.txt\n/small.html\n/none\n/hello.txt");
        let output = call(&mut plugin, input).unwrap();
        let hello = "200 18\nHello from nginx.\n";
        let known = format!("{hello}200 26\nYou asked for /small.html.404 ");
        assert!(output.starts_with(&known), "{output}");
        assert!(output.ends_with(hello), "{output}");
        assert_eq!(plugin.report().calls.get("tcp_connect"), 1);
    }
}
