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

use crate::Error;
use heapless::{String, Vec};

/// The most bytes of payload that a packet can bring: a host cuts packets at this length.
pub(crate) const MOST_DATA: usize = 1_500;
/// The longest JSON that is read: room for [`MOST_DATA`] as an array with spaces
/// in it, and for keys unknown here.
pub(crate) const MOST_TEXT: usize = 8_192;
/// The longest source: an IPv6 address with a scope.
pub(crate) const MOST_SOURCE: usize = 64;
/// How deep a value may be nested.
const MOST_DEPTH: u32 = 15;

/// An ICMP packet, as the host tells of it.
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::embedded::IcmpSocket;
///
/// # fn example() -> Result<(), harness_wasi_sockets::Error> {
/// let packet = IcmpSocket::new().recv(5000)?;
/// if (packet.icmp_type, packet.seq) == (0, Some(1)) {
///     // An echo reply; whether to our request, its data says.
/// }
/// # Ok(())
/// # }
/// ```
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

/// A key as a number: its characters one after the other, behind a 1 that says where they start.
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
/// Stands for a character that can be in no key and no value that is wanted, or is none.
const OTHER: u8 = 0xff;

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

/// JSON on its way through.
struct Json<'a> {
    rest: &'a [u8],
}

impl<'a> Json<'a> {
    /// Passes over white space, and shows what is behind it.
    fn peek(&mut self) -> Option<u8> {
        while let [first, behind @ ..] = self.rest {
            match first {
                b' ' | b'\t' | b'\n' | b'\r' => self.rest = behind,
                _ => return Some(*first),
            }
        }
        None
    }

    /// Passes over this byte, behind white space, if it is there.
    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        found
    }

    /// Passes over this byte, behind white space, which must be there.
    fn expect(&mut self, byte: u8) -> Option<()> {
        self.accept(byte).then_some(())
    }

    /// Passes over a string whose opening quote has been passed, and gives what is in it.
    fn string(&mut self) -> Option<&'a [u8]> {
        let mut bytes = self.rest.iter();
        loop {
            match bytes.next()? {
                b'"' => break,
                b'\\' => {
                    bytes.next()?;
                }
                _ => {}
            }
        }
        let rest = bytes.as_slice();
        let len = self.rest.len().wrapping_sub(rest.len());
        let string = self.rest.get(..len.wrapping_sub(1));
        self.rest = rest;
        string
    }

    /// Passes over a value, whatever it is, and gives its text. What is in it is not checked, but
    /// for its brackets.
    fn value(&mut self) -> Option<&'a [u8]> {
        self.peek();
        let start = self.rest;
        // The brackets that are open, one bit each, 1 for a brace; behind a bit that marks where
        // they begin.
        let mut open = 1_u32;
        while let [first, behind @ ..] = self.rest {
            let brace = u32::from(*first == b'{' || *first == b'}');
            match first {
                b'"' => {
                    self.rest = behind;
                    self.string()?;
                    if open == 1 {
                        break;
                    }
                    continue;
                }
                b'[' | b'{' if open >> MOST_DEPTH == 0 => open = open << 1 | brace,
                b'[' | b'{' => return None,
                b',' | b']' | b'}' if open == 1 => break,
                b']' | b'}' if open & 1 == brace => open >>= 1,
                b']' | b'}' => return None,
                _ => {}
            }
            self.rest = behind;
        }
        let len = start.len().wrapping_sub(self.rest.len());
        start.get(..len).filter(|value| !value.is_empty())
    }
}

/// The next character of a string, as [`Json::string`] gives it. All but ASCII may be [`OTHER`].
fn character(string: &mut &[u8]) -> Option<u8> {
    let (first, behind) = string.split_first()?;
    *string = behind;
    Some(match first {
        b'\\' => escaped(string),
        byte => *byte,
    })
}

/// The character behind a backslash.
#[cold]
fn escaped(string: &mut &[u8]) -> u8 {
    let Some((first, behind)) = string.split_first() else {
        return OTHER;
    };
    *string = behind;
    match first {
        b'"' | b'\\' | b'/' => *first,
        b'u' => {
            let mut code = 0;
            for _ in 0..4 {
                let digit = string.split_first().and_then(|(digit, behind)| {
                    *string = behind;
                    char::from(*digit).to_digit(16)
                });
                code = code << 4 | digit.unwrap_or(0xff_ffff);
            }
            if code < 0x80 { code as u8 } else { OTHER }
        }
        _ => OTHER,
    }
}

