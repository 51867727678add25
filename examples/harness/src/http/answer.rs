//! A response in the form that the plugin gets.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use ureq::http::{HeaderMap, StatusCode};

/// A complete response.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: BTreeMap<String, Vec<String>>,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, body: Vec<u8>) -> Self {
        let mut named = BTreeMap::<_, Vec<_>>::new();
        for (name, value) in headers {
            // JSON is text, but values may be other bytes.
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            named
                .entry(canonical(name.as_str()))
                .or_default()
                .push(value);
        }
        Self {
            status,
            headers: named,
            body,
        }
    }

    /// Returns `{"status":200,"headers":{"Content-Type":["text/plain"]},"body":"SGk="}`
    pub fn json(self) -> Option<Vec<u8>> {
        let headers = serde_json::to_string(&self.headers).ok()?;
        let head = format!(
            r#"{{"status":{},"headers":{headers},"body":""#,
            self.status.as_u16()
        );
        let mut json = String::with_capacity(head.len() + BASE64.encode_len(self.body.len()) + 2);
        json.push_str(&head);
        BASE64.encode_append(&self.body, &mut json);
        json.push_str("\"}");
        Some(json.into_bytes())
    }
}

/// Returns a header's name as Go writes it: `Content-Type`, `X-Request-Id`, `Etag`.
fn canonical(name: &str) -> String {
    let mut starts = true;
    let letter = |c: char| {
        let written = match starts {
            true => c.to_ascii_uppercase(),
            false => c.to_ascii_lowercase(),
        };
        starts = c == '-';
        written
    };
    name.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_canonical() {
        for (name, written) in [
            ("content-type", "Content-Type"),
            ("x-request-id", "X-Request-Id"),
            ("etag", "Etag"),
            ("x--a", "X--A"),
            ("www-authenticate", "Www-Authenticate"),
        ] {
            assert_eq!(canonical(name), written);
        }
    }

    #[test]
    fn the_json() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("set-cookie", "a=1"),
            ("etag", "\"x\""),
            ("set-cookie", "b=2"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        let answer = Answer::new(StatusCode::OK, &headers, b"Hi".to_vec());
        let json = answer.json().unwrap();
        assert_eq!(
            String::from_utf8(json).unwrap(),
            r#"{"status":200,"headers":{"Etag":["\"x\""],"Set-Cookie":["a=1","b=2"]},"body":"SGk="}"#
        );
    }
}
