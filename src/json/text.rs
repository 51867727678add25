//! Parses JSON text from the front.

/// The maximum nesting depth of a value.
const MOST_DEPTH: u32 = 15;
/// Stands for a character that is invalid, or in no known key or value.
pub(super) const OTHER: u8 = 0xff;

/// The rest of the JSON text.
pub(super) struct Json<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Json<'a> {
    /// Skips white space, and returns the byte after it.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let [first, behind @ ..] = self.rest {
            match first {
                b' ' | b'\t' | b'\n' | b'\r' => self.rest = behind,
                _ => return Some(*first),
            }
        }
        None
    }

    /// Skips white space and this byte. Returns whether the byte was there.
    pub(super) fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        found
    }

    /// Skips white space and this byte. `None` if the byte is not there.
    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        self.accept(byte).then_some(())
    }

    /// Skips a string after its opening quote, and returns its content.
    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
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

    /// Skips any value and returns its text. Only the brackets of its content are checked.
    pub(super) fn value(&mut self) -> Option<&'a [u8]> {
        self.peek();
        let start = self.rest;
        // The open brackets, one bit each, 1 for a brace. The bit before them marks the start.
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

/// Returns the next character of a string from [`Json::string`]. Non-ASCII characters may be [`OTHER`].
pub(super) fn character(string: &mut &[u8]) -> Option<u8> {
    let (first, behind) = string.split_first()?;
    *string = behind;
    Some(match first {
        b'\\' => escaped(string),
        byte => *byte,
    })
}

/// Returns the character after a backslash.
#[cold]
pub(super) fn escaped(string: &mut &[u8]) -> u8 {
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
