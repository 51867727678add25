//! The JSON in which a host reports an ICMP packet.
//!
//! ```json
//! {"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}
//! {"code":0,"data":"SGk=","id":1,"seq":1,"source":"8.8.8.8","type":0}
//! ```
//!
//! The decoder, `serde-json-core`, must be told what to expect, and goes down into values that it
//! skips by recursion. So the text is looked over first: for what `data` is (an array, base64,
//! nothing), and for nesting so deep that it can only be meant badly.

use crate::Error;
use core::fmt;
use heapless::{String, Vec};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json_core::str::{EscapedStr, EscapedStringFragment};

/// The most bytes of payload that a packet can bring: a host cuts packets at this length.
pub(crate) const MOST_DATA: usize = 1_500;
/// The longest JSON that is read: room for [`MOST_DATA`] as an array with spaces
/// in it, and for keys unknown here.
pub(crate) const MOST_TEXT: usize = 8_192;
/// The longest source: an IPv6 address with a scope.
pub(crate) const MOST_SOURCE: usize = 64;
/// The longest string with escapes in it: room for [`MOST_DATA`] as base64.
const MOST_ESCAPED: usize = 2_048;
/// How deep a value may be nested.
const MOST_DEPTH: u32 = 16;

/// An ICMP packet, as the host tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcmpResponse {
    /// Where the packet came from: an IP address as text.
    pub source: String<MOST_SOURCE>,
    /// The ICMP type: 0 is an echo reply (129 in ICMPv6), 3 destination unreachable, 8 an echo
    /// request, 11 time exceeded.
    pub icmp_type: u8,
    /// The ICMP code, which says more within the type.
    pub code: u8,
    /// The echo id, if it is an echo packet.
    pub id: Option<u16>,
    /// The echo sequence number, if it is an echo packet.
    pub seq: Option<u16>,
    /// The payload.
    pub data: Vec<u8, MOST_DATA>,
}

/// Decodes a host's report.
pub(crate) fn decode(text: &[u8]) -> Result<IcmpResponse, Error> {
    let form = survey(text)?;
    let mut unescaped = [0; MOST_ESCAPED];
    let mut decoder = serde_json_core::de::Deserializer::new(text, Some(&mut unescaped));
    let response = Report(form)
        .deserialize(&mut decoder)
        .map_err(|_| Error::InvalidData)?;
    decoder.end().map_err(|_| Error::InvalidData)?;
    Ok(response)
}

/// What the value of `data` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Array,
    Text,
    Null,
}

/// Looks over a JSON object: what its `data` is, and whether it is nested too deep.
fn survey(text: &[u8]) -> Result<Form, Error> {
    let mut form = Form::Null;
    let mut depth = 0_u32;
    let mut key = None;
    let mut expects_data = false;
    let mut rest = text;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        if byte.is_ascii_whitespace() {
            continue;
        }
        if expects_data {
            expects_data = false;
            form = match byte {
                b'[' => Form::Array,
                b'"' => Form::Text,
                _ => Form::Null,
            };
        }
        match byte {
            b'{' | b'[' => {
                depth = depth.saturating_add(1);
                if depth > MOST_DEPTH {
                    return Err(Error::InvalidData);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let len = string_len(rest).ok_or(Error::InvalidData)?;
                (key, rest) = (rest.get(..len), rest.get(len..).unwrap_or_default());
                rest = rest
                    .split_first()
                    .map(|(_quote, behind)| behind)
                    .unwrap_or_default();
            }
            b':' => expects_data = depth == 1 && key.is_some_and(is_data),
            _ => {}
        }
    }
    Ok(form)
}

/// How many bytes a string has up to its closing quote.
fn string_len(text: &[u8]) -> Option<usize> {
    let mut escaped = false;
    text.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    })
}

/// Whether a key is `data`, whatever of it is escaped.
fn is_data(key: &[u8]) -> bool {
    let Ok(key) = core::str::from_utf8(key) else {
        return false;
    };
    let mut wanted = "data";
    for fragment in EscapedStr(key).fragments() {
        let rest = match fragment {
            Ok(EscapedStringFragment::NotEscaped(part)) => wanted.strip_prefix(part),
            Ok(EscapedStringFragment::Escaped(c)) => wanted.strip_prefix(c),
            Err(_) => None,
        };
        let Some(rest) = rest else {
            return false;
        };
        wanted = rest;
    }
    wanted.is_empty()
}

