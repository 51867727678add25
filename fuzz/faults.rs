//! Arbitrary faults of a host: what the targets have in common.

use crate::host::Fault;
use arbitrary::{Result, Unstructured};

/// One of a receive. `size` is how much more than was asked for comes.
pub fn receiving(
    data: &mut Unstructured<'_>,
    size: impl FnOnce(&mut Unstructured<'_>) -> Result<u32>,
) -> Result<Fault> {
    Ok(match data.int_in_range(0..=5)? {
        0 => Fault::Zero,
        1 => Fault::Dangling,
        2 => Fault::Inside,
        3 => Fault::Empty,
        _ => Fault::Longer(size(data)?),
    })
}

/// One of a send. `size` is how much of it is sent.
pub fn sending(
    data: &mut Unstructured<'_>,
    size: impl FnOnce(&mut Unstructured<'_>) -> Result<u32>,
) -> Result<Fault> {
    Ok(match data.int_in_range(0..=2)? {
        0 => Fault::Zero,
        1 => Fault::Says(data.arbitrary()?),
        _ => Fault::Takes(size(data)?),
    })
}
