//! Decodes a host's response: JSON, with the body in base64.
//!
//! A body may have many megabytes. So the block is read in pieces, and the body is decoded while it is read, into its
//! final place. `serde_json` gets the rest of the JSON, with an empty body.

use super::name::canonical;
use crate::Block;
use crate::host::Host;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, ErrorKind, Read};

/// The number of bytes of the block that are read at a time.
const PIECE: usize = 1_024;
/// The key of the body.
const BODY: &[u8] = b"body";

/// A decoded response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) body: Vec<u8>,
}

/// The headers by name in canonical form, each with its values in order of arrival.
pub(super) type Headers = BTreeMap<String, Vec<String>>;

/// Decodes a host's response.
pub(super) fn decode<H: Host>(block: &Block<H>) -> io::Result<Answer> {
    let mut json = Json::new(block);
    let rest: Rest = serde_json::from_reader(&mut json).map_err(invalid_json)?;
    if !(100..1_000).contains(&rest.status) {
        let status = rest.status;
        return Err(invalid(format!(
            "the host returned an invalid status: {status}"
        )));
    }
    Ok(Answer {
        status: rest.status,
        headers: rest.headers.0,
        body: json.body,
    })
}

pub(super) fn invalid(why: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, why)
}

fn invalid_json(error: serde_json::Error) -> io::Error {
    if error.is_io() {
        return error.into();
    }
    invalid(format!("the host violated its contract: {error}"))
}

/// The response without its body.
#[derive(Deserialize)]
struct Rest {
    status: u16,
    #[serde(default)]
    headers: Named,
    /// Only checks that it occurs at most once, and is a string.
    #[serde(default, rename = "body")]
    _body: Option<Taken>,
}

/// The headers. The same name may be spelled in several ways.
#[derive(Default)]
struct Named(Headers);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of arrays")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Named, E> {
                Ok(Named::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Named, A::Error> {
                let mut headers = Headers::new();
                while let Some((name, values)) =
                    entries.next_entry::<String, Option<Vec<String>>>()?
                {
                    let all = headers.entry(canonical(&name)).or_default();
                    all.extend(values.unwrap_or_default());
                }
                Ok(Named(headers))
            }
        }

        deserializer.deserialize_any(Entries)
    }
}

/// The rest of the body after its content was taken out of the JSON: an empty string.
struct Taken;

impl<'de> Deserialize<'de> for Taken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "" => Ok(Taken),
            // Its key was written with escapes, which no encoder does.
            _ => Err(de::Error::custom("a body whose key is not written `body`")),
        }
    }
}

/// The text in a block, from which the body is removed while it is read.
struct Json<'a, H: Host> {
    block: &'a Block<H>,
    /// How much of the block was read; and a piece of it, with the part that was not processed yet.
    read: usize,
    piece: [u8; PIECE],
    piece_at: usize,
    piece_len: usize,
    /// The number of open brackets and braces.
    depth: usize,
    at: At,
    /// Whether the last string of the outermost object was the body's key, and whether its colon followed.
    key: Key,
    body: Vec<u8>,
}

/// The position of the next byte in the JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// Between strings.
    Outside,
    /// In a string, and how many of its bytes match the body's key; `None` if they do not.
    Inside(Option<usize>),
    /// After a backslash in a string.
    Escaped,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Another,
    Body,
    BodyAndColon,
}

impl<'a, H: Host> Json<'a, H> {
    fn new(block: &'a Block<H>) -> Self {
        Self {
            block,
            read: 0,
            piece: [0; PIECE],
            piece_at: 0,
            piece_len: 0,
            depth: 0,
            at: At::Outside,
            key: Key::Another,
            body: Vec::new(),
        }
    }

    /// Returns the unprocessed part of the piece. It is empty only at the end of the text.
    fn at_hand(&mut self) -> &[u8] {
        if self.piece_at == self.piece_len {
            self.fill();
        }
        self.piece
            .get(self.piece_at..self.piece_len)
            .unwrap_or_default()
    }

    /// Fills the piece, or gets all that is left.
    fn fill(&mut self) {
        self.piece
            .copy_within(self.piece_at.min(self.piece_len)..self.piece_len, 0);
        self.piece_len = self.piece_len.saturating_sub(self.piece_at);
        self.piece_at = 0;
        let free = self.piece.get_mut(self.piece_len..).unwrap_or_default();
        let n = self.block.load(self.read, free);
        self.read = self.read.saturating_add(n);
        self.piece_len = self.piece_len.saturating_add(n);
    }

    fn consume(&mut self, n: usize) {
        self.piece_at = self.piece_at.saturating_add(n).min(self.piece_len);
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.at_hand().first().copied()?;
        self.consume(1);
        Some(byte)
    }

