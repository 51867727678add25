//! Parts of hosts for unit tests: what a test's own host has no opinion on.

/// TCP and UDP of a host that has neither.
macro_rules! no_sockets {
    () => {
        crate::host::forward!(sockets: |self| crate::host::Absent);
    };
}

/// ICMP of a host that has none.
macro_rules! no_icmp {
    () => {
        crate::host::forward!(icmp: |self| crate::host::Absent);
    };
}

/// Blocks of a host that has none.
macro_rules! no_blocks {
    () => {
        crate::host::forward!(blocks: |self| crate::host::Absent);
    };
}

/// The kernel memory of a host that has none.
macro_rules! no_words {
    () => {
        crate::host::forward!(words: |self| crate::host::Absent);
    };
}

/// Blocks and kernel memory as the native host has them.
macro_rules! native_memory {
    () => {
        crate::host::forward!(blocks: |self| crate::host::Native);
        crate::host::forward!(words: |self| crate::host::Native);
    };
}

pub(crate) use {native_memory, no_blocks, no_icmp, no_sockets, no_words};
