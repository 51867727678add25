//! The HTTP client behind `http_request`: one request, and its redirects.
//!
//! ureq implements HTTP. This module does what a host must control itself: which addresses it connects to, for how
//! long, how much it reads, and what a redirect sends along. gzip is decoded here, since ureq's feature for it also
//! decodes what a plugin wants unchanged. (If another crate of an application enables that feature, it is enabled here
//! too.)

mod answer;
mod body;
mod redirect;
mod request;
mod trust;
mod wire;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::{self, Method, Response, header};
use url::{Host, Url};

use crate::address::{self, Nowhere};
use crate::{Config, Why};
pub(crate) use answer::Answer;
use body::Cut;
pub(crate) use request::Request;
pub use trust::NoCertificate;
pub(crate) use trust::{Authorities, Trust, authorities};
use wire::{Dial, Elsewhere};

/// How many redirects are followed.
const REDIRECTS: usize = 10;

/// Why there is no response.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// There is no response, or an invalid one, or it arrived too late.
    Failed,
    /// A rule or a limit denied this host and port.
    Denied(String, Why),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(_: E) -> Self {
        Failure::Failed
    }
}

/// Body bytes sent and received, whether or not the request succeeded.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub sent: u64,
    pub received: u64,
}

/// The limits of a request.
pub(crate) struct Limits<'a> {
    pub config: &'a Config,
    pub trust: &'a Trust,
    pub deadline: Instant,
    /// How many body bytes may be sent and received in total.
    pub bytes: u64,
}

impl Limits<'_> {
    fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

/// Sends a request, follows redirects, and reads the response to its end.
pub(crate) fn send(
    mut request: Request,
    limits: &Limits,
    traffic: &mut Traffic,
) -> Result<Answer, Failure> {
    for _ in 0..=REDIRECTS {
        let response = hop(&request, limits, traffic)?;
        match redirect::target(&request, &response)? {
            Some((url, written)) => redirect::follow(&mut request, response.status(), url, written),
            None => return read(&request, response, limits, traffic),
        }
    }
    Err(Failure::Failed)
}

/// Sends one request to one of the allowed addresses, and reads up to the end of the response's headers.
fn hop(
    request: &Request,
    limits: &Limits,
    traffic: &mut Traffic,
) -> Result<Response<ureq::Body>, Failure> {
    let target = request.target();
    let addresses = addresses(request, &target, limits)?;
    let size = request.body.len() as u64;
    if size > limits.config.max_request_body || traffic.sent.saturating_add(size) > limits.bytes {
        return Err(Failure::Denied(target, Why::Bytes));
    }
    let tls = match request.url.scheme() {
        "https" => Some(limits.trust.client()?),
        _ => None,
    };
    let dial = Dial::new(addresses, limits.deadline, tls);
    let agent = Agent::with_parts(client(limits.time_left()), dial, Elsewhere);
    let mut message = http::Request::builder()
        .method(&request.method)
        .uri(request.url.as_str());
    for (name, value) in &request.headers {
        message = message.header(name, value);
    }
    if request.asks_for_gzip() {
        message = message.header(header::ACCEPT_ENCODING, "gzip");
    }
    traffic.sent = traffic.sent.saturating_add(size);
    let has_length = [Method::POST, Method::PUT, Method::PATCH].contains(&request.method);
    // Without a body these three methods send a length of 0; the others send no length.
    Ok(if request.body.is_empty() && !has_length {
        agent.run(message.body(())?)?
    } else {
        agent.run(message.body(request.body.as_slice())?)?
    })
}

/// Returns the addresses to connect to. Nothing is resolved again after this.
fn addresses(request: &Request, target: &str, limits: &Limits) -> Result<Vec<SocketAddr>, Failure> {
    if !limits.config.short_numbers && address::is_short_number(&request.host_as_written) {
        return Err(Failure::Failed);
    }
    let asked = limits.config.redirected(target.as_bytes());
    let (host, port) = address::split(asked).ok_or(Failure::Failed)?;
    let found = address::find(host, Some(port), limits.time_left(), &limits.config.allow);
    found.map_err(|nowhere| match Nowhere::why(nowhere) {
        Some(why) => Failure::Denied(target.to_owned(), why),
        None => Failure::Failed,
    })
}

/// ureq does only the minimum: it follows no redirects, keeps no connections, and uses no proxy.
fn client(limit: Duration) -> ureq::config::Config {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(0)
        .proxy(None)
        .user_agent("harness-host")
        .accept(ureq::config::AutoHeaderValue::None)
        .accept_encoding(ureq::config::AutoHeaderValue::None)
        .allow_non_standard_methods(true)
        .timeout_global(Some(limit))
        .build()
}

fn read(
    request: &Request,
    response: Response<ureq::Body>,
    limits: &Limits,
    traffic: &mut Traffic,
) -> Result<Answer, Failure> {
    let (mut head, body) = response.into_parts();
    let gzip = request.asks_for_gzip()
        && head
            .headers
            .get(header::CONTENT_ENCODING)
            .is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"gzip"));
    if gzip {
        head.headers.remove(header::CONTENT_ENCODING);
        head.headers.remove(header::CONTENT_LENGTH);
    }
    // It described the transfer; the body is returned in one piece.
    head.headers.remove(header::TRANSFER_ENCODING);
    let left = limits.bytes.saturating_sub(traffic.sent);
    let most = left.min(limits.config.max_response_body);
    let body = body::read(body.into_reader(), gzip, most, limits.config.short_bodies);
    let (body, failure) = match body {
        Ok(body) => (body, None),
        Err((read, cut)) => (read, Some(cut)),
    };
    traffic.received = traffic.received.saturating_add(body.len() as u64);
    match failure {
        None => Ok(Answer::new(head.status, &head.headers, body)),
        Some(Cut::TooLong) => Err(Failure::Denied(request.target(), Why::Bytes)),
        Some(Cut::Failed) => Err(Failure::Failed),
    }
}

/// Returns `host:port` with an explicit port; an IPv6 address is in brackets.
fn host_and_port(url: &Url) -> Option<String> {
    let port = url.port_or_known_default()?;
    match url.host()? {
        Host::Domain("") => None,
        host => Some(format!("{host}:{port}")),
    }
}
