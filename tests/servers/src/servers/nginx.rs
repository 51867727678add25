use crate::authority::Signed;
use crate::process::Launch;
use crate::{Error, Result, Server, program};
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;

/// nginx: one site, over HTTP/1.1, TLS 1.3 and TLS 1.2; and over HTTP/1.1 with keep-alive connections that it soon
/// closes.
#[derive(Debug)]
pub struct Nginx(Server);

impl Nginx {
    /// The length of `/big.txt`: more than fits in any buffer.
    pub const BIG: usize = 300_000;

    /// Returns the address for plain HTTP.
    pub fn http(&self) -> SocketAddr {
        self.0.addr()
    }

    /// Returns the address for TLS 1.3.
    pub fn tls13(&self) -> SocketAddr {
        self.0.addr_of(1)
    }

    /// Returns the address for TLS 1.2.
    pub fn tls12(&self) -> SocketAddr {
        self.0.addr_of(2)
    }

    /// Returns the address for plain HTTP that closes a connection after 1 ms of idle time.
    pub fn impatient(&self) -> SocketAddr {
        self.0.addr_of(3)
    }

    /// Returns the address for plain HTTP that closes a connection after one response, which announces it.
    pub fn once(&self) -> SocketAddr {
        self.0.addr_of(4)
    }

    /// Returns the number of open connections, except the one of this request.
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

    /// Returns the content of `/big.txt`.
    pub fn big() -> String {
        "0123456789".repeat(Nginx::BIG / 10)
    }
}

/// Starts nginx with this certificate. It keeps connections open. `/hello.txt` and `/big.txt` have a length;
/// `/small.html` and `/chunked.html`, which contains `/big.txt`, have none and are chunked. `/connections` counts the
/// open ones.
///
/// For the host's own HTTP client: `/packed.txt` is `/big.txt`, with gzip for clients that accept it. `/ip` returns the
/// client's address as JSON, `/cookies` sets two cookies and returns the received ones, `/echo` returns a short body,
/// and `/stored/` stores what is put there. `/redirect` leads to `/hello.txt`, `/to-tls` to the same over TLS, `/loop`
/// to itself, `/away?URL` to the URL. `/slow.txt` is sent at one byte per second.
pub fn nginx(signed: &Signed) -> Result<Nginx> {
    let program = program("nginx")?;
    let server = Server::start("nginx", 5, |place| {
        place.write("certificate.pem", &signed.certificate)?;
        place.write("key.pem", &signed.key)?;
        place.make_folder("site")?;
        place.make_folder("temp")?;
        place.write("site/hello.txt", "Hello from nginx.\n")?;
        place.write("site/big.txt", Nginx::big())?;
        place.write("site/packed.txt", Nginx::big())?;
        let stored = place.make_folder("site/stored")?;
        fs::set_permissions(stored, Permissions::from_mode(0o777))?;
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
        let pages = PAGES
            .replace("{http}", &place.port(0))
            .replace("{tls13}", &place.port(1));
        place.write("pages.conf", pages)?;
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
    server { listen 127.0.0.1:{http}; include pages.conf; location = /connections { stub_status; } }
    server { listen 127.0.0.1:{tls13} ssl; ssl_protocols TLSv1.3; include pages.conf; }
    server { listen 127.0.0.1:{tls12} ssl; ssl_protocols TLSv1.2; include pages.conf; }
    server { listen 127.0.0.1:{impatient}; keepalive_timeout 1ms; }
    server { listen 127.0.0.1:{once}; keepalive_requests 1; }
}
";

/// (Only a header has room for a body without an extra module of nginx.)
const PAGES: &str = r#"
location = /packed.txt { gzip on; gzip_types text/plain; }
location = /ip { default_type application/json; return 200 '{"ip":"$remote_addr"}'; }
location = /cookies {
    default_type text/plain;
    add_header Set-Cookie "a=1";
    add_header Set-Cookie "b=2; Path=/";
    return 200 "you sent $http_cookie\n";
}
location = /echo {
    proxy_pass http://127.0.0.1:{http}/body;
    proxy_set_header X-Body $request_body;
    proxy_set_header X-Type $content_type;
}
location = /body { default_type application/json; add_header X-Type $http_x_type; return 200 $http_x_body; }
location /stored/ { dav_methods PUT; client_max_body_size 32m; }
location = /redirect { return 302 /hello.txt; }
location = /to-tls { return 301 https://localhost:{tls13}/hello.txt; }
location = /loop { return 302 /loop; }
location = /away { return 302 $args; }
location = /slow.txt { limit_rate 1; try_files /hello.txt =404; }
"#;
