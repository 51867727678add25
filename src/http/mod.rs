//! HTTP through the host, which makes the request with its own client and TLS.
//!
//! This is the way to use HTTPS in production. TLS inside a plugin is only as good as the host's clock and random
//! numbers, and production provides neither. The host's own TLS is sound.
//!
//! * [`Client`] resembles `reqwest::blocking`. It is also re-exported at the crate's root.
//! * [`send`] takes and returns the types of the crate [`http`](types).
//!
//! ```
//! use harness_wasi_sockets::http::{self, types::Request};
//!
//! # let server = harness_host::peers::HttpServer::v4()?;
//! # let url = format!("http://{}/hello.txt", server.addr());
//! let request = Request::get(url).header("Accept", "text/plain").body("")?;
//! let response = http::send(request)?;
//! assert_eq!(response.status(), 200);
//! println!("{}", String::from_utf8_lossy(response.body()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which hosts have it
//!
//! The production host and the reference host have this function, `http_request` in the module `env`. **A host without
//! it refuses to load a plugin that uses it**, before any of the plugin runs. Extism's Rust runtime says
//! ``unknown import: `env::http_request` has not been defined``. A plugin that enables the feature without using it
//! does not import the function. Extism's own `http_request`, in the module `extism:host/env`, is another function:
//! `extism_pdk::http` calls it, and the plugin's manifest lists the allowed servers.
//!
//! # What the host does
//!
//! * It follows up to 10 redirects. It returns the last response, without its URL.
//! * It takes at most 10 s for the whole request. A plugin cannot set another limit.
//! * It returns 0 for every failure, without a reason: [`RequestFailed`](crate::Error::RequestFailed).
//! * It reads the whole body before it returns. **If the connection breaks meanwhile, the production host returns the
//!   bytes received so far.** If the server sent the length, the library compares it: a shorter body is an error of
//!   kind `UnexpectedEof`. A body without a length may be truncated without a sign.
//!
//! A body is in the kernel's memory as base64, and once in the plugin's memory, as it is decoded while it is read.
//!
//! # In unit tests
//!
//! Native builds use the operating system's sockets (`host::Native`), with a client of this library. It trusts the
//! system's certificate authorities. For your own authority, set `SSL_CERT_FILE` to its PEM certificate before the
//! first request: `SSL_CERT_FILE=ca.pem cargo test`.

mod answer;
mod client;
mod name;
mod request;

pub use ::http as types;
pub use client::{Client, RequestBuilder, Response};

use crate::host::{DefaultHost, Http};
use ::http::{HeaderName, HeaderValue, Request, StatusCode};
#[cfg(not(target_family = "wasm"))]
pub(crate) use name::canonical;
use std::io;

/// Makes a request through the host and waits for the whole response, for at most 10 s, which is the host's limit.
///
/// A status such as 404 is a response, not an error. All values of a repeated header are sent, and are in the response.
/// The request's version and extensions are ignored.
///
/// # Errors
/// Of kind
///
/// * `InvalidInput`, before the host is called: the URL is not absolute, not `http` or `https`, or has an invalid port
///   ([`InvalidUrl`](crate::Error::InvalidUrl)); or a header's value is not UTF-8
///   ([`InvalidHeader`](crate::Error::InvalidHeader)).
/// * `Other`: the host returned no response ([`RequestFailed`](crate::Error::RequestFailed)). Whether the server
///   received the request is unknown.
/// * `OutOfMemory`: the kernel has no memory for the request, or the plugin has none for the response's body.
/// * `UnexpectedEof`: the body is shorter than the server said.
/// * `InvalidData`: the host violated the contract.
///
/// # Example
/// ```
/// use harness_wasi_sockets::http::{self, types::{Request, header::SET_COOKIE}};
///
/// fn cookies(url: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
///     let response = http::send(Request::get(url).body([])?)?;
///     let cookies = response.headers().get_all(SET_COOKIE).iter();
///     Ok(cookies.map(|cookie| cookie.to_str().map(String::from)).collect::<Result<_, _>>()?)
/// }
/// # let server = harness_host::peers::HttpServer::v4()?;
/// # assert!(cookies(&format!("http://{}/hello.txt", server.addr()))?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn send<B: AsRef<[u8]>>(request: Request<B>) -> io::Result<::http::Response<Vec<u8>>> {
    send_in(DefaultHost, request)
}

/// As [`send`], with your own host.
///
/// # Errors
/// As [`send`].
pub fn send_in<H: Http, B: AsRef<[u8]>>(
    host: H,
    request: Request<B>,
) -> io::Result<::http::Response<Vec<u8>>> {
    let (parts, body) = request.into_parts();
    let answer = request::exchange(&host, &parts.method, &parts.uri, parts.headers.iter(), body)?;
    let mut response = ::http::Response::new(answer.body);
    *response.status_mut() =
        StatusCode::from_u16(answer.status).map_err(|_| bad_header("status"))?;
    for (name, values) in answer.headers {
        let key = HeaderName::try_from(&name).map_err(|_| bad_header(&name))?;
        for value in values {
            let value = HeaderValue::try_from(value).map_err(|_| bad_header(&name))?;
            response.headers_mut().append(key.clone(), value);
        }
    }
    Ok(response)
}

fn bad_header(name: &str) -> io::Error {
    answer::invalid(format!("the host returned an invalid header: {name:?}"))
}
