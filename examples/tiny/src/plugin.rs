//! The plugin's input and output, straight from the Extism kernel. (With std, extism-pdk does this.)

use harness_wasi_sockets::Block;

#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    safe fn input_length() -> u64;
    safe fn input_load_u8(at: u64) -> u32;
    safe fn output_set(offset: u64, length: u64);
}

/// Copies the input into `buf`; `None` if it does not fit.
pub fn input(buf: &mut [u8]) -> Option<&[u8]> {
    let buf = buf.get_mut(..input_length() as usize)?;
    for (at, byte) in buf.iter_mut().enumerate() {
        *byte = input_load_u8(at as u64) as u8;
    }
    Some(buf)
}

/// Makes `bytes` the output. The block that they are copied into belongs to the host then.
pub fn output(bytes: &[u8]) -> Option<()> {
    let length = bytes.len() as u64;
    output_set(Block::copy_of(bytes).ok()?.into_offset(), length);
    Some(())
}
