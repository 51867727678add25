//! The kernel's memory.

// SAFETY: the signatures are the kernel's. The arguments are plain numbers, and no value of them accesses this module's
// memory.
#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    pub safe fn alloc(len: u64) -> u64;
    pub safe fn length(offset: u64) -> u64;
    pub safe fn load_u8(offset: u64) -> u8;
    pub safe fn load_u64(offset: u64) -> u64;
    pub safe fn store_u8(offset: u64, value: u8);
    pub safe fn store_u64(offset: u64, value: u64);
    pub safe fn free(offset: u64);
}

/// Copies bytes into a block, lends it to `f`, and frees it. `None` if there is no memory for it.
pub fn lend(bytes: &[u8], f: impl FnOnce(u64) -> u32) -> Option<u32> {
    let block = alloc(bytes.len() as u64);
    if block == 0 {
        return None;
    }
    store(block, bytes);
    let answer = f(block);
    free(block);
    Some(answer)
}

/// Copies a block that the host has returned into `into`, as much as fits, and frees it. Returns how much was copied; 0
/// if there is no block.
pub fn take(block: u64, into: &mut [u8]) -> usize {
    if block == 0 {
        return 0;
    }
    let len = (length(block) as usize).min(into.len());
    if let Some(into) = into.get_mut(..len) {
        load(block, into);
    }
    free(block);
    len
}

/// Copies `bytes` to `at` in words; the last one may overlap the one before.
pub fn store(at: u64, bytes: &[u8]) {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut to = at;
    for word in words {
        store_u64(to, u64::from_le_bytes(*word));
        to = to.wrapping_add(8);
    }
    match bytes.last_chunk::<8>() {
        Some(_) if rest.is_empty() => {}
        Some(word) => store_u64(
            at.wrapping_add(bytes.len() as u64).wrapping_sub(8),
            u64::from_le_bytes(*word),
        ),
        None => {
            for byte in rest {
                store_u8(to, *byte);
                to = to.wrapping_add(1);
            }
        }
    }
}

/// Fills `bytes` from `at`, in the same way.
pub fn load(at: u64, bytes: &mut [u8]) {
    let len = bytes.len() as u64;
    let (words, rest) = bytes.as_chunks_mut::<8>();
    let mut from = at;
    for word in words {
        *word = load_u64(from).to_le_bytes();
        from = from.wrapping_add(8);
    }
    if rest.is_empty() {
        return;
    }
    match bytes.last_chunk_mut::<8>() {
        Some(word) => *word = load_u64(at.wrapping_add(len).wrapping_sub(8)).to_le_bytes(),
        None => {
            for byte in bytes {
                *byte = load_u8(from);
                from = from.wrapping_add(1);
            }
        }
    }
}
