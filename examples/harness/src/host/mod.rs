//! The host's state for one plugin, kept between calls of its ten functions.

mod amiss;
mod connections;
#[cfg(feature = "full")]
mod counter;
mod faults;
mod functions;
#[cfg(feature = "full")]
mod hooks;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "full")]
mod wasi;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(feature = "full")]
use uuid::Uuid;

use crate::Config;
use crate::icmp::Icmp;
use crate::kernel::Census;
use crate::report::Report;
use connections::Connections;
use faults::Injector;
pub use faults::{Fault, FaultCounts, Faults};

#[cfg(feature = "http")]
pub(crate) use connections::connect_tcp;
#[cfg(feature = "full")]
pub(crate) use counter::{
    MODULE as COUNTER, behind as behind_counter, function as counter_function,
    module as counter_module,
};
pub(crate) use functions::{Owner, all as functions};
#[cfg(feature = "full")]
pub(crate) use hooks::all as hooks;
#[cfg(feature = "full")]
pub(crate) use wasi::as_configured as with_wasi_as_configured;

/// The state that the host keeps for one plugin.
pub(crate) struct Host {
    config: Config,
    connections: Connections,
    icmp: Icmp,
    injector: Injector,
    #[cfg(feature = "http")]
    trust: crate::http::Trust,
    /// How long the plugin has waited in the functions.
    waited: Duration,
    /// How many bytes it has sent and received.
    moved: u64,
    /// The totals; the fields about the kernel are filled in from `census` when asked for.
    pub report: Report,
    /// The kernel's memory at the end of the last call.
    pub census: Option<Census>,
    /// The error message that the plugin set in the last call.
    pub message: Option<String>,
}

impl Host {
    pub fn new(config: &Config) -> Self {
        Host {
            config: config.clone(),
            connections: Connections::new(config.max_connections),
            icmp: Icmp::new(config),
            injector: Injector::new(&config.faults),
            #[cfg(feature = "http")]
            trust: crate::http::Trust::new(&config.authorities),
            waited: Duration::ZERO,
            moved: 0,
            report: Report::default(),
            census: None,
            message: None,
        }
    }

    /// Forgets the results of the previous call.
    pub fn begin_call(&mut self) {
        self.census = None;
        self.message = None;
    }

    /// Returns the totals, and the kernel's memory at the end of the last call.
    pub fn report(&self) -> Report {
        Report {
            live_blocks: self.census.map(|c| c.live_blocks),
            kernel_blocks: self.census.map(|c| c.kernel_blocks),
            kernel_used: self.census.map(|c| c.kernel_used),
            kernel_bytes: self.census.map(|c| c.kernel_bytes),
            ..self.report.clone()
        }
    }

    pub fn open_connections(&self) -> usize {
        self.connections.len()
    }

    /// Closes every connection and the ICMP sockets.
    pub fn close_all(&mut self) {
        self.connections.clear();
        self.icmp = Icmp::new(&self.config);
    }
}

/// The only plugin of its functions.
#[cfg(feature = "full")]
impl Owner for Host {
    fn with<T>(owner: &Mutex<Self>, _: Uuid, run: impl FnOnce(&mut Host) -> T) -> T {
        run(&mut lock(owner))
    }
}

/// No code that holds such a lock can leave its data half changed, so a poisoned lock is still usable.
pub(crate) fn lock<T>(guarded: &Mutex<T>) -> MutexGuard<'_, T> {
    guarded.lock().unwrap_or_else(PoisonError::into_inner)
}
