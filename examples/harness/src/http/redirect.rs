//! How a redirect changes a request.

use ureq::http::{HeaderName, Method, Response, StatusCode, header};
use url::Url;

use super::Failure;
use super::request::{self, Request};

/// The headers that identify the client to a server.
const CREDENTIALS: [HeaderName; 3] = [
    header::AUTHORIZATION,
    header::COOKIE,
    header::PROXY_AUTHORIZATION,
];

/// The headers that describe a body, which is not sent again.
const OF_THE_BODY: [HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LOCATION,
];

/// Returns where a response redirects to, and how its host is written there. A redirect without a location is an
/// ordinary response.
pub(super) fn target<T>(
    request: &Request,
    response: &Response<T>,
) -> Result<Option<(Url, String)>, Failure> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(header::LOCATION) else {
        return Ok(None);
    };
    let location = std::str::from_utf8(location.as_bytes())?;
    let url = request::parse(request.url.join(location)?).ok_or(Failure::Failed)?;
    let written = match request::written_host(location) {
        "" => request.host_as_written.clone(),
        host => host.to_owned(),
    };
    Ok(Some((url, written)))
}

/// Changes the request into the next one: 301, 302 and 303 turn everything except `HEAD` into a `GET` without a body;
/// 307 and 308 repeat it unchanged. Credentials are dropped at another origin, and stay dropped if a later redirect
/// leads back.
pub(super) fn follow(request: &mut Request, status: StatusCode, url: Url, host_as_written: String) {
    let repeats = matches!(status.as_u16(), 307 | 308);
    if !repeats {
        if request.method != Method::HEAD {
            request.method = Method::GET;
        }
        request.body = Vec::new();
        for name in OF_THE_BODY {
            request.headers.remove(name);
        }
    }
    if url.origin() != request.url.origin() {
        for name in CREDENTIALS {
            request.headers.remove(name);
        }
    }
    request.url = url;
    request.host_as_written = host_as_written;
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADERS: &[u8] = br#"["Authorization: a","Cookie: b","Content-Type: c","X-Other: d"]"#;

    /// Returns the request after a redirect of this kind, from `http://a.example/x`.
    fn after(method: &str, status: u16, location: &str) -> Request {
        let url = b"http://a.example/x";
        let mut request = Request::new(method.as_bytes(), url, HEADERS, b"body".to_vec()).unwrap();
        let response = Response::builder().status(status);
        let response = response.header("location", location).body(()).unwrap();
        let (url, written) = target(&request, &response).unwrap().unwrap();
        follow(&mut request, response.status(), url, written);
        request
    }

    #[test]
    fn a_post_becomes_a_get_or_is_repeated() {
        for status in [301, 302, 303] {
            for method in ["POST", "PUT", "DELETE", "GET"] {
                let next = after(method, status, "/y");
                assert_eq!((next.method.as_str(), next.body.len()), ("GET", 0));
                assert!(!next.headers.contains_key("content-type"));
                assert_eq!(next.url.as_str(), "http://a.example/y");
            }
            assert_eq!(after("HEAD", status, "/y").method, "HEAD");
        }
        for status in [307, 308] {
            let next = after("POST", status, "?q");
            assert_eq!((next.method.as_str(), next.body.len()), ("POST", 4));
            assert!(next.headers.contains_key("content-type"));
            assert_eq!(next.url.as_str(), "http://a.example/x?q");
        }
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        for location in ["/y", "http://a.example:80/y", "//a.example/"] {
            assert_eq!(after("GET", 307, location).headers.len(), 4, "{location}");
        }
        for location in [
            "http://b.example/",
            "http://sub.a.example/",
            "http://a.example:81/",
            "https://a.example/",
            "//a.example.b.example/",
        ] {
            let next = after("GET", 307, location);
            let mut names: Vec<_> = next.headers.keys().map(|name| name.as_str()).collect();
            names.sort_unstable();
            assert_eq!(names, ["content-type", "x-other"], "{location}");
        }
    }

    #[test]
    fn what_is_no_redirect() {
        let request = Request::new(b"GET", b"http://a.example/", b"", Vec::new()).unwrap();
        let led = |status: u16, location: Option<&str>| {
            let mut response = Response::builder().status(status);
            if let Some(location) = location {
                response = response.header("location", location);
            }
            target(&request, &response.body(()).unwrap())
        };
        for (status, location) in [(302, None), (200, Some("/y")), (300, Some("/y"))] {
            assert_eq!(led(status, location), Ok(None));
        }
        for location in [
            "ftp://a.example/",
            "file:///etc/passwd",
            "http://",
            "data:,x",
        ] {
            assert_eq!(led(302, Some(location)), Err(Failure::Failed), "{location}");
        }
    }
}
