//! Plugins to copy, each using an unmodified crate that opens its sockets itself: they are the examples of this
//! package.
