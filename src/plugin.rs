//! A plugin's input, output, error text, configuration and log, without std.
//!
//! It does the same as extism-pdk for a plugin with std, but without allocation and without `unsafe`. Only functions
//! that the plugin uses are imported. The macro [`plugin!`](crate::plugin!) exports functions, and defines the panic
//! handler that a plugin without std needs. `use harness_wasi_sockets::plugin;` imports both, the module and the macro.
//!
//! A complete plugin:
//!
//! ```
//! #![cfg_attr(target_family = "wasm", no_std)]
//! #![forbid(unsafe_code)]
//!
//! use harness_wasi_sockets::embedded::TcpStream;
//! use harness_wasi_sockets::{Error, plugin};
//!
//! plugin!(run);
//!
//! /// Sends its input, an address, to that address, and returns the first bytes that come back.
//! fn run() -> Result<(), Error> {
//!     let mut buf = [0; 256];
//!     let address = plugin::input(&mut buf)?;
//!     let mut stream = TcpStream::connect(address)?;
//!     stream.write_all(address)?;
//!     let mut reply = [0; 1024];
//!     let n = stream.read(&mut reply)?;
//!     plugin::output(reply.get(..n).unwrap_or_default())
//! }
//! # fn main() {}
//! ```
//!
//! # Errors
//! If a function returns `Err`, the call fails and the host shows the error's text. The error can be any type whose
//! text needs no allocation (`AsRef<str>`): [`Error`], a `&'static str`, a `heapless::String`. See [`Outcome`].
//!
//! The texts of [`Error`] take 1,100 bytes of a plugin. If that is too much, return `&'static str`, with your own text:
//! `TcpStream::connect(address).map_err(|_| "no connection")?`.
//!
//! # Unit tests
//! Native builds export nothing. With the feature `std`, `host::Native::call` calls a function like a host: it takes
//! the input, and returns the output or the error text. Configuration and log are emulated too. Each thread has its
//! own, so tests do not see those of other tests. Without `std` there is no kernel: the input is empty, and [`output`]
//! returns [`Error::OutOfMemory`].
//!
//! # `unsafe`
//! [`plugin!`](crate::plugin!) expands to code with `#[unsafe(no_mangle)]`, as exports need it. A crate with
//! `#![forbid(unsafe_code)]` can still use it: that lint ignores macros of other crates. The exported name must not be
//! one that the linker already knows, such as `memcpy`. The linker rejects two functions of the same name.

use crate::Error;
use crate::block::{Block, copy_of};
use crate::host::call::Call;
use crate::host::{DefaultHost, Host};
use core::convert::Infallible;
use core::mem::ManuallyDrop;

pub use crate::host::call::Level;
#[doc(inline)]
pub use crate::plugin;

/// Exports functions of the plugin, and defines a panic handler.
///
/// `plugin!(run, stop)` exports the functions `run` and `stop` of the surrounding module. They have no parameters, and
/// return an [`Outcome`](crate::plugin::Outcome). The host gets the return code 0, or 1 and the error's text.
///
/// The panic handler stops the plugin with a trap, without a message: most plugins without std cannot panic, and the
/// messages would be larger than the plugin. `plugin!(run; no_panic_handler)` omits it, for a crate that has its own.
/// With the feature `std` it is always omitted: std has one.
///
/// Native builds export nothing and get no panic handler.
///
/// # Example
/// ```
/// use harness_wasi_sockets::plugin;
///
/// plugin!(run, version);
///
/// fn run() -> Result<(), &'static str> {
///     Err("nothing is here yet")
/// }
///
/// fn version() {
///     plugin::log(plugin::Level::Info, "somebody wants to know the version");
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! plugin {
    ($($function:ident),+ $(,)?) => {
        $crate::plugin!($($function),+; no_panic_handler);
        $crate::__panic_handler!();
    };
    ($($function:ident),+; no_panic_handler) => {
        $($crate::__export!($function);)+
    };
}

