//! A kit for anybody with a host: a plugin that says which behaviours of the contract hold in it, and the peers
//! that the plugin talks to.
//!
//! The plugin is `examples/kit`. It needs nothing but the ten functions, so any host can run it.

mod peers;

use std::path::{Path, PathBuf};

use crate::guests;
use crate::wasm::Target;
use crate::{Error, error};

pub use peers::Peers;

/// The name of the plugin's file.
pub const PLUGIN: &str = "host-kit.wasm";
/// The page that explains it.
const PAGE: &str = include_str!("kit.md");

/// Builds the plugin, and answers where it is. Progress goes to standard error.
pub fn plugin() -> Result<PathBuf, Error> {
    guests::package("host-kit", Target::Unknown)
}

/// Writes the plugin and its page into a folder, which is made if it is not there.
pub fn write(folder: &Path) -> Result<(), Error> {
    let plugin = plugin()?;
    let failed = |path: &Path| error::writing(path);
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    let to = folder.join(PLUGIN);
    std::fs::copy(plugin, &to).map_err(failed(&to))?;
    let to = folder.join("README.md");
    std::fs::write(&to, PAGE).map_err(failed(&to))
}
