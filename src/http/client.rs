//! A client similar to reqwest's.

use super::answer::{Headers, invalid};
use super::name::canonical;
use super::request::exchange;
use crate::Error;
use crate::host::{DefaultHost, Http};
use ::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use ::http::{Method, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt;
use std::io;

/// Makes HTTP requests through the host.
///
/// It corresponds to `reqwest::blocking::Client`. It has no state: no cookies, connections or settings. The host
/// handles redirects, TLS and timeouts.
///
/// # Example
/// ```
/// use harness_wasi_sockets::Client;
///
/// # fn page(url: &str) -> std::io::Result<String> {
/// let response = Client::new().get(url).header("Accept", "text/html").send()?;
/// if response.status_is_success() {
///     println!("{:?}", response.header("content-type"));
/// }
/// response.text()
/// # }
/// # let server = harness_host::peers::HttpServer::v4()?;
/// # assert!(page(&format!("http://{}/hello.txt", server.addr()))?.starts_with("Hello"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Client<H: Http = DefaultHost> {
    host: H,
}

impl Client {
    /// Creates a client of the plugin's host.
    #[must_use]
    pub fn new() -> Self {
        Self::new_in(DefaultHost)
    }
}

impl<H: Http> Client<H> {
    /// Creates a client of your own host.
    #[must_use]
    pub fn new_in(host: H) -> Self {
        Self { host }
    }

    /// Creates a `GET` request. If the URL is invalid, [`send`](RequestBuilder::send) returns an error.
    pub fn get(&self, url: impl AsRef<str>) -> RequestBuilder<H> {
        self.request(Method::GET, url)
    }

    /// Creates a `POST` request, like [`get`](Client::get).
    pub fn post(&self, url: impl AsRef<str>) -> RequestBuilder<H> {
        self.request(Method::POST, url)
    }

    /// Creates a `PUT` request, like [`get`](Client::get).
    pub fn put(&self, url: impl AsRef<str>) -> RequestBuilder<H> {
        self.request(Method::PUT, url)
    }

    /// Creates a `DELETE` request, like [`get`](Client::get).
    pub fn delete(&self, url: impl AsRef<str>) -> RequestBuilder<H> {
        self.request(Method::DELETE, url)
    }

    /// Creates a `PATCH` request, like [`get`](Client::get).
    pub fn patch(&self, url: impl AsRef<str>) -> RequestBuilder<H> {
        self.request(Method::PATCH, url)
    }

    /// Creates a request with any method, like [`get`](Client::get).
    pub fn request(&self, method: Method, url: impl AsRef<str>) -> RequestBuilder<H> {
        let url = Uri::try_from(url.as_ref());
        RequestBuilder {
            host: self.host.clone(),
            request: url
                .map(|url| Request {
                    method,
                    url,
                    headers: Vec::new(),
                    body: Vec::new(),
                    content_type: None,
                })
                .map_err(|_| Error::InvalidUrl.into()),
        }
    }
}

/// A request that was not sent yet. [`Client`] creates it.
///
/// If several parts of it are invalid, [`send`](RequestBuilder::send) returns the error of the first.
#[must_use = "it is not sent before `send` is called"]
pub struct RequestBuilder<H: Http = DefaultHost> {
    host: H,
    request: io::Result<Request>,
}

struct Request {
    method: Method,
    url: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
    /// The body's type, used if no header sets it.
    content_type: Option<HeaderValue>,
}

impl<H: Http> RequestBuilder<H> {
    /// Adds a header. Existing headers of the same name are kept, and all are sent.
    ///
    /// Name and value are text, or the types of the crate `http`.
    pub fn header<K, V>(self, name: K, value: V) -> Self
    where
        HeaderName: TryFrom<K>,
        HeaderValue: TryFrom<V>,
    {
        self.with(|request| {
            let name = HeaderName::try_from(name).map_err(|_| Error::InvalidHeader)?;
            let value = HeaderValue::try_from(value).map_err(|_| Error::InvalidHeader)?;
            request.headers.push((name, value));
            Ok(())
        })
    }

