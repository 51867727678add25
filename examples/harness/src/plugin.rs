//! A loaded plugin, ready to be called.

use std::path::Path;
use std::sync::{Arc, Mutex};

use extism::{Manifest, PluginBuilder, UserData, Wasm};

use crate::host::{self, Host, lock};
use crate::{Config, Error, Report};

/// A plugin with the ten host functions, over this machine's real sockets.
///
/// Connections belong to the plugin that opened them. They stay open between calls, and close when the plugin is
/// dropped.
///
/// ```no_run
/// use harness_host::{Config, Plugin, peers};
///
/// let echo = peers::TcpEcho::v4()?;
/// let mut plugin = Plugin::from_file("my_plugin.wasm", &Config::new())?;
/// let output = plugin.call("run", echo.addr().to_string().as_bytes())?;
/// assert_eq!(plugin.open_connections(), 0);
/// assert_eq!(plugin.live_blocks(), Some(0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Plugin {
    inner: extism::Plugin,
    host: State,
}

/// The state that the host functions share with the [`Plugin`].
struct State(Arc<Mutex<Host>>);

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("State")
    }
}

impl Plugin {
    /// Loads a plugin from the bytes of a wasm module, or from its text form.
    pub fn new(wasm: &[u8], config: &Config) -> Result<Self, Error> {
        let wasm = host::with_wasi_as_configured(wasm, config).map_err(Error::Load)?;
        let mut manifest = if config.kernel_calls {
            let plugin = host::behind_counter(&wasm).map_err(Error::Load)?;
            let counter = Wasm::data(host::counter_module()).with_name(host::COUNTER);
            Manifest::new([counter, Wasm::data(plugin).with_name("main")])
        } else {
            Manifest::new([Wasm::data(wasm)])
        };
        if let Some(pages) = config.memory_pages {
            manifest = manifest.with_memory_max(pages);
        }
        if let Some(limit) = config.call_timeout {
            manifest = manifest.with_timeout(limit);
        }
        let manifest = manifest.with_config(config.values.iter().cloned());
        let data = UserData::new(Host::new(config));
        let host = State(data.get().map_err(load_error)?);
        let builder = PluginBuilder::new(&manifest)
            .with_wasi(config.wasi)
            .with_fuel_limit(config.fuel_limit)
            .with_functions(host::functions(&data, &config.module))
            .with_functions(host::hooks(&data))
            .with_functions([host::counter_function(&data)]);
        // Extism caches compiled code below the user's cache folder, so the next load of the same plugin is much
        // faster. An unwritable folder must not be an error.
        let uncached = builder.clone().with_cache_disabled();
        let inner = builder
            .build()
            .or_else(|_| uncached.build())
            .map_err(load_error)?;
        Ok(Plugin { inner, host })
    }

    /// Loads a plugin from a file.
    pub fn from_file(path: impl AsRef<Path>, config: &Config) -> Result<Self, Error> {
        let path = path.as_ref();
        let wasm = std::fs::read(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::new(&wasm, config)
    }

    /// Calls an exported function with `input` and returns its output.
    ///
    /// The host functions block the calling thread, so a call takes as long as the plugin waits for the network.
    ///
    /// A plugin's standard output and error (including Rust's panic messages) are discarded. If the environment
    /// variable `EXTISM_ENABLE_WASI_OUTPUT` is set, they go to those of this process.
    pub fn call(&mut self, function: &str, input: &[u8]) -> Result<Vec<u8>, Error> {
        if !self.function_exists(function) {
            return Err(Error::NoSuchFunction(function.to_owned()));
        }
        lock(&self.host.0).begin_call();
        let output = self.inner.call::<&[u8], Vec<u8>>(function, input);
        let fuel = self.inner.fuel_consumed().unwrap_or(0);
        let mut host = lock(&self.host.0);
        host.report.fuel = host.report.fuel.saturating_add(fuel);
        output.map_err(|error| call_error(function, error, host.message.take()))
    }

    /// Returns whether the plugin exports this function in a form that [`call`](Plugin::call) can call.
    pub fn function_exists(&self, name: &str) -> bool {
        self.inner.function_exists(name)
    }

    /// Returns what the plugin has used since it was created or since [`reset_counters`](Plugin::reset_counters).
    pub fn report(&self) -> Report {
        lock(&self.host.0).report()
    }

    /// Resets the totals of the [`report`](Plugin::report) to zero. Connections stay open.
    pub fn reset_counters(&mut self) {
        lock(&self.host.0).report = Report::default();
    }

    /// Returns the number of open connections.
    pub fn open_connections(&self) -> usize {
        lock(&self.host.0).open_connections()
    }

    /// Returns the number of kernel blocks that the last call leaked: see [`Report::live_blocks`].
    pub fn live_blocks(&self) -> Option<u64> {
        self.report().live_blocks
    }
}

impl Drop for Plugin {
    /// Closes the connections now, even if the state is still shared.
    fn drop(&mut self) {
        lock(&self.host.0).close_all();
    }
}

fn load_error(error: extism::Error) -> Error {
    let mut error = format!("{error:#}");
    if cfg!(not(feature = "http")) && error.contains("::http_request`") {
        error += "; this host was built without its feature `http`, which has that function";
    }
    Error::Load(error)
}

/// Extism distinguishes these cases only by their text.
fn call_error(function: &str, error: extism::Error, message: Option<String>) -> Error {
    let function = function.to_owned();
    match (error.to_string().as_str(), message) {
        ("timeout", _) => Error::TimedOut(function),
        ("plugin ran out of fuel", _) => Error::OutOfFuel(function),
        ("oom", _) => Error::OutOfMemory(function),
        (_, Some(message)) => Error::Guest { function, message },
        (_, None) => Error::Stopped {
            function,
            message: format!("{error:#}"),
        },
    }
}
