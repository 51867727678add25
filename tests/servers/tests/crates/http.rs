use crate::places::{Nobody, everywhere, nowhere};
use harness_host::peers::TcpPeer;
use server_tests::guests::{Host, Package, call};
use server_tests::servers::{Nginx, nginx};
use server_tests::{Authority, Validity, started};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than nginx takes to close a connection, and a plugin to send a request.
const PATIENCE: Duration = Duration::from_secs(60);

fn server() -> Nginx {
    let authority = Authority::new().unwrap();
    let signed = authority.sign("localhost", Validity::Now).unwrap();
    started(nginx(&signed))
}

pub fn ureq_gets_several_pages_from_nginx_over_one_connection(host: Host) {
    let server = server();
    let site = format!("http://{}", server.http());
    let mut plugin = Package::Std.load("http", &host.config().set("keep_alive", "yes"));
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

pub fn ureq_finds_nginx_by_name(host: Host) {
    let server = server();
    let mut plugin = Package::Std.load("http", &host.config());
    let url = format!("http://localhost:{}/hello.txt", server.http().port());
    let output = call(&mut plugin, url).unwrap();
    assert_eq!(output, "200 18\nHello from nginx.\n");
}

pub fn ureq_gets_pages_from_a_server_that_keeps_no_connection(host: Host) {
    let server = Arc::new(server());
    let closed = answers_when_all_is_closed(Arc::clone(&server));
    let closed = format!("http://{}/", closed.addr());
    let mut plugin = Package::Std.load("http", &host.config());
    for addr in [server.impatient(), server.once()] {
        let page = format!("http://{addr}/hello.txt");
        let urls = [&page, &closed, &page, &closed, &page].map(String::as_str);
        let output = call(&mut plugin, urls.join("\n"));
        let hello = "200 18\nHello from nginx.\n";
        let expected = format!("{hello}200 0\n{hello}200 0\n{hello}");
        assert_eq!(output.as_deref(), Ok(expected.as_str()), "{addr}, {host:?}");
    }
}

pub fn ureq_posts_to_a_server_that_stays_silent_until_it_has_the_body(host: Host) {
    let silent = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut request = BufReader::new(&stream);
        let lines = head(&mut request)?;
        assert!(
            lines.iter().any(|line| line == "expect: 100-continue"),
            "{lines:?}"
        );
        let mut body = [0; 8];
        request.read_exact(&mut body)?;
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\n";
        stream.write_all(&[head.as_bytes(), &body].concat())
    });
    let silent = silent.unwrap();
    let mut plugin = Package::Std.load_with_wait("http", &host.config(), Duration::from_secs(1));
    let output = call(&mut plugin, format!("http://{}/ sideways", silent.addr()));
    assert_eq!(output.unwrap(), "200 8\nsideways");
}

/// A site with one empty page, which responds when nginx has no more connections.
fn answers_when_all_is_closed(server: Arc<Nginx>) -> TcpPeer {
    let peer = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), move |mut stream, _| {
        stream.set_read_timeout(Some(PATIENCE))?;
        head(&mut BufReader::new(&stream))?;
        let began = Instant::now();
        while server.connections().map_err(io::Error::other)? > 0 && began.elapsed() < PATIENCE {
            sleep(Duration::from_millis(1));
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    });
    peer.unwrap()
}

/// Reads the head of a request, and returns its lines.
fn head(request: &mut impl BufRead) -> io::Result<Vec<String>> {
    let lines = request.by_ref().lines();
    lines
        .take_while(|line| !matches!(line, Ok(line) if line.is_empty()))
        .collect()
}

/// For the plugins without std: several pages over one connection.
fn gets_pages_without_std(name: &str, host: Host, site: impl Fn(&str) -> String) {
    let server = server();
    let config = host.config();
    everywhere(name, &config, server.http(), |call, at| {
        let paths = "/hello.txt\n/small.html\n/none\n/hello.txt";
        let output = call(format!("{}\n{paths}", site(at))).unwrap();
        let hello = "200 18\nHello from nginx.\n";
        let known = format!("{hello}200 26\nYou asked for /small.html.404 ");
        assert!(output.starts_with(&known), "{at}: {output}");
        assert!(output.ends_with(hello), "{at}: {output}");
    });
    nowhere(name, &config, Nobody::NameAndPort, |at| {
        format!("{}\n/hello.txt", site(at))
    });

    let mut plugin = Package::NoStd.load(name, &config);
    let input = format!(
        "{}\n/hello.txt\n/hello.txt",
        site(&server.http().to_string())
    );
    call(&mut plugin, input).unwrap();
    assert_eq!(plugin.report().calls.get("tcp_connect"), 1);
}

pub fn reqwless_gets_several_pages_from_nginx_over_one_connection(host: Host) {
    gets_pages_without_std("bare_http", host, |at| format!("http://{at}"));
}

pub fn edge_http_gets_several_pages_from_nginx_over_one_connection(host: Host) {
    gets_pages_without_std("bare_edge_http", host, str::to_owned);
}

/// For each of the crates that open their own connection.
fn gets_pages_without_a_word_of_ours(name: &str, host: Host) {
    let server = server();
    let config = host.config();
    let big = Nginx::big();
    everywhere(name, &config, server.http(), |call, at| {
        let urls = ["/hello.txt", "/big.txt", "/chunked.html", "/none"];
        let urls = urls.map(|page| format!("http://{at}{page}")).join("\n");
        let output = call(urls).unwrap();
        let chunked = format!("You asked for /chunked.html.\n{big}");
        let (big_is, chunked_is) = (big.len(), chunked.len());
        let known = format!(
            "200 18\nHello from nginx.\n200 {big_is}\n{big}200 {chunked_is}\n{chunked}404 "
        );
        assert!(output.starts_with(&known), "{at}: {}", &output[..200]);
    });
    nowhere(name, &config, Nobody::NameAndPort, |at| {
        format!("http://{at}/hello.txt")
    });
}

pub fn minreq_gets_pages_from_nginx(host: Host) {
    gets_pages_without_a_word_of_ours("std_minreq", host);
}

pub fn attohttpc_gets_pages_from_nginx(host: Host) {
    gets_pages_without_a_word_of_ours("std_attohttpc", host);
}

pub fn ureq_with_its_own_transport_gets_pages_from_nginx(host: Host) {
    gets_pages_without_a_word_of_ours("std_ureq", host);
}