    /// Sets the body to a value as JSON. `Content-Type` becomes `application/json`, unless you set it, before or after
    /// this.
    ///
    /// If the value cannot be serialized, [`send`](RequestBuilder::send) returns an error of kind `InvalidInput`.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        self.with(|request| {
            request.body = serde_json::to_vec(value)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            request.content_type = Some(HeaderValue::from_static("application/json"));
            Ok(())
        })
    }

    /// Sets the body to these bytes. No `Content-Type` is sent unless you set it.
    pub fn body(self, body: Vec<u8>) -> Self {
        self.with(|request| {
            request.body = body;
            request.content_type = None;
            Ok(())
        })
    }

    fn with(mut self, change: impl FnOnce(&mut Request) -> io::Result<()>) -> Self {
        if let Ok(request) = &mut self.request
            && let Err(error) = change(request)
        {
            self.request = Err(error);
        }
        self
    }

    /// Sends the request and waits for the whole response, for at most 10 s, which is the host's limit.
    ///
    /// A status such as 404 is a response, not an error: see [`Response::status_is_success`].
    ///
    /// # Errors
    /// As [`http::send`](crate::http::send).
    pub fn send(self) -> io::Result<Response> {
        let mut request = self.request?;
        let has_type = request.headers.iter().any(|(name, _)| name == CONTENT_TYPE);
        if let (Some(content_type), false) = (request.content_type, has_type) {
            request.headers.push((CONTENT_TYPE, content_type));
        }
        let headers = request.headers.iter().map(|(name, value)| (name, value));
        let answer = exchange(
            &self.host,
            &request.method,
            &request.url,
            headers,
            request.body,
        )?;
        Ok(Response {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
        })
    }
}

impl<H: Http> fmt::Debug for RequestBuilder<H> {
    /// Shows the method and the server. Other parts may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RequestBuilder");
        match &self.request {
            Ok(request) => shown
                .field("method", &request.method)
                .field("host", &request.url.host()),
            Err(error) => shown.field("error", error),
        };
        shown.finish_non_exhaustive()
    }
}

/// The whole response to a request of a [`Client`].
///
/// # Example
/// ```
/// use harness_wasi_sockets::Client;
///
/// # let server = harness_host::peers::HttpServer::v4()?;
/// # let url = format!("http://{}/", server.addr());
/// let response = Client::new().delete(url).send()?;
/// assert_eq!(response.status(), 405);
/// for (name, values) in response.headers() {
///     println!("{name}: {}", values.join(", "));
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Headers,
    body: Vec<u8>,
}

impl Response {
    /// Returns the status, from 100 to 999.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is from 200 to 299.
    #[must_use]
    pub fn status_is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the headers by name, in canonical form (`Content-Type`), each with all its values in order.
    #[must_use]
    pub fn headers(&self) -> &BTreeMap<String, Vec<String>> {
        &self.headers
    }

    /// Returns all values of a header. Letter case of the name is ignored.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&Vec<String>> {
        self.headers.get(&canonical(name))
    }

    /// Returns the body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// Returns the body without a copy.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.body
    }

    /// Returns a copy of the body as text. The encoding in the header `Content-Type` is ignored.
    ///
    /// # Errors
    /// Kind `InvalidData` if the body is not UTF-8. [`bytes`](Response::bytes) still returns it.
    pub fn text(&self) -> io::Result<String> {
        match std::str::from_utf8(&self.body) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(invalid(format!("the body is not UTF-8: {error}"))),
        }
    }

    /// Deserializes the body from JSON.
    ///
    /// # Errors
    /// Kind `InvalidData` if it is not JSON, or not that of a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> io::Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            invalid(format!(
                "the body is not the JSON that was expected: {error}"
            ))
        })
    }
}

impl fmt::Debug for Response {
    /// Shows the status, the names of the headers and the length of the body. The rest may be long, or secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers.keys())
            .field("body_len", &self.body.len())
            .finish()
    }
}
