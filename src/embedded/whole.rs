//! Reads and writes whole buffers, in as many calls as needed.
//!
//! The traits' default methods slice by index, which links the panic machinery into a small plugin.

use crate::Error;

/// Fills all of `into`, or returns `eof`.
#[inline(always)]
pub(super) fn read<E: From<Error>>(
    mut some: impl FnMut(&mut [u8]) -> Result<usize, Error>,
    mut into: &mut [u8],
    eof: E,
) -> Result<(), E> {
    while !into.is_empty() {
        let n = some(into)?;
        if n == 0 {
            return Err(eof);
        }
        let Some(rest) = into.get_mut(n..) else { break };
        into = rest;
    }
    Ok(())
}

/// Writes all of `from`.
#[inline(always)]
pub(super) fn write(
    some: impl Fn(&[u8]) -> Result<usize, Error>,
    mut from: &[u8],
) -> Result<(), Error> {
    while !from.is_empty() {
        let n = some(from)?;
        let Some(rest) = from.get(n..) else { break };
        from = rest;
    }
    Ok(())
}
