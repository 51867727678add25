//! The JSON in which a host reports an ICMP packet.
//!
//! ```json
//! {"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}
//! {"code":0,"data":"SGk=","id":1,"seq":1,"source":"8.8.8.8","type":0}
//! ```
//!
//! `serde-json-core` decodes numbers and nulls. It must know in advance what comes next, but `data` has several forms,
//! and unknown keys any. So the object is parsed here, key by key, without descending into values, and each known value
//! is decoded separately. Strings are decoded here too: `serde-json-core` slices them by index, which would link the
//! panic machinery, and most of its code, into a small plugin. The payload, the largest part of a report, is also
//! decoded here, byte by byte.

mod payload;
mod text;

use crate::Error;
use crate::embedded::IcmpResponse;
use heapless::{String, Vec};
use payload::data;
use text::{Json, character};

/// The maximum payload of a packet in bytes: hosts truncate packets at this length.
pub(crate) const MOST_DATA: usize = 1_500;
/// The maximum length of the JSON: room for [`MOST_DATA`] as an array with spaces in it, and for unknown keys.
pub(crate) const MOST_TEXT: usize = 8_192;
/// The maximum length of a source: an IPv6 address with a scope.
pub(crate) const MOST_SOURCE: usize = 64;

/// The source of a packet, as text.
pub(crate) type Source = String<MOST_SOURCE>;
/// The payload of a packet.
pub(crate) type Data = Vec<u8, MOST_DATA>;

/// Decodes a host's report.
pub(crate) fn decode(text: &[u8]) -> Result<IcmpResponse, Error> {
    let mut packet = IcmpResponse {
        source: String::new(),
        icmp_type: 0,
        code: 0,
        id: None,
        seq: None,
        data: Vec::new(),
    };
    report(text, &mut packet).ok_or(Error::InvalidData)?;
    Ok(packet)
}

/// Converts a key to a number: its characters, one byte each, after a leading 1. Then one `match` compares the keys,
/// and a plugin contains no code to compare slices.
const fn key(name: &[u8]) -> u64 {
    let mut key = 1;
    let mut rest = name;
    while let [byte, behind @ ..] = rest {
        key = key << 8 | *byte as u64;
        rest = behind;
    }
    key
}

const SOURCE: u64 = key(b"source");
const TYPE: u64 = key(b"type");
const CODE: u64 = key(b"code");
const ID: u64 = key(b"id");
const SEQ: u64 = key(b"seq");
const DATA: u64 = key(b"data");
/// Stands for keys that are too long to be known.
const TOO_LONG: u64 = 1 << 56;

/// Decodes the whole report.
fn report(text: &[u8], packet: &mut IcmpResponse) -> Option<()> {
    let mut json = Json { rest: text };
    // A known key may occur only once; three are required.
    let mut seen = 0_u32;
    let mut opening = b'{';
    while json.accept(opening) {
        opening = b',';
        json.expect(b'"')?;
        let mut name = json.string()?;
        let mut key = 1;
        while let Some(byte) = character(&mut name) {
            key = if key < TOO_LONG {
                key << 8 | u64::from(byte)
            } else {
                TOO_LONG
            };
        }
        json.expect(b':')?;
        let bit = match key {
            SOURCE => {
                source(json.value()?, &mut packet.source)?;
                1
            }
            TYPE => {
                packet.icmp_type = byte(json.value()?)?;
                2
            }
            CODE => {
                packet.code = byte(json.value()?)?;
                4
            }
            ID => {
                packet.id = number_or_null(json.value()?)?;
                8
            }
            SEQ => {
                packet.seq = number_or_null(json.value()?)?;
                16
            }
            DATA => {
                data(&mut json, &mut packet.data)?;
                32
            }
            _ => {
                json.value()?;
                0
            }
        };
        if seen & bit != 0 {
            return None;
        }
        seen |= bit;
    }
    json.expect(b'}')?;
    (seen & 7 == 7 && json.peek().is_none()).then_some(())
}

fn source(value: &[u8], source: &mut Source) -> Option<()> {
    let [b'"', string @ .., b'"'] = value else {
        return None;
    };
    let mut string = string;
    while let Some(byte) = character(&mut string) {
        // An address is printable ASCII.
        if !byte.is_ascii_graphic() {
            return None;
        }
        source.push(char::from(byte)).ok()?;
    }
    Some(())
}

/// Decodes a number of at most 255, with the decoder of the others: a second one would be larger.
fn byte(value: &[u8]) -> Option<u8> {
    number(value)?.try_into().ok()
}

/// Decodes a number or `null`. (An `Option` decoded by `serde-json-core` would be 288 bytes more.)
fn number_or_null(value: &[u8]) -> Option<Option<u16>> {
    if value == b"null" {
        return Some(None);
    }
    number(value).map(Some)
}

fn number(value: &[u8]) -> Option<u16> {
    let (number, _) = serde_json_core::from_slice(value).ok()?;
    Some(number)
}

#[cfg(all(test, feature = "std"))]
mod tests;
