//! nginx on loopback, with a certificate of the tests' own authority.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tempfile::TempDir;

/// An independent web server. It stops when this is dropped.
///
/// `/hello.txt` is a greeting, `/big.bin` has 16 MiB, `/cookies` sets two cookies, `/shown` returns the client's
/// identity, `/said` what was sent, `/echo` returns it as JSON. `/301?to=URL` etc. redirect, `/loop` forever.
pub struct Nginx {
    child: Child,
    _folder: TempDir,
    pub http: SocketAddr,
    /// Its certificate is for `localhost` and 127.0.0.1.
    pub https: SocketAddr,
    /// Its certificate is from the same authority, for another name.
    pub stranger: SocketAddr,
    /// The authority's own certificate, in PEM.
    pub authority: String,
}

/// The size of `/big.bin`.
pub const BIG: usize = 16 * 1024 * 1024;

fn program() -> Option<&'static str> {
    let places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];
    places.into_iter().find(|place| Path::new(place).exists())
}

pub fn is_installed() -> bool {
    program().is_some()
}

/// Returns `None`, and reports the skipped test, if nginx is not installed.
pub fn nginx_or_skipped(test: &str) -> Option<Nginx> {
    if !is_installed() {
        let must = std::env::var_os("REQUIRE_SERVERS").is_some_and(|value| value == "1");
        assert!(!must, "nginx is not installed");
        harness_host::skipped(test, "nginx is not installed: see .ci/servers");
        return None;
    }
    let program = program()?;
    // Another process may take a port in the meantime.
    (0..5)
        .find_map(|_| start(program))
        .or_else(|| panic!("nginx does not start"))
}

fn start(program: &str) -> Option<Nginx> {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let authority = authority();
    for (name, names) in [
        ("own", &["localhost", "127.0.0.1"][..]),
        ("stranger", &["a.example"]),
    ] {
        let [certificate, key] = signed(&authority, names);
        fs::write(path(&format!("{name}.pem")), certificate).unwrap();
        fs::write(path(&format!("{name}.key")), key).unwrap();
    }
    fs::create_dir(path("site")).unwrap();
    fs::create_dir(path("temp")).unwrap();
    fs::write(path("site/hello.txt"), "Hello from nginx.\n").unwrap();
    fs::write(path("site/big.bin"), vec![b'x'; BIG]).unwrap();
    let [http, https, stranger] = [free(), free(), free()];
    let config = CONFIG
        .replace("{http}", &http.port().to_string())
        .replace("{https}", &https.port().to_string())
        .replace("{stranger}", &stranger.port().to_string());
    fs::write(path("nginx.conf"), config).unwrap();
    let mut child = Command::new(program)
        .arg("-p")
        .arg(folder.path())
        .arg("-c")
        .arg(path("nginx.conf"))
        .args(["-e", "stderr"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(https).is_err() {
        if child.try_wait().unwrap().is_some() || Instant::now() > deadline {
            let _ = child.kill();
            return None;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Some(Nginx {
        child,
        _folder: folder,
        http,
        https,
        stranger,
        authority: authority.pem(),
    })
}

impl Nginx {
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.http)
    }

    pub fn secure_url(&self, path: &str) -> String {
        format!("https://{}{path}", self.https)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

/// Creates an authority with a self-signed certificate.
fn authority() -> Issuer {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let name = "The tests' authority";
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Creates a certificate for these names, and its key; both in PEM.
fn signed(authority: &Issuer, names: &[&str]) -> [String; 2] {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(names).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    [certificate.pem(), key.serialize_pem()]
}

const CONFIG: &str = r#"
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
    types { text/plain txt; application/octet-stream bin; }
    root site;
    gzip on;
    gzip_min_length 1;
    gzip_types text/plain;
    client_max_body_size 64m;
    client_body_buffer_size 64k;
    server {
        listen 127.0.0.1:{stranger} ssl;
        ssl_certificate stranger.pem;
        ssl_certificate_key stranger.key;
    }
    server {
        ssl_certificate own.pem;
        ssl_certificate_key own.key;
        listen 127.0.0.1:{http};
        listen 127.0.0.1:{https} ssl;
        location = /cookies { add_header Set-Cookie a=1; add_header Set-Cookie b=2; return 200 ""; }
        location = /shown {
            default_type text/html;
            return 200 "$request_method $host|$http_authorization|$http_cookie|$content_type|$http_x_other|$http_user_agent";
        }
        location = /post { proxy_set_header X-Body $request_body; proxy_pass http://127.0.0.1:{http}/said; }
        location = /said { default_type text/html; return 200 "$request_method $http_x_body"; }
        location = /echo { proxy_set_header X-Body $request_body; proxy_pass http://127.0.0.1:{http}/echoed; }
        location = /echoed { default_type application/json; return 200 "$http_x_body"; }
        location = /taken { client_body_buffer_size 64m; proxy_pass http://127.0.0.1:{http}/length; }
        location = /length { default_type text/html; return 200 "$content_length"; }
        location = /301 { return 301 $arg_to; }
        location = /302 { return 302 $arg_to; }
        location = /303 { return 303 $arg_to; }
        location = /307 { return 307 $arg_to; }
        location = /308 { return 308 $arg_to; }
        location = /loop { return 302 /loop; }
        location ~ ^/count/x { rewrite ^/count/x(.*)$ /count/$1 redirect; }
        location = /count/ { return 200 "there"; }
    }
}
"#;
