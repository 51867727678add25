//! The JSON of an ICMP packet, with `serde-json-core`.
//!
//! It decodes into what the library does, `data` as an array or as base64. Left out: escapes in
//! strings (the host has none to write), a key that comes twice, and the library's guard against
//! values that are nested so deep that skipping them overflows the stack.

use core::fmt;
use data_encoding::BASE64;
use heapless::{String, Vec};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The most bytes of payload: a host cuts packets at this length.
const MOST_DATA: usize = 1_500;

/// What a host tells of a packet: all that the library's `IcmpResponse` has.
#[expect(dead_code, reason = "this guest does not look at all of it")]
pub struct Packet {
    pub source: String<64>,
    pub icmp_type: u8,
    pub code: u8,
    pub id: Option<u16>,
    pub seq: Option<u16>,
    pub data: Vec<u8, MOST_DATA>,
}

impl Packet {
    /// Decodes a host's report.
    pub fn decode(text: &[u8]) -> Option<Packet> {
        let form = Form::of(text);
        let mut decoder = serde_json_core::de::Deserializer::new(text, None);
        let packet = Report(form).deserialize(&mut decoder).ok()?;
        decoder.end().ok()?;
        Some(packet)
    }
}

/// What the value of `data` is: the decoder must be told.
#[derive(Clone, Copy)]
enum Form {
    Array,
    Text,
    Null,
}

impl Form {
    fn of(text: &[u8]) -> Form {
        const KEY: &[u8] = b"\"data\":";
        let mut rest = text;
        while !rest.is_empty() {
            match rest.strip_prefix(KEY) {
                Some([b'[', ..]) => return Form::Array,
                Some([b'"', ..]) => return Form::Text,
                Some(_) => return Form::Null,
                None => rest = rest.get(1..).unwrap_or_default(),
            }
        }
        Form::Null
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Source,
    Type,
    Code,
    Id,
    Seq,
    Data,
    #[serde(other)]
    Unknown,
}

struct Report(Form);

struct Source;

struct Data(Form);

impl<'de> DeserializeSeed<'de> for Report {
    type Value = Packet;
    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<Packet, D::Error> {
        decoder.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Report {
    type Value = Packet;

    fn expecting(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Packet, A::Error> {
        let (mut icmp_type, mut code, mut source) = (None, None, None);
        let (mut id, mut seq, mut data) = (None, None, Vec::new());
        while let Some(key) = map.next_key()? {
            match key {
                Key::Source => source = Some(map.next_value_seed(Source)?),
                Key::Type => icmp_type = Some(map.next_value()?),
                Key::Code => code = Some(map.next_value()?),
                Key::Id => id = map.next_value()?,
                Key::Seq => seq = map.next_value()?,
                Key::Data => data = map.next_value_seed(Data(self.0))?,
                Key::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let missing = || A::Error::custom("");
        Ok(Packet {
            source: source.ok_or_else(missing)?,
            icmp_type: icmp_type.ok_or_else(missing)?,
            code: code.ok_or_else(missing)?,
            id,
            seq,
            data,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Source {
    type Value = String<64>;
    fn deserialize<D: Deserializer<'de>>(self, decoder: D) -> Result<String<64>, D::Error> {
        let text = <&str>::deserialize(decoder)?;
        String::try_from(text).map_err(|_| D::Error::custom(""))
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

    fn expecting(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut data = Vec::new();
        while let Some(byte) = array.next_element()? {
            data.push(byte).map_err(|_| A::Error::custom(""))?;
        }
        Ok(data)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        base64(text.as_bytes()).ok_or_else(|| E::custom(""))
    }
}

fn base64(text: &[u8]) -> Option<Vec<u8, MOST_DATA>> {
    let mut data = Vec::new();
    data.resize(BASE64.decode_len(text.len()).ok()?, 0).ok()?;
    let len = BASE64.decode_mut(text, &mut data).ok()?;
    data.truncate(len);
    Some(data)
}
