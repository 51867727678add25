//! The kernel's memory.

use core::num::{NonZeroU32, NonZeroU64};

// SAFETY: the signatures are the kernel's. The arguments are plain numbers, and no value of them accesses this module's
// memory.
#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    safe fn alloc(len: u64) -> u64;
    safe fn length(offset: u64) -> u64;
    safe fn load_u8(offset: u64) -> u8;
    safe fn load_u64(offset: u64) -> u64;
    safe fn store_u8(offset: u64, value: u8);
    safe fn store_u64(offset: u64, value: u64);
    pub safe fn free(offset: u64);
}

/// Copies bytes into a block, lends it to `f`, and frees it. `None` if there is no memory for it, or if `f` returns 0.
pub fn lend(bytes: &[u8], f: impl FnOnce(u64) -> u32) -> Option<NonZeroU32> {
    let block = copy(bytes)?.get();
    let answer = f(block);
    free(block);
    NonZeroU32::new(answer)
}

/// Returns a block with a copy of these bytes, which the caller must free.
#[inline(never)]
pub fn copy(bytes: &[u8]) -> Option<NonZeroU64> {
    let block = NonZeroU64::new(alloc(bytes.len() as u64))?;
    let mut at = block.get();
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        store_u64(at, u64::from_le_bytes(*word));
        at = at.wrapping_add(8);
    }
    for byte in rest {
        store_u8(at, *byte);
        at = at.wrapping_add(1);
    }
    Some(block)
}

/// Copies a block that the host has returned into `into`, as much as fits, and frees it. Returns the block's length; 0
/// if there was none.
#[inline(never)]
pub fn take(block: u64, into: &mut [u8]) -> usize {
    let len = length(block) as usize;
    if len == 0 {
        return 0;
    }
    let mut at = block;
    let fits = len.min(into.len());
    let into = into.get_mut(..fits).unwrap_or_default();
    let (words, rest) = into.as_chunks_mut::<8>();
    for word in words {
        *word = load_u64(at).to_le_bytes();
        at = at.wrapping_add(8);
    }
    for byte in rest {
        *byte = load_u8(at);
        at = at.wrapping_add(1);
    }
    free(block);
    len
}
