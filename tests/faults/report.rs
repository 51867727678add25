//! The expected result of decoding a host's report of an ICMP packet, from serde_json.
//!
//! The JSON tests use this, and so does a fuzz target.

use data_encoding::{BASE64, BASE64_NOPAD};
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::IcmpResponse;
use serde::Deserialize;

/// The longest report, source and payload that fit into the library's buffers, and the maximum nesting.
const MOST_TEXT: usize = 8_192;
const MOST_SOURCE: usize = 64;
const MOST_DATA: usize = 1_500;
const MOST_DEPTH: usize = 16;

#[derive(Debug, Deserialize)]
struct Report {
    source: String,
    #[serde(rename = "type")]
    icmp_type: u8,
    code: u8,
    id: Option<u16>,
    seq: Option<u16>,
    data: Option<Data>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Data {
    Bytes(Vec<u8>),
    Text(String),
}

impl Data {
    fn bytes(self) -> Option<Vec<u8>> {
        match self {
            Data::Bytes(bytes) => Some(bytes),
            // The crate would accept several concatenated texts.
            Data::Text(text) if text.trim_end_matches('=').contains('=') => None,
            Data::Text(text) if text.len() % 4 == 0 => BASE64.decode(text.as_bytes()).ok(),
            Data::Text(text) => BASE64_NOPAD.decode(text.as_bytes()).ok(),
        }
    }
}

/// Checks the library's result for a report.
#[track_caller]
pub fn check(text: &[u8], decoded: Result<IcmpResponse, Error>) {
    let expected = expected(text);
    match (decoded, expected) {
        (Ok(decoded), Some((report, data))) => {
            assert_eq!(decoded.source(), report.source);
            assert_eq!(decoded.icmp_type, report.icmp_type);
            assert_eq!(decoded.code, report.code);
            assert_eq!((decoded.id, decoded.seq), (report.id, report.seq));
            assert_eq!(decoded.data(), data);
        }
        (Err(Error::InvalidData), Some((report, data))) => {
            let reason = text.len() > MOST_TEXT
                || report.source.len() > MOST_SOURCE
                || !report.source.bytes().all(|byte| byte.is_ascii_graphic())
                || data.len() > MOST_DATA
                || depth(text) > MOST_DEPTH;
            assert!(reason, "refused for no reason: {report:?}, {data:?}");
        }
        // The library may accept what serde_json refuses: a missing escape, for example, does no harm. The JSON tests
        // define what must be refused.
        (Ok(_) | Err(Error::InvalidData), None) => {}
        (decoded, expected) => panic!("{decoded:?} where serde_json has {expected:?}"),
    }
}

/// Returns a report without trailing NULs.
pub fn without_nuls(mut text: &[u8]) -> &[u8] {
    while let Some(front) = text.strip_suffix(&[0]) {
        text = front;
    }
    text
}

fn expected(text: &[u8]) -> Option<(Report, Vec<u8>)> {
    let text = without_nuls(text);
    // serde_json skips strings without checking their encoding, but JSON is UTF-8.
    let text = str::from_utf8(text).ok()?;
    // It also accepts an array of the fields instead of the object.
    if text.trim_start().starts_with('[') {
        return None;
    }
    let mut report: Report = serde_json::from_str(text).ok()?;
    let data = report.data.take().map_or(Some(Vec::new()), Data::bytes)?;
    Some((report, data))
}

/// Returns how deep a text is nested.
fn depth(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'"' => {
                while let Some(byte) = bytes.next().filter(|byte| **byte != b'"') {
                    if *byte == b'\\' {
                        bytes.next();
                    }
                }
            }
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
