//! What the library costs, measured in the real Extism runtime against the same work with host calls
//! by hand. `cargo bench` runs it; the README beside this says what is measured and how.

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

/// What can go wrong here is for a person to read.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
