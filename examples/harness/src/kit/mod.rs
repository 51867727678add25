//! A kit for checking any host: a plugin that reports which behaviours of the contract the host has, and the peers that
//! the plugin talks to.
//!
//! The plugin is `examples/kit`. It needs only the ten functions, so any host can run it. A second one is for hosts
//! with the eleventh function, `http_request`.

mod http;
mod peers;

use std::path::{Path, PathBuf};

use crate::guests;
use crate::wasm::Target;
use crate::{Error, error};

pub use peers::Peers;

/// The file name of the plugin.
pub const PLUGIN: &str = "host-kit.wasm";
/// The file name of the plugin for `http_request`.
pub const HTTP_PLUGIN: &str = "host-kit-http.wasm";
/// The page that explains the plugins.
const PAGE: &str = include_str!("kit.md");

/// Builds the plugin, and returns its path. Progress goes to standard error.
pub fn plugin() -> Result<PathBuf, Error> {
    guests::package("host-kit", Target::Unknown)
}

/// Builds the plugin that checks `http_request`, and returns its path.
pub fn http_plugin() -> Result<PathBuf, Error> {
    guests::package_example("host-kit", "host_kit_http", Target::Unknown)
}

/// Writes the plugins and their page into a folder, which is created if needed.
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
