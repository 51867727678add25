//! The goals.

use crate::guests::Style;

/// A goal. Ratios are in hundredths.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most this ratio to the fuel by hand.
    Fuel(Style, u64),
    /// At most this ratio to the fuel of a loop that only moves the bytes.
    Floor(Style, &'static str, u64),
    /// At most one call of this name per this many bytes received.
    CallEvery(Style, &'static str, u64),
    /// Exactly this many calls of this name.
    Calls(Style, &'static str, u64),
    /// The same host calls as by hand.
    SameCalls(Style),
    /// As many kernel calls as by hand, except those that end its first pages early.
    KernelCalls(Style),
    /// No leaked block, no open connection.
    NothingLeft,
    /// The kernel's and the guest's memory are as large as after a short run.
    Flat,
    /// No more heap allocations than in a short run.
    Heap,
    /// An operation costs the same at the end as at the start, within this tolerance.
    Steady(u64),
}

/// How many more kernel calls than by hand a plugin may make: an allocation and a free, for each of two pages.
pub const KERNEL_CALLS_MORE: u64 = 4;

/// The goals of every case.
pub const ALWAYS: [Goal; 2] = [
    Goal::KernelCalls(Style::Embedded),
    Goal::KernelCalls(Style::Facade),
];
