//! Blocks of the kernel's memory, and extism-pdk's `Memory`.

use crate::panics;
use extism_pdk::{FnResult, Memory, plugin_fn};
use harness_wasi_sockets::Block;
use harness_wasi_sockets::embedded::{TcpStream, UdpSocket};

/// Sends empty blocks, and none of the bytes after them: `STREAM DATAGRAMS`, two addresses.
#[plugin_fn]
pub fn blocks_empty(input: String) -> FnResult<()> {
    panics::report();
    let (stream, datagrams) = input.split_once(' ').expect("two addresses");
    // What a byte of it would be.
    drop(Block::copy_of(&[0xaa; 64])?);
    let stream = TcpStream::connect(stream)?;
    let socket = UdpSocket::connect(datagrams)?;
    let memory = Memory::from(Block::copy_of(b"")?);
    assert_eq!((memory.len(), memory.to_vec()), (0, vec![]));
    let empty = Block::try_from(memory).ok().expect("a block");
    for block in [Block::copy_of(b"")?, Block::new(0)?, empty] {
        assert!(block.is_empty());
        assert_eq!(stream.write_block(&block)?, 0);
        assert_eq!(socket.send_block(&block)?, 0);
    }
    Ok(())
}

/// A memory with a length shorter than its kernel block is as short as a block here.
#[plugin_fn]
pub fn blocks_short(_: String) -> FnResult<()> {
    panics::report();
    for (says, is) in [(0, 0), (3, 3), (5, 5), (6, 5)] {
        let mut memory = Memory::from(Block::copy_of(b"Hello")?);
        memory.0.length = says;
        let block = Block::try_from(memory).ok().expect("a block");
        assert_eq!(block.len(), is);
    }
    Ok(())
}
