//! The JSON in which a host reports an ICMP packet.
//!
//! ```json
//! {"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}
//! {"code":0,"data":"SGk=","id":1,"seq":1,"source":"8.8.8.8","type":0}
//! ```
//!
//! `serde-json-core` decodes the numbers and the nulls. It has to be told what comes next, and here
//! that is found out on the way: `data` may be of several forms, and other keys of any. So the object
//! is taken apart here, key by key, without going down into values, and each value that is wanted
//! is handed over by itself. Strings are read here too: it slices them by index, which would put the
//! machinery of panics, and most of its weight, into a small plugin. So is the payload, byte by byte:
//! it is the bulk of a report.

mod payload;
mod text;

use crate::Error;
use crate::embedded::IcmpResponse;
use heapless::{String, Vec};
use payload::data;
use text::{Json, character};

/// The most bytes of payload that a packet can bring: a host cuts packets at this length.
pub(crate) const MOST_DATA: usize = 1_500;
/// The longest JSON that is read: room for [`MOST_DATA`] as an array with spaces
/// in it, and for keys unknown here.
pub(crate) const MOST_TEXT: usize = 8_192;
/// The longest source: an IPv6 address with a scope.
pub(crate) const MOST_SOURCE: usize = 64;

/// Where a packet came from, as text.
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

/// A key as a number: its characters one after the other, a byte each, behind a 1 that says where they start. To
/// tell keys apart is then one `match`, and nothing that compares slices need be in a plugin.
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
/// A key that is too long to be any of these.
const TOO_LONG: u64 = 1 << 56;

/// Decodes the whole report.
fn report(text: &[u8], packet: &mut IcmpResponse) -> Option<()> {
    let mut json = Json { rest: text };
    // Each key that is known may come once, and three of them must.
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
                packet.icmp_type = number(json.value()?)?;
                2
            }
            CODE => {
                packet.code = number(json.value()?)?;
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
        // An address is of printable ASCII.
        if !byte.is_ascii_graphic() {
            return None;
        }
        source.push(char::from(byte)).ok()?;
    }
    Some(())
}

/// A small number. It is decoded as the others are: a second decoder would weigh more.
fn number(value: &[u8]) -> Option<u8> {
    number_or_null(value)??.try_into().ok()
}

fn number_or_null(value: &[u8]) -> Option<Option<u16>> {
    let (number, _) = serde_json_core::from_slice(value).ok()?;
    Some(number)
}

#[cfg(all(test, feature = "std"))]
mod tests;
