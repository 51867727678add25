//! A request, as the plugin passes it.

use std::str::FromStr;

use ureq::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use url::Url;

use super::host_and_port;

/// The request. A redirect changes it.
#[derive(Debug)]
pub(crate) struct Request {
    pub method: Method,
    pub url: Url,
    /// The host before normalization, which turns short numbers into addresses.
    pub host_as_written: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Headers that Go's client sets itself, and ignores if given.
const IGNORED: [HeaderName; 4] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::TRAILER,
];

impl Request {
    /// Parses a request. `headers` is a JSON array of strings, each `Name: value`, or empty. `None` if anything is
    /// invalid.
    pub fn new(method: &[u8], url: &[u8], headers: &[u8], body: Vec<u8>) -> Option<Self> {
        let method = match method {
            b"" => Method::GET,
            method => Method::from_bytes(method).ok()?,
        };
        // It would lead to a proxy, and none is used.
        if method == Method::CONNECT {
            return None;
        }
        let url = std::str::from_utf8(url).ok()?;
        // The parser would remove these silently.
        if url.contains(|c: char| c.is_ascii_control()) {
            return None;
        }
        let host_as_written = written_host(url).to_owned();
        let url = parse(Url::parse(url).ok()?)?;
        Some(Self {
            method,
            url,
            host_as_written,
            headers: parse_headers(headers)?,
            body,
        })
    }

    /// Returns the host and port, in the form of the allow list and its reports.
    pub fn target(&self) -> String {
        host_and_port(&self.url).unwrap_or_default()
    }

    /// Returns whether the host asks for gzip and decodes it. As in Go, it does if the plugin does not set the coding.
    pub fn asks_for_gzip(&self) -> bool {
        self.method != Method::HEAD
            && !self.headers.contains_key(header::ACCEPT_ENCODING)
            && !self.headers.contains_key(header::RANGE)
    }
}

/// Accepts only HTTP, and only with a host.
pub(super) fn parse(url: Url) -> Option<Url> {
    let known = matches!(url.scheme(), "http" | "https");
    (known && host_and_port(&url).is_some()).then_some(url)
}

/// Returns the host in the text of a URL; empty for a relative one.
pub(super) fn written_host(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("//") else {
        return "";
    };
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    match host.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => host,
    }
}

fn parse_headers(json: &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    if json.is_empty() {
        return Some(headers);
    }
    for line in serde_json::from_slice::<Vec<String>>(json).ok()? {
        let (name, value) = line.split_once(':')?;
        let name = HeaderName::from_str(name.trim()).ok()?;
        let value = HeaderValue::from_str(value.trim()).ok()?;
        if !IGNORED.contains(&name) {
            headers.try_append(name, value).ok()?;
        }
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str, headers: &str) -> Option<Request> {
        Request::new(b"GET", url.as_bytes(), headers.as_bytes(), Vec::new())
    }

    #[test]
    fn only_http_and_only_with_a_host() {
        for url in [
            "",
            "example.org",
            "/path",
            "ftp://example.org/",
            "file:///etc/passwd",
            "http://",
            "http://example.org:99999/",
            "http://a b/",
            "http://a/\r\n",
            "ht\ttp://a/",
        ] {
            assert!(request(url, "").is_none(), "{url:?}");
        }
        let target = |url| request(url, "").unwrap().target();
        assert_eq!(target("http://example.org/a?b#c"), "example.org:80");
        assert_eq!(target("HTTPS://Example.org"), "example.org:443");
        assert_eq!(target("http://[::1]:81/"), "[::1]:81");
        assert_eq!(target("http://user:word@127.0.0.1/"), "127.0.0.1:80");
        assert!(Request::new(b"CONNECT", b"http://a/", b"", Vec::new()).is_none());
        assert!(Request::new(b"G T", b"http://a/", b"", Vec::new()).is_none());
    }

    #[test]
    fn the_host_as_it_is_written() {
        for (url, host) in [
            ("http://127.1/", "127.1"),
            ("http://127.1:80?x", "127.1"),
            ("http://u:p@0x7f.1:80/", "0x7f.1"),
            ("http://[::1]:80/", "[::1]"),
            ("//2130706433/x", "2130706433"),
            ("/a/b", ""),
            ("http://[::1]", "[::1]"),
        ] {
            assert_eq!(written_host(url), host, "{url}");
        }
    }

    #[test]
    fn headers_are_lines_in_json() {
        let headers = request(
            "http://a/",
            r#"["A: 1","a:2","Host: b","content-length: 7"]"#,
        );
        let headers = headers.unwrap().headers;
        let values: Vec<_> = headers.get_all("a").iter().collect();
        assert_eq!(values, ["1", "2"]);
        assert_eq!(headers.len(), 2);
        for wrong in [
            "{}",
            "[1]",
            r#"["no colon"]"#,
            r#"["A: 1\r\nB: 2"]"#,
            r#"[": 1"]"#,
            r#"["A B: 1"]"#,
            "[",
        ] {
            assert!(request("http://a/", wrong).is_none(), "{wrong}");
        }
    }
}
