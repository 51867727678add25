//! An owned block of the kernel's memory.

use crate::Error;
use crate::host::{DefaultHost, Host};
use core::fmt;
use core::marker::PhantomData;
use core::num::NonZeroU64;

/// An owned block of the kernel's memory, freed on drop.
///
/// The plugin and the host exchange all data in such blocks. The kernel's memory is separate from the plugin's, which
/// accesses it only by copying.
///
/// The kernel frees all blocks between two calls of a plugin. So do not keep a block from one call to the next; the
/// library's own blocks never outlive the operation that created them. For the same reason a block is not `Send`.
///
/// # Example
/// ```
/// use harness_wasi_sockets::Block;
///
/// let block = Block::copy_of(b"bytes in the kernel")?;
/// let mut word = [0; 6];
/// assert_eq!(block.load(13, &mut word), 6);
/// assert_eq!(&word, b"kernel");
/// // It is freed on drop.
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
pub struct Block<H: Host = DefaultHost> {
    host: H,
    offset: NonZeroU64,
    len: usize,
    /// Not `Send`: in native builds each thread has its own kernel memory.
    thread: PhantomData<*const ()>,
}

impl<H: Host> Block<H> {
    /// Allocates a block of `len` bytes. Its content is unspecified.
    ///
    /// The kernel has no blocks of 0 bytes. For such a block it allocates 1 byte, which does not count.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if the kernel has no memory left.
    pub fn new_in(host: H, len: usize) -> Result<Self, Error> {
        // The kernel's addresses have 32 bits. Its allocator adds to a length without checking for overflow.
        let len = u32::try_from(len).map_err(|_| Error::OutOfMemory)?;
        let offset = host.alloc(u64::from(len.max(1)));
        let offset = NonZeroU64::new(offset).ok_or(Error::OutOfMemory)?;
        Ok(Self::owning(host, offset, len as usize))
    }

    /// Allocates a block and copies `bytes` into it.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if the kernel has no memory left.
    #[inline(always)]
    pub fn copy_of_in(host: H, bytes: &[u8]) -> Result<Self, Error> {
        let offset = NonZeroU64::new(copy_of(&host, bytes)).ok_or(Error::OutOfMemory)?;
        Ok(Self::owning(host, offset, bytes.len()))
    }

    /// Takes ownership of the block at `offset` that the host returned, and frees it on drop. Returns `None` if there
    /// is no block at `offset`.
    pub fn adopt_in(host: H, offset: u64) -> Option<Self> {
        let offset = NonZeroU64::new(offset)?;
        match host.length(offset.get()) {
            0 => None,
            // The kernel's addresses have 32 bits.
            len => Some(Self::owning(host, offset, len as usize)),
        }
    }

    fn owning(host: H, offset: NonZeroU64, len: usize) -> Self {
        Self {
            host,
            offset,
            len,
            thread: PhantomData,
        }
    }

    /// Returns the block's offset in the kernel's memory, which is what the host's functions take.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset.get()
    }

    /// Returns the block's length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the block has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reduces the block's length to at most `len`. The kernel's block keeps its length.
    #[cfg(all(feature = "extism-pdk", target_family = "wasm"))]
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Copies bytes of the block, from position `at` on, into `into`. Returns how many: as many as there are, or as
    /// fit.
    #[cfg_attr(not(small), inline(always))]
    pub fn load(&self, at: usize, into: &mut [u8]) -> usize {
        let n = self.len.saturating_sub(at).min(into.len());
        if let Some(into) = into.get_mut(..n) {
            self.host.load(self.offset().wrapping_add(at as u64), into);
        }
        n
    }

    /// Copies `from` into the block, from position `at` on. Returns how many bytes were copied: all of them, or as many
    /// as fit.
    pub fn store(&self, at: usize, from: &[u8]) -> usize {
        let n = self.len.saturating_sub(at).min(from.len());
        if let Some(from) = from.get(..n) {
            self.host.store(self.offset().wrapping_add(at as u64), from);
        }
        n
    }

    /// Returns the block's offset without freeing the block. The caller must free it.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::Block;
    /// use harness_wasi_sockets::host::{DefaultHost, Host};
    ///
    /// let offset = Block::copy_of(b"Hello")?.into_offset();
    /// // Pass it to the host, or:
    /// DefaultHost.free(offset);
    /// # Ok::<(), harness_wasi_sockets::Error>(())
    /// ```
    #[must_use = "the block leaks if nobody frees its offset"]
    pub fn into_offset(self) -> u64 {
        core::mem::ManuallyDrop::new(self).offset.get()
    }
}

