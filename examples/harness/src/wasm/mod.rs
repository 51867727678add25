//! Finds or makes a compiler for wasm, and builds guests with it.
//!
//! Building a plugin takes a Rust compiler with a wasm target. With rustup that is one command; some machines have
//! neither the target nor a network that rustup can use. [`Compiler::find`] handles both. It tries in turn:
//!
//! 1. the installed `rustc`, if it has the target and can link for it;
//! 2. a compiler that an earlier run made in way 4, kept in the user's cache folder;
//! 3. `rustup target add`;
//! 4. Debian's packages, unpacked (not installed, and without root) into the cache folder, with the standard library
//!    built once for both targets.
//!
//! Otherwise the error says what to install. Each step is reported to a function of the caller.
//!
//! ```no_run
//! use harness_host::wasm::{Build, Compiler, Target};
//! use std::path::Path;
//!
//! # fn main() -> Result<(), harness_host::wasm::Error> {
//! let say = |line: &str| eprintln!("{line}");
//! let compiler = Compiler::find(Target::Wasip1, &say)?;
//! let guests = Build::new(&compiler, Path::new("path/to/the/package")).examples().release().run(&say)?;
//! for guest in &guests {
//!     println!("{} is in {} ({} bytes)", guest.name, guest.path.display(), guest.bytes);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Tests that need the plugin of their own package need only one call: [`plugin()`].

mod build;
mod cache;
mod compiler;
#[cfg(target_os = "linux")]
mod debian;
mod environment;
mod error;
mod installed;
mod messages;
mod plugin;
mod probe;
mod process;
pub(crate) mod shadow;
mod target;

pub use build::{Artifact, Build};
pub use compiler::Compiler;
pub use error::Error;
pub use plugin::plugin;
pub use target::Target;
