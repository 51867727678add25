//! A kit for anybody with a host: a plugin that says which behaviours of the contract hold in it, and the peers
//! that the plugin talks to.
//!
//! The plugin is `examples/kit`. It needs nothing but the ten functions, so any host can run it. A second one is
//! for hosts that have the eleventh, `http_request`.

mod http;
mod peers;

use std::path::{Path, PathBuf};

use crate::guests;
use crate::wasm::Target;
use crate::{Error, error};

pub use peers::Peers;

/// The name of the plugin's file.
pub const PLUGIN: &str = "host-kit.wasm";
/// The name of the file of the plugin for `http_request`.
pub const HTTP_PLUGIN: &str = "host-kit-http.wasm";
/// The page that explains them.
const PAGE: &str = include_str!("kit.md");

/// Builds the plugin, and answers where it is. Progress goes to standard error.
pub fn plugin() -> Result<PathBuf, Error> {
    guests::package("host-kit", Target::Unknown)
}

/// The same for the plugin that checks `http_request`.
pub fn http_plugin() -> Result<PathBuf, Error> {
    guests::package_example("host-kit", "host_kit_http", Target::Unknown)
}

/// Writes the plugins and their page into a folder, which is made if it is not there.
pub fn write(folder: &Path) -> Result<(), Error> {
    let plugins = [(plugin()?, PLUGIN), (http_plugin()?, HTTP_PLUGIN)];
    let failed = |path: &Path| error::writing(path);
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    for (plugin, name) in plugins {
        let to = folder.join(name);
        std::fs::copy(plugin, &to).map_err(failed(&to))?;
    }
    let to = folder.join("README.md");
    std::fs::write(&to, PAGE).map_err(failed(&to))
}