/// In native builds a function is only type-checked. (For plugins see `host/extism.rs`.)
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export {
    ($function:ident) => {
        const _: fn() -> i32 = || $crate::plugin::call(self::$function);
    };
}

/// The panic handler of a plugin with std: std's own.
#[cfg(feature = "std")]
#[doc(hidden)]
#[macro_export]
macro_rules! __panic_handler {
    () => {};
}

/// The panic handler of a plugin without std.
#[cfg(not(feature = "std"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __panic_handler {
    () => {
        #[cfg(target_family = "wasm")]
        #[panic_handler]
        fn panic(_: &::core::panic::PanicInfo<'_>) -> ! {
            ::core::arch::wasm32::unreachable()
        }
    };
}

/// The result of a plugin's function: whether it failed, and the error's text.
///
/// It corresponds to `std::process::Termination`. `()` never fails. `Result<(), E>` fails with the text of `E`: an
/// [`Error`], a `&'static str`, a `heapless::String`, or any other `AsRef<str>`.
pub trait Outcome {
    /// Returns the error's text; `None` if nothing failed.
    fn failure(&self) -> Option<&str>;
}

impl Outcome for () {
    fn failure(&self) -> Option<&str> {
        None
    }
}

impl<E: AsRef<str>> Outcome for Result<(), E> {
    fn failure(&self) -> Option<&str> {
        self.as_ref().err().map(AsRef::as_ref)
    }
}

/// Returns the error's text: see [`message`](Error::message).
impl AsRef<str> for Error {
    fn as_ref(&self) -> &str {
        self.message()
    }
}

/// Returns the error's text: see [`message`](Error::message). It makes `?` work in a function that returns
/// `Result<(), &'static str>`.
impl From<Error> for &'static str {
    fn from(error: Error) -> Self {
        error.message()
    }
}

/// Calls a plugin's function, and reports the result to the host.
#[doc(hidden)]
#[inline(always)]
pub fn call<O: Outcome>(function: impl FnOnce() -> O) -> i32 {
    match function().failure() {
        None => 0,
        Some(text) => {
            // The kernel has no empty blocks: an empty text would become a NUL.
            if !text.is_empty() {
                // If there is no memory for the text, the call still fails.
                match copy_of(&DefaultHost, text.as_bytes()) {
                    0 => {}
                    text => DefaultHost.error_set(text),
                }
            }
            1
        }
    }
}

/// Copies the input into `buf`, and returns it.
///
/// # Errors
/// [`Error::TooLong`] if it is longer than `buf`. [`Input`] reads input of any length.
///
/// # Example
/// ```
/// use harness_wasi_sockets::host::Native;
/// use harness_wasi_sockets::{Error, plugin};
///
/// fn run() -> Result<(), Error> {
///     let mut buf = [0; 8];
///     plugin::output(plugin::input(&mut buf)?)
/// }
///
/// assert_eq!(Native::call(run, b"short").unwrap(), b"short");
/// assert_eq!(Native::call(run, b"much too long").unwrap_err(), Error::TooLong.message());
/// ```
pub fn input(buf: &mut [u8]) -> Result<&[u8], Error> {
    let offset = DefaultHost.input_offset();
    let len = usize::try_from(DefaultHost.length(offset)).unwrap_or(usize::MAX);
    let buf = buf.get_mut(..len).ok_or(Error::TooLong)?;
    DefaultHost.load(offset, buf);
    Ok(buf)
}

/// Returns the input as a block of the kernel's memory, to be sent without a copy
/// ([`write_block`](crate::embedded::TcpStream::write_block)). `None` if there is no input, or an empty one.
///
/// The kernel keeps ownership of the block, so it is not freed.
#[must_use]
pub fn input_block() -> Option<ManuallyDrop<Block>> {
    Block::adopt(DefaultHost.input_offset()).map(ManuallyDrop::new)
}

