//! Plugins to copy, each over a crate that opens its sockets itself, and that nobody changed for it: they are the
//! examples of this package.
