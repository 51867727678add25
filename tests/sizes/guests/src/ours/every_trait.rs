//! Every call of the traits of other crates, and of a stream's halves, to show that none of them can panic.
//!
//! The peer echoes. All results are used, so that no call is optimized out of the finished guest.

use super::every_call::split;
use crate::frame::{LEN, MESSAGE};
use core::future::Future;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use edge_nal::{Close, Readable, TcpShutdown, TcpSplit, UdpReceive, UdpSend, UdpSplit};
use embedded_io_async::{BufRead, Read, ReadReady, Write};
use embedded_nal_async::{AddrType, ConnectedUdp, Dns, UdpStack, UnconnectedUdp};
use harness_wasi_sockets::embedded::{
    BlockingAsync, Names, ReadHalf, Shutdown, Silence, Stack, TcpStream, WriteHalf,
};
use harness_wasi_sockets::{Block, Error};

const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
/// Names of this machine: one that the library knows, and one that only the host can resolve.
const NAMES: [&str; 2] = ["localhost", "127.1"];

type WithNames<'a> = Stack<16, harness_wasi_sockets::host::DefaultHost, &'a Names>;

/// Polls a future once: it must be ready.
fn now<T>(future: impl Future<Output = Option<T>>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => None,
    }
}

/// TCP, by each name of this machine.
pub fn tcp(address: &str) -> Option<()> {
    let (host, port) = split(address)?;
    now(streams(host, port))
}

/// UDP, in the same way.
pub fn udp(address: &str) -> Option<()> {
    let (_host, port) = split(address)?;
    now(sockets(port))
}

/// Returns the address that represents a name.
// (A future that is polled in two places contains a panic for polling after completion.)
fn find(stack: &WithNames<'_>, name: &str) -> Option<IpAddr> {
    let ip = now(async { stack.get_host_by_name(name, AddrType::Either).await.ok() })?;
    let mut known = [0; 16];
    let len = now(async { Dns::get_host_by_address(stack, ip, &mut known).await.ok() })?;
    (known.get(..len)? == name.as_bytes()).then_some(ip)
}

async fn streams(host: &str, port: u16) -> Option<()> {
    let names = Names::new();
    let stack = WithNames::with_names_in(Default::default(), &names);
    // An address is returned unchanged.
    let ip = edge_nal::Dns::get_host_by_name(&stack, host, edge_nal::AddrType::IPv4).await;
    let stream = embedded_nal_async::TcpConnect::connect(&stack, (ip.ok()?, port).into()).await;
    halves(&mut stream.ok()?.0)?;
    for name in NAMES {
        let ip = find(&stack, name)?;
        let stream = edge_nal::TcpConnect::connect(&stack, (ip, port).into()).await;
        let mut stream = stream.ok()?;
        edge(&mut stream).await?;
        let stream = TcpStream::<16>::connect_in(Default::default(), (host, port)).ok()?;
        older(&mut BlockingAsync(stream)).await?;
    }
    Some(())
}

async fn edge(stream: &mut BlockingAsync<TcpStream<16>>) -> Option<()> {
    let (mut reader, mut writer) = TcpSplit::split(stream);
    writer.write_all(&MESSAGE).await.ok()?;
    writer.flush().await.ok()?;
    reader.readable().await.ok()?;
    if !reader.read_ready().ok()? {
        return None;
    }
    let shown = reader.fill_buf().await.ok()?.len();
    reader.consume(shown.min(1));
    let mut reply = [0; LEN];
    reader.read_exact(reply.get_mut(1..)?).await.ok()?;
    stream.write_all(&MESSAGE).await.ok()?;
    stream.readable().await.ok()?;
    stream.close(Close::Write).await.ok()?;
    stream.abort().await.ok()?;
    (reply.get(1..)? == MESSAGE.get(1..)?).then_some(())
}

async fn older<S>(stream: &mut S) -> Option<()>
where
    S: embedded_io_v0_6::ReadReady
        + embedded_io_async_v0_6::BufRead
        + embedded_io_async_v0_6::Read
        + embedded_io_async_v0_6::Write,
{
    stream.write_all(&MESSAGE).await.ok()?;
    stream.flush().await.ok()?;
    let shown = stream.fill_buf().await.ok()?.len();
    stream.consume(shown.min(1));
    let mut reply = [0; LEN];
    stream.read_ready().ok()?;
    stream.read_exact(reply.get_mut(1..)?).await.ok()?;
    (reply.get(1..)? == MESSAGE.get(1..)?).then_some(())
}

/// Every call of a stream's halves.
fn halves(stream: &mut TcpStream<16>) -> Option<()> {
    let (mut reader, writer): (ReadHalf<'_, 16>, WriteHalf<'_>) = stream.split();
    reader.set_read_timeout(None).ok()?;
    reader.set_silence(Silence::EndOfStream);
    writer.write_all(&MESSAGE).ok()?;
    let mut reply = [0; LEN];
    reader.peek(reply.get_mut(..4)?).ok()?;
    let shown = reader.fill_buf().ok()?.len();
    reader.consume(shown.min(1));
    if !reader.read_ready().ok()? && shown > 1 {
        return None;
    }
    reader.read_exact(reply.get_mut(1..)?).ok()?;
    let written = writer.write_block(&Block::copy_of(&MESSAGE).ok()?).ok()?;
    let mut read = 0;
    while read < written {
        read += reader.read_block(LEN).ok()??.len();
    }
    writer.shutdown(Shutdown::Write);
    let refused = writer.write(&MESSAGE);
    reader.shutdown(Shutdown::Read);
    let ended = reader.read(&mut [0; 1]);
    (refused == Err(Error::Shutdown) && ended == Ok(0)).then_some(())
}

async fn sockets(port: u16) -> Option<()> {
    let names = Names::new();
    let stack = WithNames::with_names_in(Default::default(), &names);
    let mut reply = [0; LEN];
    for name in NAMES {
        let remote = SocketAddr::new(find(&stack, name)?, port);

        let mut bound = edge_nal::UdpBind::bind(&stack, ANY).await.ok()?;
        let (mut receiver, mut sender) = bound.split();
        sender.send(remote, &MESSAGE).await.ok()?;
        let received = receiver.receive(&mut reply).await.ok()?;
        let unsupported = bound.readable().await;
        let (group, any) = (Ipv6Addr::LOCALHOST, 0);
        let joined = edge_nal::MulticastV6::join_v6(&mut bound, group, any).await;
        if (received, unsupported, joined)
            != (
                (LEN, remote),
                Err(Error::Unsupported),
                Err(Error::Unsupported),
            )
        {
            return None;
        }
        let connected = edge_nal::UdpConnect::connect(&stack, ANY, remote).await;
        let mut connected = connected.ok()?;
        connected.send(ANY, &MESSAGE).await.ok()?;
        if connected.receive(&mut reply).await.ok()? != (LEN, remote) {
            return None;
        }

        let (local, mut bound) = stack.bind_single(ANY).await.ok()?;
        UnconnectedUdp::send(&mut bound, local, remote, &MESSAGE)
            .await
            .ok()?;
        if bound.receive_into(&mut reply).await.ok()? != (LEN, local, remote) {
            return None;
        }
        let (_, mut connected) = UdpStack::connect(&stack, remote).await.ok()?;
        ConnectedUdp::send(&mut connected, &MESSAGE).await.ok()?;
        if connected.receive_into(&mut reply).await.ok()? != LEN {
            return None;
        }
    }
    (reply == MESSAGE).then_some(())
}
