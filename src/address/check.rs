//! Checks whether a text is an address, and rejects everything that could be misread later.
//!
//! [`walk`] is a state machine that reads the text once, from the left. Its state is what the text has been so far: the
//! characters of a name ([`LABEL`]), a name and a colon ([`COLON`]), and so on up to [`PORT`]. For each character it
//! looks up the character's kind in [`KINDS`], and the next state in the row of [`STEPS`] for its state. So a new rule
//! is a new state with its row. Rules that do not fit into a table (the maximum length of a label, the largest port)
//! are in the loop.
//!
//! Both tables are packed, four bits per entry, since every plugin contains them.

use crate::Error;

/// The maximum length of a name, in bytes.
pub(super) const LONGEST_NAME: usize = 253;
/// The maximum length of a part of a name between dots, in bytes.
const LONGEST_LABEL: usize = 63;

/// Checks `host:port`.
pub(super) fn check_endpoint(text: &[u8]) -> Result<(), Error> {
    match walk(START, text) {
        PORT => Ok(()),
        _ => Err(Error::InvalidAddress),
    }
}

/// Checks the target of an echo request: only a host, an IPv6 address without brackets.
pub(crate) fn check_target(text: &str) -> Result<(), Error> {
    let text = text.as_bytes();
    let start = if text.contains(&b':') { V6 } else { START };
    match walk(start, text) {
        LABEL | DOT | GAP | GROUP | DOTTED | SCOPE => Ok(()),
        _ => Err(Error::InvalidAddress),
    }
}

// The states. Only the shape of an IPv6 address is checked: hexadecimal groups with at least two colons, no single
// colon at the end, no three in a row, and dots only after the last. The host checks whether the groups form an
// address: counting them here would take 66 bytes in each plugin. (`HostText::read` counts them, in plugins that link
// it.)
const START: u32 = 1;
const LABEL: u32 = 2;
const DOT: u32 = 3;
/// The first group of an IPv6 address, if it has begun.
const V6: u32 = 4;
const V6_COLON: u32 = 5;
const V6_SECOND_GROUP: u32 = 6;
/// Two colons in a row.
const GAP: u32 = 7;
/// A colon, not the first, after a group.
const NEXT_COLON: u32 = 8;
/// A group after the second colon or a later one.
const GROUP: u32 = 9;
const DOTTED: u32 = 10;
const PERCENT: u32 = 11;
const SCOPE: u32 = 12;
const BRACKET: u32 = 13;
const COLON: u32 = 14;
const PORT: u32 = 15;

/// The next state for each kind of character: one row per state, in their order. 0 means that the text is not an
/// address.
const STEPS: [u32; 16] = [
    0,
    // The columns: a hexadecimal digit, another character of a label, `.`, `:`, `%`, `[`, `]`.
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

/// The kinds of the characters from the space on, two per byte: the columns of a row of [`STEPS`], counted from
/// 1. Characters of kind 0 are invalid in every address.
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

/// Packs a row of [`STEPS`] as the hexadecimal digits of a number.
const fn steps(next: [u32; 7]) -> u32 {
    let [hex, label, dot, colon, percent, open, close] = next;
    hex << 4 | label << 8 | dot << 12 | colon << 16 | percent << 20 | open << 24 | close << 28
}

/// Reads a text from the left. Returns the final state; 0 if it is not an address.
fn walk(start: u32, text: &[u8]) -> u32 {
    let mut state = start;
    // The length of the current part, and its value as a number.
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
        // A trailing dot of a name does not count. No name begins with `-`: a host that passes it to a command would
        // pass an option.
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
