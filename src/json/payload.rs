//! The payload of a packet: the largest part of its report.

use super::text::{Json, OTHER, escaped};
use super::{Data, number_or_null};

/// Decodes bytes: an array of numbers, base64, or null.
pub(super) fn data(json: &mut Json<'_>, data: &mut Data) -> Option<()> {
    if json.accept(b'"') {
        json.rest = base64(json.rest, data)?;
    } else if json.accept(b'[') {
        array(json, data)?;
    } else if number_or_null(json.value()?)?.is_some() {
        return None;
    }
    Some(())
}

/// Decodes an array of numbers, after its bracket.
fn array(json: &mut Json<'_>, data: &mut Data) -> Option<()> {
    if json.accept(b']') {
        return Some(());
    }
    loop {
        let mut number = json.peek().and_then(digit)?;
        let mut bytes = json.rest.iter();
        bytes.next();
        while let Some(digit) = bytes.as_slice().first().copied().and_then(digit) {
            // Leading zeros are not allowed.
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

/// The value of each base64 character; [`OTHER`] for all other characters.
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

/// Converts four values of 6 bits to three bytes.
#[cfg(not(small))]
#[inline(always)]
const fn three([a, b, c, d]: [u8; 4]) -> [u8; 3] {
    [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]
}

/// Decodes standard base64, with or without padding, up to the closing quote. Returns the text after it.
pub(super) fn base64<'a>(mut text: &'a [u8], data: &mut Data) -> Option<&'a [u8]> {
    let value = |byte: u8| SIXTY_FOUR.get(usize::from(byte)).copied().unwrap_or(OTHER);
    // Four plain characters at a time. (Only for speed: the loop below would do.)
    #[cfg(not(small))]
    while let Some(([a, b, c, d], behind)) = text.split_first_chunk() {
        let [a, b, c, d] = [value(*a), value(*b), value(*c), value(*d)];
        if (a | b | c | d) > 63 {
            break;
        }
        data.extend_from_slice(&three([a, b, c, d])).ok()?;
        text = behind;
    }
    // The bits that are not a whole byte yet, and their number: 6, 4, 2 or 0.
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
        bits = (bits << 6).wrapping_add(u32::from(value));
        count = count.wrapping_add(6);
        if count >= 8 {
            count = count.wrapping_sub(8);
            data.push((bits >> count) as u8).ok()?;
            bits &= (1_u32 << count).wrapping_sub(1);
        }
    }
    // Each padding character stands for two missing bits.
    (bits == 0 && count != 6 && (padding == 0 || padding == count)).then_some(text)
}
