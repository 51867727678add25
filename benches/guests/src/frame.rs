//! The parts that every guest needs: an export, a job as its input, and an outcome as its output.

use core::sync::atomic::{AtomicU64, Ordering};

// SAFETY: the signatures are the kernel's. The arguments are plain numbers, and no value of them accesses this module's
// memory.
#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    safe fn input_length() -> u64;
    safe fn input_load_u8(at: u64) -> u32;
    safe fn alloc(len: u64) -> u64;
    safe fn store_u64(offset: u64, value: u64);
    safe fn output_set(offset: u64, len: u64);
}

/// The longest input.
const MOST_INPUT: usize = 256;
/// The maximum bytes per operation.
pub const MOST: usize = 65_536;

/// The job. As input: `ADDRESS ADDRESS COUNT SIZE SEED CHECK`.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The TCP peer.
    pub tcp: &'a str,
    /// The UDP peer.
    pub udp: &'a str,
    /// The number of bytes or rounds, depending on the work.
    pub count: u64,
    /// The bytes per operation, at most [`MOST`].
    pub size: usize,
    /// The seed of the random numbers.
    pub seed: u64,
    /// Whether the bytes are checked. That costs as much as moving them, so it is for tests.
    pub check: bool,
}

/// The result of a job.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The number of received bytes.
    pub bytes: u64,
    /// Their digest (FNV-1a), if they are checked.
    pub digest: u64,
    check: bool,
}

impl Outcome {
    /// Creates an empty outcome.
    pub fn new(job: &Job<'_>) -> Self {
        Self {
            bytes: 0,
            digest: 0xcbf2_9ce4_8422_2325,
            check: job.check,
        }
    }

    /// Adds received bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.wrapping_add(bytes.len() as u64);
        if self.check {
            for byte in bytes {
                self.digest = (self.digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
}

/// The number of heap allocations, for guests with a heap.
pub static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// Exports functions that each do a job.
#[macro_export]
macro_rules! guest {
    ($($export:ident => $work:expr,)+) => {$(
        /// The function that the host calls. It returns 0 on success.
        #[unsafe(no_mangle)]
        pub extern "C" fn $export() -> i32 {
            $crate::frame::call($work)
        }
    )+};
}

/// Does a job with a buffer of [`MOST`] bytes, and outputs the outcome: bytes, digest, allocations, pages of memory.
pub fn call(work: impl FnOnce(&Job<'_>, &mut [u8; MOST]) -> Option<Outcome>) -> i32 {
    let mut text = [0; MOST_INPUT];
    let mut room = [0; MOST];
    let Some(job) = input(&mut text).and_then(parse) else {
        return 2;
    };
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let Some(outcome) = work(&job, &mut room) else {
        return 1;
    };
    let allocations = ALLOCATIONS.load(Ordering::Relaxed).wrapping_sub(before);
    let pages = core::arch::wasm32::memory_size::<0>() as u64;
    let answer = [outcome.bytes, outcome.digest, allocations, pages];
    let block = alloc(size_of_val(&answer) as u64);
    for (number, value) in answer.into_iter().enumerate() {
        store_u64(block.wrapping_add(8 * number as u64), value);
    }
    output_set(block, size_of_val(&answer) as u64);
    0
}

fn input(text: &mut [u8; MOST_INPUT]) -> Option<&str> {
    let text = text.get_mut(..input_length() as usize)?;
    for (at, byte) in text.iter_mut().enumerate() {
        *byte = input_load_u8(at as u64) as u8;
    }
    core::str::from_utf8(text).ok()
}

fn parse(text: &str) -> Option<Job<'_>> {
    let mut words = text.split(' ');
    Some(Job {
        tcp: words.next()?,
        udp: words.next()?,
        count: words.next()?.parse().ok()?,
        size: words.next()?.parse().ok().filter(|size| *size <= MOST)?,
        seed: words.next()?.parse().ok()?,
        check: words.next()? == "1",
    })
}
