//! Arbitrary faults of a host, shared by the targets.

use crate::host::Fault;
use arbitrary::{Result, Unstructured};

/// A fault of a receive. `size` is by how much the block is too long.
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

/// A fault of a send. `size` is how much is sent.
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
