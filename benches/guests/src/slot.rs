//! A place for a socket from one call of the plugin to the next.

use core::cell::RefCell;

/// A cell in a `static`.
pub struct Slot<T>(RefCell<Option<T>>);

// SAFETY: these guests have one thread, so nobody else can be in the cell.
unsafe impl<T> Sync for Slot<T> {}

impl<T> Slot<T> {
    /// With nothing in it.
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Lends what is in it, or is to be.
    pub fn with<R>(&self, f: impl FnOnce(&mut Option<T>) -> Option<R>) -> Option<R> {
        f(&mut *self.0.try_borrow_mut().ok()?)
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}