    /// Processes the structure by one byte. `serde_json` sees the same bytes and stops at the first invalid one.
    fn follow(&mut self, byte: u8) -> io::Result<()> {
        self.at = match (self.at, byte) {
            (At::Escaped, _) => At::Inside(None),
            (At::Inside(_), b'\\') => At::Escaped,
            (At::Inside(matching), b'"') => {
                if self.depth == 1 && matching == Some(BODY.len()) {
                    self.key = Key::Body;
                }
                At::Outside
            }
            (At::Inside(matching), _) => {
                let matching = matching.filter(|n| BODY.get(*n) == Some(&byte));
                At::Inside(matching.map(|n| n.saturating_add(1)))
            }
            (At::Outside, b'"') if self.key == Key::BodyAndColon => {
                self.take_body()?;
                self.key = Key::Another;
                At::Inside(None)
            }
            (At::Outside, b'"') => {
                self.key = Key::Another;
                At::Inside(Some(0))
            }
            (At::Outside, b':') if self.key == Key::Body => {
                self.key = Key::BodyAndColon;
                At::Outside
            }
            (At::Outside, _) => {
                match byte {
                    b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                    b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                if !byte.is_ascii_whitespace() {
                    self.key = Key::Another;
                }
                At::Outside
            }
        };
        Ok(())
    }

    /// Decodes the string that begins here, up to its closing quote.
    fn take_body(&mut self) -> io::Result<()> {
        // The rest of the block is an upper limit, and close to the actual size.
        let left = self.block.len().saturating_sub(self.read);
        let left = left.saturating_add(self.piece_len.saturating_sub(self.piece_at));
        self.body = Vec::new();
        self.body
            .try_reserve_exact(left.div_ceil(4).saturating_mul(3))
            .map_err(|_| io::Error::from(ErrorKind::OutOfMemory))?;
        loop {
            // Nearly every piece is only base64. Everything else, mainly the closing quote, fails to decode.
            if !self.decode_piece() && self.decode_characters()? {
                return Ok(());
            }
        }
    }

    /// Decodes the current piece. Returns whether that worked and the body continues after it.
    fn decode_piece(&mut self) -> bool {
        self.fill();
        let text = self.piece.get(self.piece_at..self.piece_len);
        let (groups, _) = text.unwrap_or_default().as_chunks::<4>();
        let text = groups.as_flattened();
        if text.is_empty() || text.ends_with(b"=") {
            return false;
        }
        let before = self.body.len();
        if STANDARD.decode_vec(text, &mut self.body).is_err() {
            self.body.truncate(before);
            return false;
        }
        let n = text.len();
        self.consume(n);
        true
    }

    /// Decodes by characters, up to the closing quote or the size of a piece. Returns whether the quote was reached.
    fn decode_characters(&mut self) -> io::Result<bool> {
        let mut text = Vec::with_capacity(PIECE);
        let mut ends = false;
        loop {
            match self.at_hand().first() {
                Some(b'"') | None => {
                    ends = true;
                    break;
                }
                Some(_) if text.len() == PIECE => break,
                Some(b'\\') => {
                    let character = self.escaped();
                    text.push(character.ok_or_else(|| no_base64(&"an escape"))?);
                }
                Some(character) => {
                    text.push(*character);
                    self.consume(1);
                }
            }
        }
        if !ends && text.ends_with(b"=") {
            return Err(no_base64(&"padding inside"));
        }
        let decoded = STANDARD.decode_vec(&text, &mut self.body);
        decoded.map_err(|error| no_base64(&error))?;
        Ok(ends)
    }

    /// Decodes an escape: some encoders write `\/` for `/`, or `\u003d` for `=`.
    fn escaped(&mut self) -> Option<u8> {
        self.next()?;
        match self.next()? {
            b'/' => Some(b'/'),
            b'u' => {
                let mut code = 0_u32;
                for _ in 0..4 {
                    let digit = char::from(self.next()?).to_digit(16)?;
                    code = code << 4 | digit;
                }
                u8::try_from(code).ok()
            }
            _ => None,
        }
    }
}

fn no_base64(why: &dyn fmt::Display) -> io::Error {
    invalid(format!(
        "the host's answer has a body that is not base64: {why}"
    ))
}

impl<H: Host> Read for Json<'_, H> {
    /// Reads one byte at a time, as `serde_json` does.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(into) = into.first_mut() else {
            return Ok(0);
        };
        let Some(byte) = self.next() else {
            return Ok(0);
        };
        self.follow(byte)?;
        *into = byte;
        Ok(1)
    }
}
