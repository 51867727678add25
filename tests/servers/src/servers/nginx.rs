use crate::authority::Signed;
use crate::process::Launch;
use crate::{Error, Result, Server, program};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// nginx: one site, over HTTP/1.1, TLS 1.3 and TLS 1.2; and over HTTP/1.1 where it soon closes what it
/// said it would keep.
#[derive(Debug)]
pub struct Nginx(Server);

impl Nginx {
    /// What `/big.txt` has: more than fits in any buffer.
    pub const BIG: usize = 300_000;

    /// Where it speaks plain HTTP.
    pub fn http(&self) -> SocketAddr {
        self.0.addr()
    }

    /// Where it speaks TLS 1.3.
    pub fn tls13(&self) -> SocketAddr {
        self.0.addr_of(1)
    }

    /// Where it speaks TLS 1.2.
    pub fn tls12(&self) -> SocketAddr {
        self.0.addr_of(2)
    }

    /// Where it speaks plain HTTP and closes a connection that is idle for 1 ms.
    pub fn impatient(&self) -> SocketAddr {
        self.0.addr_of(3)
    }

    /// Where it speaks plain HTTP and closes a connection after one response, which says so.
    pub fn once(&self) -> SocketAddr {
        self.0.addr_of(4)
    }

    /// How many connections it has open, other than the one that asks.
    pub fn connections(&self) -> Result<usize> {
        let mut stream = TcpStream::connect(self.http())?;
        stream.write_all(b"GET /connections HTTP/1.0\r\n\r\n")?;
        let mut page = String::new();
        stream.read_to_string(&mut page)?;
        let count = page
            .split_once("Active connections: ")
            .and_then(|(_, rest)| {
                let count: usize = rest.split_whitespace().next()?.parse().ok()?;
                count.checked_sub(1)
            });
        count.ok_or(Error::Failed(page))
    }

    /// What is in `/big.txt`.
    pub fn big() -> String {
        "0123456789".repeat(Nginx::BIG / 10)
    }
}

/// nginx, with this certificate. It keeps connections open. `/hello.txt` and `/big.txt` come with
/// their length; `/small.html` and `/chunked.html`, which has `/big.txt` in it, without one, in
/// chunks. `/connections` counts the open ones.
pub fn nginx(signed: &Signed) -> Result<Nginx> {
    let program = program("nginx")?;
    let server = Server::start("nginx", 5, |place| {
        place.write("certificate.pem", &signed.certificate)?;
        place.write("key.pem", &signed.key)?;
        place.make_folder("site")?;
        place.make_folder("temp")?;
        place.write("site/hello.txt", "Hello from nginx.\n")?;
        place.write("site/big.txt", Nginx::big())?;
        place.write(
            "site/small.html",
            "You asked for <!--#echo var=\"uri\" -->.",
        )?;
        place.write(
            "site/chunked.html",
            "You asked for <!--#echo var=\"uri\" -->.\n<!--#include virtual=\"/big.txt\" -->",
        )?;
        let config = CONFIG
            .replace("{http}", &place.port(0))
            .replace("{tls13}", &place.port(1))
            .replace("{tls12}", &place.port(2))
            .replace("{impatient}", &place.port(3))
            .replace("{once}", &place.port(4));
        let config = place.write("nginx.conf", config)?;
        let mut launch = Launch::new(&program);
        launch
            .command
            .arg("-p")
            .arg(place.folder())
            .arg("-c")
            .arg(config)
            .args(["-e", "stderr"]);
        Ok(launch)
    })?;
    Ok(Nginx(server))
}

const CONFIG: &str = "
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path temp/body;
    proxy_temp_path temp/proxy;
    fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi;
    scgi_temp_path temp/scgi;
    types { text/plain txt; text/html html; }
    root site;
    ssi on;
    keepalive_timeout 60;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    server { listen 127.0.0.1:{http}; location = /connections { stub_status; } }
    server { listen 127.0.0.1:{tls13} ssl; ssl_protocols TLSv1.3; }
    server { listen 127.0.0.1:{tls12} ssl; ssl_protocols TLSv1.2; }
    server { listen 127.0.0.1:{impatient}; keepalive_timeout 1ms; }
    server { listen 127.0.0.1:{once}; keepalive_requests 1; }
}
";
