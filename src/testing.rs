//! Parts of hosts for unit tests: the functions that a test's own host does not need.

/// TCP and UDP for a host without them.
macro_rules! no_sockets {
    () => {
        crate::host::forward!(sockets: |self| crate::host::Absent);
    };
}

/// ICMP for a host without it.
macro_rules! no_icmp {
    () => {
        crate::host::forward!(icmp: |self| crate::host::Absent);
    };
}

/// Blocks for a host without them.
macro_rules! no_blocks {
    () => {
        crate::host::forward!(blocks: |self| crate::host::Absent);
    };
}

/// Kernel memory for a host without it.
macro_rules! no_words {
    () => {
        crate::host::forward!(words: |self| crate::host::Absent);
    };
}

/// Blocks and kernel memory of the native host.
macro_rules! native_memory {
    () => {
        crate::host::forward!(blocks: |self| crate::host::Native);
        crate::host::forward!(words: |self| crate::host::Native);
    };
}

pub(crate) use {native_memory, no_blocks, no_icmp, no_sockets, no_words};
