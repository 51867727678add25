//! What there is to reach.

use crate::guests::Style;

/// A goal. Ratios are in hundredths.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most so much of the fuel by hand.
    Fuel(Style, u64),
    /// At most so much of the fuel of a loop that only moves the bytes.
    Floor(Style, &'static str, u64),
    /// At most one call of this name for so many bytes received.
    CallEvery(Style, &'static str, u64),
    /// Exactly so many calls of this name.
    Calls(Style, &'static str, u64),
    /// The same host calls as by hand.
    SameCalls(Style),
    /// Of the kernel as many calls as by hand, but for those that end its first pages early.
    KernelCalls(Style),
    /// No live block, no open connection.
    NothingLeft,
    /// The kernel's memory and the guest's as large as after a short run.
    Flat,
    /// No more allocations on the heap than in a short run.
    Heap,
    /// An operation costs the same at the end as at the start, to so many hundredths.
    Steady(u64),
}

/// Calls of the kernel that a plugin may have more than by hand: an allocation and its end, for each of two pages.
pub const KERNEL_CALLS_MORE: u64 = 4;

/// What holds for every case.
pub const ALWAYS: [Goal; 2] = [
    Goal::KernelCalls(Style::Embedded),
    Goal::KernelCalls(Style::Facade),
];
