//! The ten functions, for plugins that an application builds itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use extism::{Function, Plugin, UserData};
use uuid::Uuid;

use crate::host::{self, Host, Owner, lock};
use crate::{Config, Report};

/// Returns the ten functions for one plugin that you build yourself. [`Sockets`] does the same, with counters.
///
/// ```
/// use extism::{Manifest, PluginBuilder, Wasm};
/// use harness_host::{Allow, Config};
///
/// # let wasm = br#"(module (func (export "run") (result i32) (i32.const 0)))"#;
/// let config = Config::new().allow("93.184.216.34:443".parse()?);
/// let plugin = PluginBuilder::new(Manifest::new([Wasm::data(wasm)]))
///     .with_functions(harness_host::functions(&config))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn functions(config: &Config) -> Vec<Function> {
    Sockets::new(config).functions()
}

/// Provides sockets for plugins that you build yourself with an `extism::PluginBuilder`, and counts their use.
///
/// ```
/// use extism::{Manifest, PluginBuilder, Wasm};
/// use harness_host::{Config, Sockets};
///
/// # let wasm = br#"(module (func (export "run") (result i32) (i32.const 0)))"#;
/// let sockets = Sockets::new(&Config::new().max_connections(16));
/// let mut plugin = PluginBuilder::new(Manifest::new([Wasm::data(wasm)]))
///     .with_functions(sockets.functions())
///     .build()?;
/// plugin.call::<&str, &str>("run", "")?;
/// assert_eq!(sockets.report().opened, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Each plugin has its own connections and limits, even if others use the same functions. Connections close when the
/// plugin is dropped. (Plugins from one `CompiledPlugin` share the functions, which live as long as any of them. Then
/// [`close`](Sockets::close) a plugin's connections when you drop it.)
///
/// Only the settings of [`Config`] that concern the functions apply: allowed addresses, limits, waits. Set fuel,
/// memory, WASI and the time limit of a call in the manifest and the builder.
#[derive(Clone, Debug)]
pub struct Sockets {
    config: Config,
    shared: Arc<Mutex<Shared>>,
}

/// The state that all plugins share.
#[derive(Debug, Default)]
struct Shared {
    /// Each set of functions that is still in use.
    sets: Vec<Weak<Mutex<Set>>>,
    /// The counters of dropped plugins.
    gone: Report,
}

/// The plugins that use one set of functions: one, unless they come from one `CompiledPlugin`.
struct Set {
    config: Config,
    plugins: HashMap<Uuid, Arc<Mutex<Host>>>,
    shared: Arc<Mutex<Shared>>,
}

impl std::fmt::Debug for Set {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Set of {}", self.plugins.len())
    }
}

impl Sockets {
    /// Creates sockets with these settings, which apply to each plugin.
    pub fn new(config: &Config) -> Self {
        Self {
            config: config.clone(),
            shared: Arc::default(),
        }
    }

    /// Returns the ten functions, for one `PluginBuilder`.
    pub fn functions(&self) -> Vec<Function> {
        let set = UserData::new(Set {
            config: self.config.clone(),
            plugins: HashMap::new(),
            shared: Arc::clone(&self.shared),
        });
        if let UserData::Rust(set) = &set {
            let mut shared = lock(&self.shared);
            shared.sets.retain(|set| set.strong_count() > 0);
            shared.sets.push(Arc::downgrade(set));
        }
        host::functions(&set, &self.config.module)
    }

    /// Returns what all plugins together have used, including dropped ones. Blocks while one of them is in a host
    /// function.
    pub fn report(&self) -> Report {
        let (sets, mut total) = {
            let shared = lock(&self.shared);
            (shared.living(), shared.gone.clone())
        };
        for host in hosts(&sets) {
            total.add(&lock(&host).report);
        }
        total
    }

    /// Returns what one plugin has used. `None` if it has called none of the functions.
    pub fn report_of(&self, plugin: &Plugin) -> Option<Report> {
        let host = self.host_of(plugin)?;
        let report = lock(&host).report.clone();
        Some(report)
    }

    /// Returns the number of open connections of all plugins.
    pub fn open_connections(&self) -> usize {
        let sets = lock(&self.shared).living();
        let open = |host: Arc<Mutex<Host>>| lock(&host).open_connections();
        hosts(&sets).map(open).sum()
    }

    /// Returns the number of open connections of one plugin.
    pub fn open_connections_of(&self, plugin: &Plugin) -> usize {
        self.host_of(plugin)
            .map_or(0, |host| lock(&host).open_connections())
    }

    /// Closes a plugin's connections. It may open new ones.
    pub fn close(&self, plugin: &Plugin) {
        if let Some(host) = self.host_of(plugin) {
            lock(&host).close_all();
        }
    }

    fn host_of(&self, plugin: &Plugin) -> Option<Arc<Mutex<Host>>> {
        let sets = lock(&self.shared).living();
        sets.iter()
            .find_map(|set| lock(set).plugins.get(&plugin.id).cloned())
    }
}

impl Shared {
    fn living(&self) -> Vec<Arc<Mutex<Set>>> {
        self.sets.iter().filter_map(Weak::upgrade).collect()
    }
}

fn hosts(sets: &[Arc<Mutex<Set>>]) -> impl Iterator<Item = Arc<Mutex<Host>>> {
    let of = |set: &Arc<Mutex<Set>>| lock(set).plugins.values().cloned().collect::<Vec<_>>();
    sets.iter().flat_map(of)
}

impl Owner for Set {
    fn with<T>(owner: &Mutex<Self>, plugin: Uuid, run: impl FnOnce(&mut Host) -> T) -> T {
        let host = {
            let mut set = lock(owner);
            let Set {
                config, plugins, ..
            } = &mut *set;
            let host = plugins
                .entry(plugin)
                .or_insert_with(|| Arc::new(Mutex::new(Host::new(config))));
            Arc::clone(host)
        };
        // The lock of the set is released first, so no other plugin waits for this one.
        run(&mut lock(&host))
    }
}

impl Drop for Set {
    fn drop(&mut self) {
        let mut shared = lock(&self.shared);
        for host in self.plugins.values() {
            let mut host = lock(host);
            host.close_all();
            shared.gone.add(&host.report);
        }
    }
}
