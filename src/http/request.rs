//! Sends a request to the host.

use super::answer::{self, Answer};
use super::name::canonical;
use crate::host::Http;
use crate::{Block, Error};
use ::http::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use ::http::uri::Scheme;
use ::http::{Method, Uri};
use std::fmt::Write;
use std::io::{self, ErrorKind};

/// Makes a request through the host. The plugin's copy of the body is dropped before the host is called.
pub(super) fn exchange<'a, H: Http>(
    host: &H,
    method: &Method,
    url: &Uri,
    headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>,
    body: impl AsRef<[u8]>,
) -> io::Result<Answer> {
    let url = text_of(url)?;
    let headers = lines_of(headers)?;
    let in_block = |bytes: &[u8]| Block::copy_of_in(host.clone(), bytes);
    // Offset 0, the empty block, means none.
    let if_any = |bytes: &[u8]| (!bytes.is_empty()).then(|| in_block(bytes)).transpose();
    let offset_of = |block: &Option<Block<H>>| block.as_ref().map_or(0, Block::offset);

    let method_block = in_block(method.as_str().as_bytes())?;
    let url = in_block(url.as_bytes())?;
    let headers = if_any(&headers)?;
    let body_block = if_any(body.as_ref())?;
    drop(body);
    let answer = host.http_request(
        method_block.offset(),
        url.offset(),
        offset_of(&headers),
        offset_of(&body_block),
    );
    drop((method_block, url, headers, body_block));
    let answer = Block::adopt_in(host.clone(), answer).ok_or(Error::RequestFailed)?;
    let answer = answer::decode(&answer)?;
    require_whole(method, &answer)?;
    Ok(answer)
}

/// Returns the text of a URL, in ASCII.
fn text_of(url: &Uri) -> Result<String, Error> {
    let (Some(scheme), Some(authority)) = (url.scheme(), url.authority()) else {
        return Err(Error::InvalidUrl);
    };
    if ![Scheme::HTTP, Scheme::HTTPS].contains(scheme) || authority.host().is_empty() {
        return Err(Error::InvalidUrl);
    }
    let place = authority.as_str();
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    let port = place.strip_prefix(authority.host()).unwrap_or_default();
    let good_port = |port: &str| {
        port.strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok())
    };
    if !port.is_empty() && !good_port(port) {
        return Err(Error::InvalidUrl);
    }
    let mut text = String::new();
    for byte in url.to_string().bytes() {
        if byte.is_ascii() {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").map_err(|_| Error::InvalidUrl)?;
        }
    }
    Ok(text)
}

/// Returns the headers as a JSON array, the host's form. Empty if there are none.
fn lines_of<'a>(
    headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>,
) -> io::Result<Vec<u8>> {
    let line = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = std::str::from_utf8(value.as_bytes()).map_err(|_| Error::InvalidHeader)?;
        Ok(format!("{}: {value}", canonical(name.as_str())))
    };
    let lines = headers.map(line).collect::<Result<Vec<_>, Error>>()?;
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    Ok(serde_json::to_vec(&lines)?)
}

/// Returns an error if the body is shorter than the server said. A host that loses the end of a body does not report
/// it.
fn require_whole(method: &Method, answer: &Answer) -> io::Result<()> {
    // These responses may have a length, but have no body.
    if method == Method::HEAD || answer.status == 304 {
        return Ok(());
    }
    // A host that decoded the body may have left the length of the encoded one.
    if answer.headers.contains_key("Content-Encoding") {
        return Ok(());
    }
    let length = answer.headers.get(&canonical(CONTENT_LENGTH.as_str()));
    let [length] = length.map_or(&[][..], Vec::as_slice) else {
        return Ok(());
    };
    let got = answer.body.len();
    match length.parse() {
        Ok(promised) if got < promised => Err(io::Error::new(
            ErrorKind::UnexpectedEof,
            format!("the body ends after {got} of {promised} bytes: the host has lost its end"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(url: &str) -> Option<String> {
        text_of(&url.parse().ok()?).ok()
    }

    #[test]
    fn a_url_has_a_scheme_a_host_and_a_port_that_is_one() {
        for (url, expected) in [
            ("http://example.org", "http://example.org/"),
            ("HTTPS://example.org/a?b=c", "https://example.org/a?b=c"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
            ("http://[::1]:8080/", "http://[::1]:8080/"),
            (
                "http://crab:shell@example.org/",
                "http://crab:shell@example.org/",
            ),
            ("http://example.org/#part", "http://example.org/"),
            (
                "http://example.org/ä?ö=%20",
                "http://example.org/%C3%A4?%C3%B6=%20",
            ),
        ] {
            assert_eq!(text(url).as_deref(), Some(expected), "{url}");
        }
        for url in [
            "",
            "/path",
            "example.org",
            "example.org:80",
            "ftp://example.org/",
            "http://",
            "http:///path",
            "http://:80/",
            "http://example.org:65536/",
            "http://example.org:port/",
            "http://crab@/",
            "http://example.org/a b",
            "http://example.org/\r\nHost: other",
            "http://example.org/\0",
            "http://exämple.org/",
            " http://example.org/",
        ] {
            assert_eq!(text(url), None, "{url:?}");
        }
    }
}
