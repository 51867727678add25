//! The cost of the library, measured in the real Extism runtime against the same work with direct host calls. `cargo
//! bench` runs it; the README in this folder describes what is measured and how.

pub mod beside;
pub mod cases;
pub mod chart;
pub mod goals;
pub mod guests;
pub mod levels;
pub mod measure;
pub mod measured;
pub mod peers;
pub mod results;
pub mod run;
pub mod table;
pub mod tables;
pub mod verdicts;
pub mod wasi;
pub mod work;

/// The errors here are text for a person.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
