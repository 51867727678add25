//! A place that keeps a socket between calls of the plugin.

use core::cell::RefCell;

/// A cell in a `static`.
pub struct Slot<T>(RefCell<Option<T>>);

// SAFETY: these guests have one thread, so no other thread can access the cell.
unsafe impl<T> Sync for Slot<T> {}

impl<T> Slot<T> {
    /// Creates an empty slot.
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Lends the content, which may be empty.
    pub fn with<R>(&self, f: impl FnOnce(&mut Option<T>) -> Option<R>) -> Option<R> {
        f(&mut *self.0.try_borrow_mut().ok()?)
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}
