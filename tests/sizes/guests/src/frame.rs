//! The parts that every guest needs: an export, the input, and a message to send.

// SAFETY: the signatures are the kernel's. The arguments are plain numbers, and no value of them accesses this module's
// memory.
#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    safe fn input_length() -> u64;
    safe fn input_load_u8(at: u64) -> u32;
}

/// The length of the message.
pub const LEN: usize = 64;
/// The message that the guests send, and expect back.
pub const MESSAGE: [u8; LEN] =
    *b"The message that every guest sends and that every peer returns.\n";
/// The number of datagrams in each direction.
pub const ROUNDS: u8 = 10;
/// The sequence number of the echo request.
pub const SEQ: u16 = 7;
/// How many packets are checked for the echo reply: a host receives everybody's.
pub const MOST_PACKETS: u32 = 64;
/// How long to wait for each of them.
pub const PACKET_WAIT_MS: u32 = 5_000;

/// The longest input.
const MOST_INPUT: usize = 256;

/// Exports functions that take an address and return whether they succeeded.
#[macro_export]
macro_rules! guest {
    ($($export:ident => $function:path,)+) => {$(
        /// The function that the host calls. It returns 0 on success.
        #[unsafe(no_mangle)]
        pub extern "C" fn $export() -> i32 {
            $crate::frame::call($function)
        }
    )+};
}

/// Calls a guest's function with its input.
pub fn call(function: impl FnOnce(&str) -> Option<()>) -> i32 {
    let mut buf = [0; MOST_INPUT];
    match input(&mut buf).and_then(function) {
        Some(()) => 0,
        None => 1,
    }
}

/// Does nothing with its input.
pub fn nothing(_: &str) -> Option<()> {
    Some(())
}

/// Returns the message of one round.
pub fn datagram(round: u8) -> [u8; LEN] {
    let mut datagram = MESSAGE;
    datagram[0] = round;
    datagram
}

/// Returns the input: an address, which is ASCII. `None` if it is not, or is too long.
#[inline(never)]
fn input(buf: &mut [u8; MOST_INPUT]) -> Option<&str> {
    let buf = buf.get_mut(..input_length() as usize)?;
    for (at, byte) in buf.iter_mut().enumerate() {
        *byte = input_load_u8(at as u64) as u8;
        if !byte.is_ascii() {
            return None;
        }
    }
    // SAFETY: every byte is ASCII. (`from_utf8` would be a third of the smallest guest.)
    Some(unsafe { core::str::from_utf8_unchecked(buf) })
}
