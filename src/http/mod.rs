//! HTTP through the host: it makes the request, with its own client and TLS.
//!
//! This is the way to HTTPS in production. TLS inside a plugin is only as good as the host's clock and random
//! numbers, and production has neither; the host's own TLS is sound.
//!
//! * [`Client`] has the habits of `reqwest::blocking`. It is at the crate's root too.
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
//! # Which host has it
//!
//! The production host and the reference host have this function, `http_request` in the module `env`. **A host
//! without it refuses to load a plugin that uses it**, before any of the plugin runs. Extism's Rust runtime says
//! ``unknown import: `env::http_request` has not been defined``. A plugin that has the feature and does not use it
//! does not import the function. Extism's own `http_request`, in the module `extism:host/env`, is another function:
//! `extism_pdk::http` calls it, and the host lists the allowed servers in the plugin's manifest.
//!
//! # What the host does
//!
//! * It follows up to 10 redirects. The response is the last one, and does not say where it is from.
//! * It takes 10 s at most for all of a request. A plugin cannot set another limit.
//! * It returns 0 for every failure, and no reason: [`RequestFailed`](crate::Error::RequestFailed).
//! * It reads the whole body before it returns. **If the connection breaks meanwhile, the production host returns
//!   what it has.** Where the server has sent the length, the library compares, and a shorter body is an error of
//!   kind `UnexpectedEof`. A body without a length may be cut without a sign.
//!
//! A body is in the kernel's memory in base64, and in the plugin's once. It is decoded as it is read.
//!
//! # In unit tests
//!
//! Natively the operating system's sockets answer (`host::Native`), with a client of this library.
//! It trusts the authorities that the system trusts. For an authority of your own, set `SSL_CERT_FILE` to its
//! certificate, as PEM, before the first request: `SSL_CERT_FILE=ca.pem cargo test`.

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

/// Has the host make a request, and waits for the whole response: 10 s at most, which is the host's limit.
///
/// A status such as 404 is a response, not an error. Repeated headers are all sent, and all in the response. What is
/// in the request's version and extensions is not sent.
///
/// # Errors
/// Of kind
///
/// * `InvalidInput`, before the host is called: the URL is not absolute, not of `http` or `https`, or has an invalid
///   port ([`InvalidUrl`](crate::Error::InvalidUrl)); or a header's value is not UTF-8
///   ([`InvalidHeader`](crate::Error::InvalidHeader)).
/// * `Other`: the host returned no response ([`RequestFailed`](crate::Error::RequestFailed)). Whether the server has
///   got the request is not known.
/// * `OutOfMemory`: the kernel has no memory for the request, or the plugin none for the body of the response.
/// * `UnexpectedEof`: the body is shorter than the server said.
/// * `InvalidData`: the host violated its contract.
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

/// As [`send`], with a host of your own.
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
    answer::invalid(format!(
        "the host answered with an invalid header: {name:?}"
    ))
}
