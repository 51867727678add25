//! The library's own `Client` in a plugin, against nginx, over the host's HTTP.

use crate::host_http::{server, sites, trusting};
use harness_host::peers::TcpPeer;
use harness_host::wasm::Target;
use harness_host::{Allow, Config, Plugin, guests};
use server_tests::guests::Host;
use std::io::{BufRead, BufReader, Write};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

/// The length of a large body.
const LARGE: usize = 16 << 20;

struct Guest(Plugin);

impl Guest {
    fn load(config: &Config) -> Guest {
        static BUILT: OnceLock<PathBuf> = OnceLock::new();
        let built = || guests::package("http-guest", Target::Wasip1).expect("the guest");
        Guest::from(BUILT.get_or_init(built), config)
    }

    fn from(wasm: &PathBuf, config: &Config) -> Guest {
        let config = config.clone().allow(Allow::loopback());
        Guest(Plugin::from_file(wasm, &config).expect("a guest that loads"))
    }

    fn call(&mut self, function: &str, input: &str) -> String {
        let output = self.0.call(function, input.as_bytes());
        assert_eq!(self.0.live_blocks(), Some(0));
        String::from_utf8(output.unwrap_or_else(|error| panic!("{input}: {error}"))).unwrap()
    }
}

/// The examples of the page about porting, in a plugin that enables the feature and is otherwise unchanged.
pub fn the_documented_usage_works(host: Host) {
    let (server, authority) = server("localhost");
    let mut guest = Guest::load(&trusting(host, &authority));
    for site in sites(&server) {
        let output = guest.call("documented", &site);
        let expected = "Hello from nginx.\n200 sideways\n5 200 200\na=1\nb=2; Path=/\n\
                        Content-Type: text/plain\nyou sent crab=sideways\n";
        assert_eq!(output, expected, "{site}");
    }
}

/// The same in a plugin for `wasm32-unknown-unknown`, in a host without WASI.
pub fn the_documented_usage_works_without_wasi(host: Host) {
    let (server, authority) = server("localhost");
    let wasm = guests::package("http-guest", Target::Unknown).expect("the guest");
    let mut guest = Guest::from(&wasm, &trusting(host, &authority).wasi(false));
    let [site, ..] = sites(&server);
    assert!(
        guest
            .call("documented", &site)
            .starts_with("Hello from nginx.\n200 sideways\n")
    );
}

pub fn headers_come_with_all_their_values(host: Host) {
    let (server, authority) = server("localhost");
    let mut guest = Guest::load(&trusting(host, &authority));
    for site in sites(&server) {
        let output = guest.call("get", &format!("{site}/cookies"));
        assert!(output.starts_with("200\n"), "{output}");
        for line in [
            "Set-Cookie: a=1",
            "Set-Cookie: b=2; Path=/",
            "Content-Length: 10",
        ] {
            assert_eq!(
                output.lines().filter(|found| *found == line).count(),
                1,
                "{output}"
            );
        }
        let output = guest.call("get", &format!("{site}/none"));
        assert!(output.starts_with("404\n"), "{output}");
    }
}

/// The plugin's memory contains the body only once: it grows by little more than the body's length.
pub fn large_bodies_are_in_memory_once(host: Host) {
    let (server, authority) = server("localhost");
    for site in sites(&server) {
        let config = trusting(host, &authority);
        let url = format!("{site}/stored/large");
        let put = Guest::load(&config).call("put_large", &format!("{url} {LARGE}"));
        let (status, grown) = put.split_once(' ').unwrap();
        assert!(["201", "204"].contains(&status), "{put}");
        let most = LARGE + (1 << 20);
        assert!((LARGE..most).contains(&grown.parse().unwrap()), "{put}");

        let got = Guest::load(&config).call("get_large", &url);
        let digest = vec![b'x'; LARGE]
            .iter()
            .fold(0xcbf2_9ce4_8422_2325, |digest: u64, byte| {
                (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let (what, grown) = got.rsplit_once(' ').unwrap();
        assert_eq!(what, format!("200 {LARGE} {digest:x}"));
        println!("{site}: {grown} bytes for a body of {LARGE}");
        assert!((LARGE..most).contains(&grown.parse().unwrap()), "{got}");
    }
}

pub fn what_brings_no_response_is_an_error(host: Host) {
    let (server, authority) = server("localhost");
    let mut guest = Guest::load(&trusting(host, &authority));
    let site = format!("http://{}", server.http());
    for (url, kind) in [
        (format!("{site}/loop"), "Other: "),
        // These are denied, also as the target of a redirect.
        ("http://192.0.2.1/".to_owned(), "Other: "),
        (format!("{site}/away?http://192.0.2.1/"), "Other: "),
        ("http://no.such.name.invalid/".to_owned(), "Other: "),
        ("http://exa mple.org/".to_owned(), "InvalidInput: "),
    ] {
        let output = guest.call("get", &url);
        assert!(output.starts_with(kind), "{url}: {output}");
    }
    assert_eq!(guest.0.report().denied, 2);
    assert_eq!(
        guest
            .call("get", &format!("{site}/hello.txt"))
            .lines()
            .next(),
        Some("200")
    );
}

pub fn a_server_that_stalls_is_given_up(host: Host) {
    let silent = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |_stream, stop| {
        while !stop.is_set() {
            sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    let silent = silent.unwrap();
    let (server, authority) = server("localhost");
    let config = trusting(host, &authority).http_wait(Duration::from_secs(2));
    let mut guest = Guest::load(&config);
    let output = guest.call("get", &format!("http://{}/", silent.addr()));
    assert!(output.starts_with("Other: "), "{output}");
    let output = guest.call("get", &format!("http://{}/slow.txt", server.http()));
    assert!(output.starts_with("Other: "), "{output}");
}

/// A truncation that production does not report is detected if the server has sent the length.
pub fn a_body_that_is_cut_is_an_error(host: Host) {
    let cutting = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let lines = BufReader::new(&stream).lines();
        let _ = lines
            .take_while(|line| matches!(line, Ok(line) if !line.is_empty()))
            .count();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut")
    });
    let cutting = cutting.unwrap();
    let mut guest = Guest::load(&host.config().http_wait(Duration::from_secs(60)));
    let output = guest.call("get", &format!("http://{}/", cutting.addr()));
    let expected = match host {
        Host::Default => "Other: ",
        Host::Production => "UnexpectedEof: the body ends after 3 of 9 bytes",
    };
    assert!(output.starts_with(expected), "{output}");
}