/// Reads input of any length.
///
/// # Example
/// ```
/// use harness_wasi_sockets::embedded_io::Read;
/// use harness_wasi_sockets::host::Native;
/// use harness_wasi_sockets::{Error, plugin};
///
/// /// Counts the lines.
/// fn run() -> Result<(), Error> {
///     let (mut input, mut buf, mut lines) = (plugin::Input::new(), [0; 64], 0_u32);
///     loop {
///         match input.read(&mut buf) {
///             Ok(0) => break,
///             Ok(n) => lines += buf[..n].iter().filter(|byte| **byte == b'\n').count() as u32,
///         }
///     }
///     plugin::output(&lines.to_be_bytes())
/// }
///
/// assert_eq!(Native::call(run, &b"line\n".repeat(1_000)).unwrap(), 1_000_u32.to_be_bytes());
/// ```
#[derive(Debug, Default)]
pub struct Input {
    /// How many bytes were read.
    at: usize,
}

impl Input {
    /// Creates a reader that starts at the first byte.
    #[must_use]
    pub const fn new() -> Self {
        Self { at: 0 }
    }

    /// Returns how many bytes are left to read.
    #[must_use]
    pub fn remaining(&self) -> usize {
        input_block().map_or(0, |input| input.len().saturating_sub(self.at))
    }
}

impl embedded_io::ErrorType for Input {
    type Error = Infallible;
}

/// Returns at once. `Ok(0)` is the end of the input.
impl embedded_io::Read for Input {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        let n = input_block().map_or(0, |input| input.load(self.at, buf));
        self.at = self.at.wrapping_add(n);
        Ok(n)
    }
}

/// Sets the output to a copy of `bytes`. The last output of a call counts, but an empty one changes nothing: the output
/// is empty initially. The memory of earlier outputs is freed at the end of the call.
///
/// # Errors
/// [`Error::OutOfMemory`] if the kernel has no memory for the copy.
pub fn output(bytes: &[u8]) -> Result<(), Error> {
    if bytes.is_empty() {
        return Ok(());
    }
    match copy_of(&DefaultHost, bytes) {
        0 => Err(Error::OutOfMemory),
        block => {
            DefaultHost.output_set(block, bytes.len() as u64);
            Ok(())
        }
    }
}

/// Sets the output to a block, without a copy: for example one that a socket has received
/// ([`read_block`](crate::embedded::TcpStream::read_block)). As with [`output`], the last output of a call counts, and
/// an empty one changes nothing.
pub fn output_block(block: Block) {
    let length = block.len() as u64;
    // The kernel has no empty blocks. Extism's JavaScript SDK ignores the length, and would return the one byte of this
    // block.
    if length != 0 {
        DefaultHost.output_set(block.into_offset(), length);
    }
}

/// An output that is written piece by piece, directly into the kernel's memory.
///
/// # Example
/// ```
/// use harness_wasi_sockets::embedded_io::Write;
/// use harness_wasi_sockets::host::Native;
/// use harness_wasi_sockets::{Error, plugin};
///
/// fn run() -> Result<(), Error> {
///     let mut output = plugin::Output::with_capacity(1_000)?;
///     for word in ["one", "two", "three"] {
///         output.write_all(word.as_bytes())?;
///         output.write_all(b"\n")?;
///     }
///     output.finish()
/// }
///
/// assert_eq!(Native::call(run, b"").unwrap(), b"one\ntwo\nthree\n");
/// ```
#[derive(Debug)]
pub struct Output {
    block: Block,
    len: usize,
}

impl Output {
    /// Creates an output of at most `capacity` bytes.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if the kernel has no memory for them.
    pub fn with_capacity(capacity: usize) -> Result<Self, Error> {
        let block = Block::new(capacity)?;
        Ok(Self { block, len: 0 })
    }

