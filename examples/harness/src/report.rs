//! What a plugin has used: counters for tests and benchmarks.

use std::fmt;

use crate::FaultCounts;

/// The names of the ten host functions and the optional eleventh, in the order in which [`Calls`] lists them.
pub const HOST_FUNCTIONS: [&str; 11] = [
    "tcp_connect",
    "tcp_send",
    "tcp_recv",
    "tcp_close",
    "udp_connect",
    "udp_send",
    "udp_recv",
    "udp_close",
    "icmp_send",
    "icmp_recv",
    "http_request",
];

/// How often each host function was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls([u64; HOST_FUNCTIONS.len()]);

impl Calls {
    /// Returns the calls of the host function with this name; 0 for an unknown name.
    pub fn get(&self, name: &str) -> u64 {
        self.iter().find(|(n, _)| *n == name).map_or(0, |(_, c)| c)
    }

    /// Returns the calls of all functions together.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns every host function with its count, in the order of [`HOST_FUNCTIONS`].
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        HOST_FUNCTIONS.into_iter().zip(self.0)
    }

    pub(crate) fn count(&mut self, name: &str) {
        if let Some(i) = HOST_FUNCTIONS.iter().position(|n| *n == name) {
            self.0[i] += 1;
        }
    }
}

/// The kernel functions that [`KernelCalls`] counts, in its order: all that move bytes or blocks.
pub const KERNEL_FUNCTIONS: [&str; 12] = [
    "alloc",
    "free",
    "length",
    "length_unsafe",
    "load_u8",
    "load_u64",
    "store_u8",
    "store_u64",
    "input_load_u8",
    "input_load_u64",
    "input_length",
    "output_set",
];

/// How often a plugin called each function of its kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KernelCalls([u64; KERNEL_FUNCTIONS.len()]);

impl KernelCalls {
    /// Returns the calls of the kernel function with this name; 0 if it is not counted.
    pub fn get(&self, name: &str) -> u64 {
        self.iter().find(|(n, _)| *n == name).map_or(0, |(_, c)| c)
    }

    /// Returns the calls of all functions together.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns every function with its count, in the order of [`KERNEL_FUNCTIONS`].
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        KERNEL_FUNCTIONS.into_iter().zip(self.0)
    }

    pub(crate) fn count(&mut self, function: usize) {
        if let Some(count) = self.0.get_mut(function) {
            *count += 1;
        }
    }
}

/// Lists only the functions that were called, as `tcp_connect 1, tcp_send 2`.
impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (name, count) in self.iter().filter(|(_, count)| *count > 0) {
            write!(f, "{separator}{name} {count}")?;
            separator = ", ";
        }
        if separator.is_empty() {
            f.write_str("none")?;
        }
        Ok(())
    }
}

/// What a plugin has used since it was created, or since [`Plugin::reset_counters`](crate::Plugin::reset_counters).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How often each host function was called.
    pub calls: Calls,
    /// The fuel of all calls together. One unit is about one instruction; the kernel's count too. The first call also
    /// includes the plugin's start-up. The same work of the same plugin uses the same fuel on any machine.
    pub fuel: u64,
    /// Connections opened.
    pub opened: u64,
    /// Connections, echo requests and HTTP requests refused because none of the addresses is
    /// [allowed](crate::Config::allow).
    pub denied: u64,
    /// Calls that failed because a limit was reached: of connections, bytes or time.
    pub limited: u64,
    /// Injected faults: see [`Config::faults`](crate::Config::faults).
    pub faults: FaultCounts,
    /// Connections closed by the plugin.
    pub closed: u64,
    /// Payload bytes that the operating system accepted.
    pub bytes_sent: u64,
    /// Bytes that sends read from the kernel's memory: the bytes to send, or with
    /// [`Config::whole_blocks`](crate::Config::whole_blocks) the whole blocks.
    pub bytes_read: u64,
    /// Payload bytes passed to the plugin. For ICMP only the payload counts, not the JSON around it.
    pub bytes_received: u64,
    /// Kernel blocks still allocated at the end of the last call, except its input, output and error message. A plugin
    /// that frees what it allocates leaves 0. `None` before the first call, and after a call that ran out of fuel or
    /// damaged the kernel's memory.
    pub live_blocks: Option<u64>,
    /// All blocks in the kernel's list at the end of the last call, allocated or free. An allocation may have to walk
    /// the whole list.
    pub kernel_blocks: Option<u64>,
    /// How far the list reached into the kernel's memory at the end of the last call, in bytes.
    pub kernel_used: Option<u64>,
    /// Bytes that the kernel has reserved for blocks: initially 64 KiB, more when that is used up, and never less
    /// again.
    pub kernel_bytes: Option<u64>,
    /// The plugin's own kernel calls, if counted: see
    /// [`Config::count_kernel_calls`](crate::Config::count_kernel_calls).
    pub kernel_calls: KernelCalls,
}

impl Report {
    /// Adds another plugin's counters, except those of the kernel's memory, which is separate for each plugin.
    pub(crate) fn add(&mut self, other: &Report) {
        for (sum, more) in self.calls.0.iter_mut().zip(other.calls.0) {
            *sum += more;
        }
        self.faults.add(&other.faults);
        for (sum, more) in [
            (&mut self.opened, other.opened),
            (&mut self.closed, other.closed),
            (&mut self.denied, other.denied),
            (&mut self.limited, other.limited),
            (&mut self.bytes_sent, other.bytes_sent),
            (&mut self.bytes_read, other.bytes_read),
            (&mut self.bytes_received, other.bytes_received),
        ] {
            *sum += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_name() {
        let mut calls = Calls::default();
        assert_eq!(calls.to_string(), "none");
        calls.count("udp_send");
        calls.count("tcp_connect");
        calls.count("udp_send");
        calls.count("no such function");
        assert_eq!(calls.get("udp_send"), 2);
        assert_eq!(calls.get("no such function"), 0);
        assert_eq!(calls.total(), 3);
        assert_eq!(calls.to_string(), "tcp_connect 1, udp_send 2");
    }
}