/// Allocates a block, copies bytes into it, and returns its offset, or 0 if there is no memory for it.
///
/// Never inlined, so that a plugin contains it once. It returns a plain number because that fits in a register.
#[inline(never)]
pub(crate) fn copy_of<H: Host>(host: &H, bytes: &[u8]) -> u64 {
    let offset = host.alloc(bytes.len().max(1) as u64);
    if offset != 0 {
        host.store(offset, bytes);
    }
    offset
}

impl Block {
    /// Allocates a block of `len` bytes in the plugin's kernel. See [`new_in`](Block::new_in).
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if the kernel has no memory left.
    pub fn new(len: usize) -> Result<Self, Error> {
        Self::new_in(DefaultHost, len)
    }

    /// Allocates a block in the plugin's kernel and copies `bytes` into it.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if the kernel has no memory left.
    pub fn copy_of(bytes: &[u8]) -> Result<Self, Error> {
        Self::copy_of_in(DefaultHost, bytes)
    }

    /// Takes ownership of the block at `offset` in the plugin's kernel. See [`adopt_in`](Block::adopt_in).
    #[must_use]
    pub fn adopt(offset: u64) -> Option<Self> {
        Self::adopt_in(DefaultHost, offset)
    }
}

impl<H: Host> Drop for Block<H> {
    fn drop(&mut self) {
        self.host.free(self.offset.get());
    }
}

