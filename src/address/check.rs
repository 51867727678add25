//! Whether a text can be an address: nothing is let through that could mean something else to whoever
//! reads it next.
//!
//! [`walk`] is a state machine that reads the text once, from the left. Its state is what the text has been so
//! far: the characters of a name ([`LABEL`]), a name and a colon ([`COLON`]), and so on up to [`PORT`]. For each
//! character it finds the character's kind in [`KINDS`], and in the row of [`STEPS`] for its state what the text
//! has become. So a new rule is a new state, with its row. What a table cannot say (how long a label may be, how
//! large a port) stands in the loop.
//!
//! Both tables are packed, four bits an entry, since every plugin has them.

use crate::Error;

/// The longest name there is, in bytes.
pub(super) const LONGEST_NAME: usize = 253;
/// The longest part of a name between its dots, in bytes.
const LONGEST_LABEL: usize = 63;

/// Checks `host:port`.
pub(super) fn check_endpoint(text: &[u8]) -> Result<(), Error> {
    match walk(START, text) {
        PORT => Ok(()),
        _ => Err(Error::InvalidAddress),
    }
}

/// Checks what an echo request is sent to: a host alone, an IPv6 address without brackets.
pub(crate) fn check_target(text: &str) -> Result<(), Error> {
    let text = text.as_bytes();
    let start = if text.contains(&b':') { V6 } else { START };
    match walk(start, text) {
        LABEL | DOT | GAP | GROUP | DOTTED | SCOPE => Ok(()),
        _ => Err(Error::InvalidAddress),
    }
}

// The states. Of an IPv6 address only the shape is checked: hexadecimal groups with
// at least two colons, no single colon at the end, no three in a row, and dots only behind the last. The
// host checks whether the groups make an address: to count them here would take 66 bytes in each plugin.
// (`HostText::read` does, where it is linked.)
const START: u32 = 1;
const LABEL: u32 = 2;
const DOT: u32 = 3;
/// Its first group, if it has begun.
const V6: u32 = 4;
const V6_COLON: u32 = 5;
const V6_SECOND_GROUP: u32 = 6;
/// Two colons with nothing between.
const GAP: u32 = 7;
/// A colon that is not the first, with a group before it.
const NEXT_COLON: u32 = 8;
/// A group behind the second colon or a later one.
const GROUP: u32 = 9;
const DOTTED: u32 = 10;
const PERCENT: u32 = 11;
const SCOPE: u32 = 12;
const BRACKET: u32 = 13;
const COLON: u32 = 14;
const PORT: u32 = 15;

/// What the text becomes with the next character, by the character's kind: a row for each state, in their order.
/// 0 is that it cannot be an address.
const STEPS: [u32; 16] = [
    0,
    // With: a hexadecimal digit, another character of a label, `.`, `:`, `%`, `[`, `]`.
    steps([LABEL, LABEL, 0, 0, 0, V6, 0]),
    steps([LABEL, LABEL, DOT, COLON, 0, 0, 0]),
    steps([LABEL, LABEL, 0, COLON, 0, 0, 0]),
    steps([V6, 0, 0, V6_COLON, 0, 0, 0]),
    steps([V6_SECOND_GROUP, 0, 0, GAP, 0, 0, 0]),
    steps([V6_SECOND_GROUP, 0, 0, NEXT_COLON, 0, 0, 0]),
    steps([GROUP, 0, 0, 0, PERCENT, 0, BRACKET]),
    steps([GROUP, 0, 0, GAP, 0, 0, 0]),
    steps([GROUP, 0, DOTTED, NEXT_COLON, PERCENT, 0, BRACKET]),
    steps([DOTTED, 0, DOTTED, 0, PERCENT, 0, BRACKET]),
    steps([SCOPE, SCOPE, SCOPE, 0, 0, 0, 0]),
    steps([SCOPE, SCOPE, SCOPE, 0, 0, 0, BRACKET]),
    steps([0, 0, 0, COLON, 0, 0, 0]),
    steps([PORT, 0, 0, 0, 0, 0, 0]),
    steps([PORT, 0, 0, 0, 0, 0, 0]),
];

/// The kinds of the characters from the space on, two in a byte: the places of a row of [`STEPS`], counted from
/// 1. A character of kind 0 can be in no address.
#[expect(
    clippy::indexing_slicing,
    reason = "the compiler works it out: an index out of range would not compile"
)]
const KINDS: [u8; 48] = {
    let mut kinds = [0; 48];
    let mut byte = b' ';
    while byte < 0x80 {
        let kind = match byte {
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' => 1,
            b'g'..=b'z' | b'G'..=b'Z' | b'-' | b'_' => 2,
            b'.' => 3,
            b':' => 4,
            b'%' => 5,
            b'[' => 6,
            b']' => 7,
            _ => 0,
        };
        let at = byte as usize - 0x20;
        kinds[at / 2] |= kind << (at % 2 * 4);
        byte += 1;
    }
    kinds
};

/// A row of [`STEPS`], as the hexadecimal digits of a number.
const fn steps(next: [u32; 7]) -> u32 {
    let [hex, label, dot, colon, percent, open, close] = next;
    hex << 4 | label << 8 | dot << 12 | colon << 16 | percent << 20 | open << 24 | close << 28
}

/// Reads a text from the left, and returns what it has been; 0 if it cannot be.
fn walk(start: u32, text: &[u8]) -> u32 {
    let mut state = start;
    // How many characters of one part there have been, and what they are as a number.
    let (mut run, mut number) = (0_usize, 0_u32);
    for (at, byte) in text.iter().enumerate() {
        let place = byte.wrapping_sub(b' ');
        let kinds = KINDS.get(usize::from(place / 2)).copied().unwrap_or(0);
        let kind = u32::from(kinds >> (place % 2).wrapping_mul(4) & 7);
        let steps = STEPS.get(state as usize).copied().unwrap_or(0);
        let before = state;
        state = steps >> (kind * 4) & 15;
        if state != before {
            (run, number) = (0, 0);
        }
        run = run.wrapping_add(1);
        let digit = u32::from(byte.wrapping_sub(b'0'));
        number = number.wrapping_mul(10).wrapping_add(digit);
        // A dot at the end of a name does not count. No name begins with `-`: a host that hands it to a
        // command would hand over an option.
        if run > LONGEST_LABEL
            || at == 0 && *byte == b'-'
            || state == LABEL && at >= LONGEST_NAME
            || state == PORT && (digit > 9 || number > 0xffff)
        {
            return 0;
        }
    }
    state
}