/// The keys of a report.
enum Key {
    Source,
    Type,
    Code,
    Id,
    Seq,
    Data,
    Unknown,
}

/// Decodes the whole report, whose `data` has this form.
struct Report(Form);

/// Decodes a key.
struct KeyName;

/// Decodes a string into one of `N` bytes.
struct Text<const N: usize>;

/// Decodes `data`, which has this form.
struct Data(Form);

impl<'de> DeserializeSeed<'de> for Report {
    type Value = IcmpResponse;
    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<IcmpResponse, D::Error> {
        decoder.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Report {
    type Value = IcmpResponse;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an ICMP packet")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<IcmpResponse, A::Error> {
        /// Each key may come once.
        fn once<T, E: serde::de::Error>(slot: &mut Option<T>, value: T) -> Result<(), E> {
            match slot.replace(value) {
                None => Ok(()),
                Some(_) => Err(E::custom("a key twice")),
            }
        }
        let (mut source, mut icmp_type, mut code) = (None, None, None);
        let (mut id, mut seq, mut data) = (None, None, None);
        while let Some(key) = map.next_key_seed(KeyName)? {
            match key {
                Key::Source => once(&mut source, map.next_value_seed(Text)?)?,
                Key::Type => once(&mut icmp_type, map.next_value()?)?,
                Key::Code => once(&mut code, map.next_value()?)?,
                Key::Id => once(&mut id, map.next_value()?)?,
                Key::Seq => once(&mut seq, map.next_value()?)?,
                Key::Data => once(&mut data, map.next_value_seed(Data(self.0))?)?,
                Key::Unknown => {
                    map.next_value::<serde::de::IgnoredAny>()?;
                }
            }
        }
        let missing = || A::Error::custom("a key is missing");
        Ok(IcmpResponse {
            source: source.ok_or_else(missing)?,
            icmp_type: icmp_type.ok_or_else(missing)?,
            code: code.ok_or_else(missing)?,
            id: id.flatten(),
            seq: seq.flatten(),
            data: data.unwrap_or_default(),
        })
    }
}

impl<'de> DeserializeSeed<'de> for KeyName {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Key, D::Error> {
        decoder.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyName {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        Ok(match key {
            "source" => Key::Source,
            "type" => Key::Type,
            "code" => Key::Code,
            "id" => Key::Id,
            "seq" => Key::Seq,
            "data" => Key::Data,
            _ => Key::Unknown,
        })
    }
}

impl<'de, const N: usize> DeserializeSeed<'de> for Text<N> {
    type Value = String<N>;
    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<String<N>, D::Error> {
        decoder.deserialize_str(self)
    }
}

impl<const N: usize> Visitor<'_> for Text<N> {
    type Value = String<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string that is not too long")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String<N>, E> {
        String::try_from(text).map_err(|_| E::custom("a string is too long"))
    }
}

impl<'de> DeserializeSeed<'de> for Data {
    type Value = Vec<u8, MOST_DATA>;
    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Self::Value, D::Error> {
        match self.0 {
            Form::Array => decoder.deserialize_seq(self),
            Form::Text => decoder.deserialize_str(self),
            Form::Null => decoder.deserialize_unit(self),
        }
    }
}

impl<'de> Visitor<'de> for Data {
    type Value = Vec<u8, MOST_DATA>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes as an array of numbers, as base64, or null")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut data = Vec::new();
        while let Some(byte) = array.next_element()? {
            data.push(byte)
                .map_err(|_| A::Error::custom("too much data"))?;
        }
        Ok(data)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        base64(text.as_bytes()).ok_or_else(|| E::custom("no base64, or too much of it"))
    }
}

/// Decodes standard base64, with its padding or without.
fn base64(text: &[u8]) -> Option<Vec<u8, MOST_DATA>> {
    use data_encoding::{BASE64, BASE64_NOPAD};
    let encoding = if text.len().is_multiple_of(4) {
        BASE64
    } else {
        BASE64_NOPAD
    };
    let mut data = Vec::new();
    data.resize(encoding.decode_len(text.len()).ok()?, 0).ok()?;
    let len = encoding.decode_mut(text, &mut data).ok()?;
    data.truncate(len);
    Some(data)
}

#[cfg(all(test, feature = "std"))]
mod tests;
