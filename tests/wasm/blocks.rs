//! Blocks of the kernel's memory.

use crate::{quick, run, v4};
use harness_host::peers::TcpPeer;
use std::net::UdpSocket;
use std::time::Duration;

#[test]
fn an_empty_block_has_no_byte_to_send() {
    let (arrived, arrives) = std::sync::mpsc::channel();
    let stream = TcpPeer::start(v4(), move |mut stream, _| {
        let mut got = Vec::new();
        std::io::Read::read_to_end(&mut stream, &mut got)?;
        arrived.send(got).map_err(std::io::Error::other)
    })
    .unwrap();
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    datagrams
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let addresses = format!("{} {}", stream.addr(), datagrams.local_addr().unwrap());
    run(&quick(), "blocks_empty", &addresses);
    assert_eq!(arrives.recv_timeout(Duration::from_secs(20)), Ok(vec![]));
    for _ in 0..3 {
        assert_eq!(datagrams.recv(&mut [0; 8]).unwrap(), 0);
    }
}

#[test]
fn a_memory_is_as_long_as_it_says() {
    run(&quick(), "blocks_short", "");
}
