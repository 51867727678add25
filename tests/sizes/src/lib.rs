//! The size of guests: with the library, and written by hand with the same behaviour.
//!
//! `cargo run -p sizes` builds them, runs each pair against peers on loopback to show that both do the same, and prints
//! a table. `cargo test -p sizes` checks the goals.

pub mod built;
pub mod guests;
pub mod module;
pub mod pairs;
pub mod scenarios;
pub mod table;

/// The errors here are text for a person.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
