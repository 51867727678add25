//! How large guests are: with the library, and written by hand with the same behaviour.
//!
//! `cargo run -p sizes` builds them, runs each pair against peers on loopback to show that both do
//! the same, and prints a table. `cargo test -p sizes` holds them to it.

pub mod built;
pub mod guests;
pub mod module;
pub mod pairs;
pub mod scenarios;
pub mod table;

/// What can go wrong here is for a person to read.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
