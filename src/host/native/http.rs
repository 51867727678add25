//! HTTP requests with a client on top of the operating system's sockets.

use crate::http::canonical;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HOST};
use http::{HeaderName, HeaderValue, Method, Request, Response};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

/// The timeout of a request, including redirects and the response's body, as in production.
const LIMIT: Duration = Duration::from_secs(10);
/// The maximum number of redirects.
const REDIRECTS: u32 = 10;

/// The client. It keeps no connections open, so a test's server need not outlive its test.
static AGENT: LazyLock<Agent> = LazyLock::new(|| {
    let authorities = rustls_native_certs::load_native_certs().certs;
    let authorities = authorities
        .iter()
        .map(|certificate| Certificate::from_der(certificate));
    let authorities: Vec<_> = authorities
        .map(|certificate| certificate.to_owned())
        .collect();
    let provider = rustls::crypto::ring::default_provider();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&authorities))
        .unversioned_rustls_crypto_provider(Arc::new(provider))
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(REDIRECTS)
        .max_idle_connections(0)
        .timeout_global(Some(LIMIT))
        .build()
        .new_agent()
});

/// Makes a request and returns the response in the host's JSON form; `None` if there is none.
pub(super) fn request(method: &str, url: &str, headers: &[u8], body: Vec<u8>) -> Option<Vec<u8>> {
    let lines: Vec<String> = if headers.is_empty() {
        Vec::new()
    } else {
        serde_json::from_slice(headers).ok()?
    };
    let mut request = Request::new(body);
    *request.method_mut() = method.parse().ok()?;
    *request.uri_mut() = url.parse().ok()?;
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let name = HeaderName::try_from(name.trim()).ok()?;
        let value = HeaderValue::try_from(value.trim()).ok()?;
        request.headers_mut().append(name, value);
    }
    // As in production: if the plugin requests an encoding itself, the body is not decoded. (ureq's own gzip has no
    // such option; and a feature of ureq that is enabled here would be enabled in the reference host too.)
    let own = request.headers().contains_key(ACCEPT_ENCODING);
    if !own {
        let gzip = HeaderValue::from_static("gzip");
        request.headers_mut().insert(ACCEPT_ENCODING, gzip);
    }
    to_json(send(request)?, !own)
}

fn send(request: Request<Vec<u8>>) -> Option<Response<Body>> {
    let (mut parts, body) = request.into_parts();
    // ureq takes the server's name from the URL. As in production, the plugin cannot set this header.
    parts.headers.remove(HOST);
    if body.is_empty() && !takes_body(&parts.method) {
        return AGENT.run(Request::from_parts(parts, ())).ok();
    }
    if takes_body(&parts.method) {
        return AGENT.run(Request::from_parts(parts, body)).ok();
    }
    // Unusual, but allowed: for example a search that is a GET with JSON.
    let mut builder = match parts.method {
        Method::GET => AGENT.get(parts.uri),
        Method::DELETE => AGENT.delete(parts.uri),
        Method::OPTIONS => AGENT.options(parts.uri),
        _ => return None,
    };
    if let Some(headers) = builder.headers_mut() {
        *headers = parts.headers;
    }
    builder.force_send_body().send(body).ok()
}

/// Whether ureq sends a body with this method by default.
fn takes_body(method: &Method) -> bool {
    ![
        Method::GET,
        Method::HEAD,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ]
    .contains(method)
}

fn timed_out(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(inner, Some(ureq::Error::Timeout(_)))
}

/// Converts a response to JSON. `unpack` says whether to decode a gzip body.
fn to_json(response: Response<Body>, unpack: bool) -> Option<Vec<u8>> {
    let (mut parts, body) = response.into_parts();
    let coding = parts.headers.get(CONTENT_ENCODING);
    let gzip = unpack && coding.is_some_and(|coding| coding.as_bytes() == b"gzip");
    let mut body: Box<dyn Read> = match gzip {
        true => {
            parts.headers.remove(CONTENT_ENCODING);
            parts.headers.remove(CONTENT_LENGTH);
            Box::new(MultiGzDecoder::new(body.into_reader()))
        }
        false => Box::new(body.into_reader()),
    };
    let mut headers = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in &parts.headers {
        let values = headers.entry(canonical(name.as_str())).or_default();
        values.push(String::from_utf8_lossy(value.as_bytes()).into_owned());
    }
    let mut bytes = Vec::new();
    match body.read_to_end(&mut bytes) {
        Err(error) if timed_out(&error) => return None,
        // A body that ends early is truncated without a sign, as in production.
        Ok(_) | Err(_) => {}
    }
    let json = serde_json::json!({
        "status": parts.status.as_u16(),
        "headers": headers,
        "body": STANDARD.encode(bytes),
    });
    serde_json::to_vec(&json).ok()
}
