//! A compiler for wasm, found or made, and guests built with it.
//!
//! A plugin is wasm, so whoever builds one needs a Rust compiler that has a wasm target. Most people
//! have rustup and are one command away from it; some have neither the target nor a network that
//! rustup can use. [`Compiler::find`] copes with both, trying in turn:
//!
//! 1. the `rustc` that is there, if it has the target and can link for it;
//! 2. a compiler that an earlier run made in way 4, kept in the user's cache folder;
//! 3. `rustup target add`;
//! 4. Debian's packages, unpacked (not installed, and without root) into the cache folder, with the
//!    standard library built once for both targets;
//!
//! and otherwise it says what to install. It tells a caller's function what it is doing at each step.
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
//! Whose tests want the plugin of the package that they belong to needs but one call: [`plugin()`].

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