    /// Sets the output to the written bytes. Without this call they are discarded. As with [`output`], the last output
    /// of a call counts, and an empty one changes nothing.
    ///
    /// If the capacity is used up exactly, nothing is copied.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`] if less was written, and the kernel has no memory for a block of exactly that size.
    pub fn finish(self) -> Result<(), Error> {
        if self.len == self.block.len() {
            output_block(self.block);
            return Ok(());
        }
        // Extism's JavaScript SDK returns the whole block, whatever the length.
        let whole = Block::new(self.len)?;
        let (mut at, mut piece) = (0_usize, [0; 256]);
        while at < self.len {
            let n = self.block.load(at, &mut piece);
            // Bytes that do not fit were not written.
            whole.store(at, piece.get(..n).unwrap_or_default());
            at = at.saturating_add(piece.len());
        }
        output_block(whole);
        Ok(())
    }
}

impl embedded_io::ErrorType for Output {
    type Error = Error;
}

/// Returns at once.
impl embedded_io::Write for Output {
    /// # Errors
    /// [`Error::TooLong`] if the capacity is used up.
    fn write(&mut self, buf: &[u8]) -> Result<usize, Error> {
        match self.block.store(self.len, buf) {
            0 if !buf.is_empty() => Err(Error::TooLong),
            n => {
                self.len = self.len.wrapping_add(n);
                Ok(n)
            }
        }
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// Copies a value of the plugin's configuration into `buf`, and returns it. `None` if the host has no value of that
/// name, or an empty one.
///
/// # Errors
/// [`Error::TooLong`] if it is longer than `buf`; [`Error::OutOfMemory`] if the kernel has no memory for the name.
///
/// # Example
/// ```
/// use harness_wasi_sockets::host::Native;
/// use harness_wasi_sockets::plugin;
///
/// fn run() -> Result<(), &'static str> {
///     let mut buf = [0; 64];
///     let server = plugin::config("server", &mut buf)?.ok_or("the configuration has no `server`")?;
///     plugin::output(server)?;
///     Ok(())
/// }
///
/// assert_eq!(Native::call(run, b"").unwrap_err(), "the configuration has no `server`");
/// Native::set_config("server", "example.org:80");
/// assert_eq!(Native::call(run, b"").unwrap(), b"example.org:80");
/// ```
pub fn config<'a>(name: &str, buf: &'a mut [u8]) -> Result<Option<&'a [u8]>, Error> {
    let Some(value) = config_block(name)? else {
        return Ok(None);
    };
    let buf = buf.get_mut(..value.len()).ok_or(Error::TooLong)?;
    value.load(0, buf);
    Ok(Some(buf))
}

/// Returns a value of the plugin's configuration, of any length. As [`config`], without a copy.
///
/// # Errors
/// [`Error::OutOfMemory`] if the kernel has no memory for the name.
pub fn config_block(name: &str) -> Result<Option<Block>, Error> {
    // The kernel now owns the name's block: it may have reused it for the value.
    let name = Block::copy_of(name.as_bytes())?.into_offset();
    Ok(Block::adopt(DefaultHost.config_get(name)))
}

/// Logs a line, if the host logs this level. The host decides where, and in which form.
///
/// If the kernel has no memory for the line, it is lost. An empty line is not logged. Each level is a separate import,
/// so pass the level as a constant.
///
/// # Example
/// ```
/// use harness_wasi_sockets::host::Native;
/// use harness_wasi_sockets::plugin::{self, Level};
///
/// plugin::log(Level::Warn, "the server is slow today");
/// assert_eq!(Native::take_log(), [(Level::Warn, "the server is slow today".to_owned())]);
/// ```
#[inline(always)]
pub fn log(level: Level, line: &str) {
    // The kernel has no empty blocks: an empty line would become a NUL.
    if line.is_empty() {
        return;
    }
    if let Ok(line) = Block::copy_of(line.as_bytes()) {
        DefaultHost.log(level, line.into_offset());
    }
}