fn source(value: &[u8], source: &mut String<MOST_SOURCE>) -> Option<()> {
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

fn number(value: &[u8]) -> Option<u8> {
    let (number, _) = serde_json_core::from_slice(value).ok()?;
    Some(number)
}

fn number_or_null(value: &[u8]) -> Option<Option<u16>> {
    let (number, _) = serde_json_core::from_slice(value).ok()?;
    Some(number)
}

/// Bytes: an array of numbers, base64, or null.
fn data(json: &mut Json<'_>, data: &mut Vec<u8, MOST_DATA>) -> Option<()> {
    if json.accept(b'"') {
        json.rest = base64(json.rest, data)?;
    } else if json.accept(b'[') {
        array(json, data)?;
    } else if number_or_null(json.value()?)?.is_some() {
        return None;
    }
    Some(())
}

/// Decodes an array of numbers, behind its bracket.
fn array(json: &mut Json<'_>, data: &mut Vec<u8, MOST_DATA>) -> Option<()> {
    if json.accept(b']') {
        return Some(());
    }
    loop {
        let mut number = json.peek().and_then(digit)?;
        let mut bytes = json.rest.iter();
        bytes.next();
        while let Some(digit) = bytes.as_slice().first().copied().and_then(digit) {
            // No number is written with a zero in front.
            if number == 0 {
                return None;
            }
            number = number.wrapping_mul(10).wrapping_add(digit);
            if number > 0xff {
                return None;
            }
            bytes.next();
        }
        json.rest = bytes.as_slice();
        data.push(number as u8).ok()?;
        if !json.accept(b',') {
            return json.expect(b']');
        }
    }
}

fn digit(byte: u8) -> Option<u32> {
    let digit = byte.wrapping_sub(b'0');
    (digit < 10).then_some(u32::from(digit))
}

/// What each character of base64 stands for; [`OTHER`] for those that are not of it.
#[expect(
    clippy::indexing_slicing,
    reason = "the compiler works it out: an index out of range would not compile"
)]
const SIXTY_FOUR: [u8; 128] = {
    let mut values = [OTHER; 128];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < 64 {
        values[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// Decodes standard base64, with its padding or without, up to the quote behind it. Answers what is
/// behind that.
fn base64<'a>(mut text: &'a [u8], data: &mut Vec<u8, MOST_DATA>) -> Option<&'a [u8]> {
    let value = |byte: u8| SIXTY_FOUR.get(usize::from(byte)).copied().unwrap_or(OTHER);
    // Four at a time while nothing but plain characters comes.
    while let Some(([a, b, c, d], behind)) = text.split_first_chunk() {
        let [a, b, c, d] = [value(*a), value(*b), value(*c), value(*d)];
        if (a | b | c | d) > 63 {
            break;
        }
        let three = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
        data.extend_from_slice(&three).ok()?;
        text = behind;
    }
    // The bits that make no whole byte yet, and how many they are: 6, 4, 2 or none.
    let (mut bits, mut count, mut padding) = (0_u32, 0_u32, 0_u32);
    loop {
        let mut byte = *text.first()?;
        text = text.get(1..)?;
        if byte == b'"' {
            break;
        }
        if byte == b'\\' {
            byte = escaped(&mut text);
        }
        let value = value(byte);
        if value == OTHER || padding != 0 {
            if byte != b'=' {
                return None;
            }
            padding = padding.wrapping_add(2);
            continue;
        }
        bits = bits << 6 | u32::from(value);
        count = count.wrapping_add(6);
        if count >= 8 {
            count = count.wrapping_sub(8);
            data.push((bits >> count) as u8).ok()?;
            bits &= (1_u32 << count).wrapping_sub(1);
        }
    }
    // Each padding character stands for two bits that are not there.
    (bits == 0 && count != 6 && (padding == 0 || padding == count)).then_some(text)
}

#[cfg(all(test, feature = "std"))]
mod tests;