impl<H: Host> fmt::Debug for Block<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("offset", &self.offset)
            .field("len", &self.len)
            .finish()
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::host::Native;

    #[test]
    fn copies_of_every_small_length_come_back_whole() {
        let bytes: Vec<u8> = (1..=40).collect();
        for len in 1..=bytes.len() {
            let block = Block::copy_of(&bytes[..len]).unwrap();
            let mut back = vec![0xee; len + 3];
            assert_eq!(block.load(0, &mut back), len);
            assert_eq!(back[..len], bytes[..len]);
            assert_eq!(back[len..], [0xee; 3]);
        }
        assert_eq!(Native::live_blocks(), 0);
    }

    #[test]
    fn the_parts_of_a_block() {
        let block = Block::new(10).unwrap();
        assert_eq!(block.store(0, &[1; 20]), 10);
        assert_eq!(block.store(8, &[2; 20]), 2);
        assert_eq!(block.store(10, &[3]), 0);
        assert_eq!(block.store(usize::MAX, &[3]), 0);
        let mut part = [0; 4];
        assert_eq!(block.load(7, &mut part), 3);
        assert_eq!(part, [1, 2, 2, 0]);
        assert_eq!(block.load(11, &mut part), 0);
    }

    #[test]
    fn an_empty_block_has_no_bytes() {
        for make in [|| Block::new(0), || Block::copy_of(b"")] {
            let block = make().unwrap();
            assert!(block.is_empty());
            assert_eq!((block.len(), block.store(0, b"x")), (0, 0));
            assert_eq!(block.load(0, &mut [0; 4]), 0);
            assert_eq!(Native::live_blocks(), 1, "the kernel has no empty one");
        }
        assert!(!Block::copy_of(b"x").unwrap().is_empty());
        assert_eq!(Native::live_blocks(), 0);
    }

    #[test]
    fn what_no_kernel_has_is_out_of_memory() {
        for len in [u32::MAX as usize + 1, 1 << 50, usize::MAX - 11, usize::MAX] {
            assert_eq!(Block::new(len).unwrap_err(), Error::OutOfMemory, "{len}");
        }
        assert_eq!(Native.alloc(u64::MAX), 0);
        assert_eq!(Native::live_blocks(), 0);
    }

    /// If a kernel could have such a block, only the kernel may refuse it.
    #[test]
    fn the_longest_block_there_can_be_is_asked_for() {
        use core::cell::Cell;
        #[derive(Clone)]
        struct Large<'a>(&'a Cell<u64>);
        impl Host for Large<'_> {
            fn alloc(&self, len: u64) -> u64 {
                self.0.set(len);
                1
            }
            fn free(&self, _offset: u64) {}
            fn length(&self, _offset: u64) -> u64 {
                self.0.get()
            }
            crate::testing::no_sockets!();
            crate::testing::no_icmp!();
            crate::testing::no_words!();
        }
        let asked = Cell::new(0);
        let block = Block::new_in(Large(&asked), u32::MAX as usize).unwrap();
        assert_eq!(asked.get(), u64::from(u32::MAX));
        assert_eq!(block.len(), u32::MAX as usize);
    }

    #[test]
    fn no_block_is_adopted_from_an_offset_that_is_none() {
        assert!(Block::adopt_in(Native, 0).is_none());
        assert!(Block::adopt_in(Native, 12345).is_none());
        let offset = Block::copy_of(b"kept").unwrap().into_offset();
        assert_eq!(Native::live_blocks(), 1);
        assert_eq!(Block::adopt_in(Native, offset).unwrap().len(), 4);
        assert_eq!(Native::live_blocks(), 0);
        let offset = Block::copy_of(b"kept").unwrap().into_offset();
        assert_eq!(Block::adopt(offset).unwrap().len(), 4);
        assert_eq!(Native::live_blocks(), 0);
    }

    #[test]
    fn a_block_is_shown_by_its_place_and_its_length() {
        let block = Block::copy_of(b"Hello").unwrap();
        let expected = format!("Block {{ offset: {}, len: 5 }}", block.offset());
        assert_eq!(format!("{block:?}"), expected);
    }

    /// The word-by-word copy that a plugin uses, on a host with nothing else.
    #[test]
    fn the_provided_copies_touch_exactly_their_bytes() {
        use core::cell::RefCell;
        #[derive(Clone)]
        struct Words<'a>(&'a RefCell<[u8; 64]>);
        impl Host for Words<'_> {
            fn load_u8(&self, offset: u64) -> u8 {
                self.0.borrow()[offset as usize]
            }
            fn load_u64(&self, offset: u64) -> u64 {
                let at = offset as usize;
                u64::from_le_bytes(self.0.borrow()[at..at + 8].try_into().unwrap())
            }
            fn store_u8(&self, offset: u64, value: u8) {
                self.0.borrow_mut()[offset as usize] = value;
            }
            fn store_u64(&self, offset: u64, value: u64) {
                let at = offset as usize;
                self.0.borrow_mut()[at..at + 8].copy_from_slice(&value.to_le_bytes());
            }
            crate::testing::no_sockets!();
            crate::testing::no_icmp!();
            crate::testing::no_blocks!();
        }
        for at in 0..9 {
            for len in 0..40 {
                let memory = RefCell::new(core::array::from_fn(|i| i as u8));
                let host = Words(&memory);
                let mut back = vec![0; len];
                host.load(at, &mut back);
                let at_usize = at as usize;
                assert_eq!(back, memory.borrow()[at_usize..at_usize + len]);
                let bytes: Vec<u8> = (0..len).map(|i| 200 + i as u8).collect();
                host.store(at, &bytes);
                for (i, byte) in memory.borrow().iter().enumerate() {
                    let inside = (at_usize..at_usize + len).contains(&i);
                    let expected = if inside { bytes[i - at_usize] } else { i as u8 };
                    assert_eq!(*byte, expected, "byte {i}, {len} bytes at {at}");
                }
            }
        }
    }
}
