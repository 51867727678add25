//! The ten functions, and those of the kernel that move bytes.

// SAFETY: the signatures match the contract and the kernel. All arguments are plain numbers, and none is an address in
// this module's memory.
#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn tcp_connect(address: u64) -> u32;
    safe fn tcp_send(id: u32, data: u64, length: u64) -> u32;
    safe fn tcp_recv(id: u32, most: u32) -> u64;
    safe fn tcp_close(id: u32);
    safe fn udp_connect(address: u64) -> u32;
    safe fn udp_send(id: u32, data: u64, length: u64) -> u32;
    safe fn udp_recv(id: u32, most: u32) -> u64;
    safe fn udp_close(id: u32);
    safe fn icmp_send(target: u64, payload: u64, length: u64, seq: u32) -> u32;
    safe fn icmp_recv(milliseconds: u32) -> u64;
}

// SAFETY: as above.
#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    safe fn alloc(length: u64) -> u64;
    safe fn free(offset: u64);
    safe fn length(offset: u64) -> u64;
    safe fn load_u8(offset: u64) -> u32;
    safe fn store_u8(offset: u64, value: u32);
    safe fn input_length() -> u64;
    safe fn input_load_u8(offset: u64) -> u32;
    safe fn output_set(offset: u64, length: u64);
}

/// One of the two families of functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Tcp,
    Udp,
}

/// A block owned by the plugin, freed on drop.
pub struct Block(u64);

impl Block {
    pub fn new(bytes: &[u8]) -> Self {
        let offset = alloc(bytes.len() as u64);
        for (at, byte) in (offset..).zip(bytes) {
            store_u8(at, u32::from(*byte));
        }
        Self(offset)
    }

    /// Creates a block with unspecified content.
    pub fn empty(length: u64) -> Self {
        Self(alloc(length))
    }

    /// Returns the offset to pass to the host.
    pub fn offset(&self) -> u64 {
        self.0
    }

    pub fn bytes(&self) -> Vec<u8> {
        let end = self.0 + length(self.0);
        (self.0..end).map(|at| load_u8(at) as u8).collect()
    }

    /// Connects to the address in the block. Returns 0 on failure.
    pub fn connect(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Tcp => tcp_connect(self.0),
            Kind::Udp => udp_connect(self.0),
        }
    }

    /// Sends the first `length` bytes of the block.
    pub fn send(&self, kind: Kind, id: u32, length: u64) -> u32 {
        match kind {
            Kind::Tcp => tcp_send(id, self.0, length),
            Kind::Udp => udp_send(id, self.0, length),
        }
    }

    /// Takes ownership of a block that the host returned; `None` for 0.
    pub fn given(offset: u64) -> Option<Vec<u8>> {
        (offset != 0).then(|| Self(offset).bytes())
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        free(self.0);
    }
}

pub fn send(kind: Kind, id: u32, bytes: &[u8]) -> u32 {
    Block::new(bytes).send(kind, id, bytes.len() as u64)
}

/// Receives data from the host; `None` if it returns 0.
pub fn receive(kind: Kind, id: u32, most: u32) -> Option<Vec<u8>> {
    Block::given(match kind {
        Kind::Tcp => tcp_recv(id, most),
        Kind::Udp => udp_recv(id, most),
    })
}

pub fn close(kind: Kind, id: u32) {
    match kind {
        Kind::Tcp => tcp_close(id),
        Kind::Udp => udp_close(id),
    }
}

pub fn ping(target: &str, payload: &[u8], seq: u16) -> u32 {
    let (target, payload_block) = (Block::new(target.as_bytes()), Block::new(payload));
    icmp_send(
        target.offset(),
        payload_block.offset(),
        payload.len() as u64,
        u32::from(seq),
    )
}

pub fn hear(milliseconds: u32) -> Option<Vec<u8>> {
    Block::given(icmp_recv(milliseconds))
}

pub fn input() -> Vec<u8> {
    (0..input_length())
        .map(|at| input_load_u8(at) as u8)
        .collect()
}

/// Sets the output. The kernel owns it from then on.
pub fn output(bytes: &[u8]) {
    let block = Block::new(bytes);
    output_set(block.0, bytes.len() as u64);
    std::mem::forget(block);
}
