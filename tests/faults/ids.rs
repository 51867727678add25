//! Ids from the host: each is used and closed as it was returned, and no other.

use crate::host::{Call, Clock, Fault, Reply, Scripted};
use crate::udp;
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::{Shutdown, TcpStream, UdpSocket};

fn tcp(host: &Scripted) -> Result<TcpStream<64, Scripted>, Error> {
    TcpStream::connect_in(host.clone(), "peer.example:80")
}

#[test]
fn the_largest_id_is_an_id() {
    let host = Scripted::new(Clock::Real)
        .tcp([Reply::Come(5)])
        .udp([Reply::Packet(b"five!".to_vec())])
        .fault(Call::TcpConnect, 1, Fault::Says(u32::MAX))
        .fault(Call::UdpConnect, 1, Fault::Says(u32::MAX));
    let mut stream = tcp(&host).unwrap();
    let socket = udp::connect(&host);
    assert_eq!(stream.write(b"hello"), Ok(5));
    assert_eq!(stream.read(&mut [0; 9]), Ok(5));
    assert_eq!(socket.send(b"hello"), Ok(5));
    assert_eq!(socket.recv(&mut [0; 9]), Ok(5));
    drop((stream, socket));
    let closed = (host.calls(Call::TcpClose), host.calls(Call::UdpClose));
    assert_eq!(closed, (1, 1));
    host.finish("the largest id");
}

#[test]
fn the_id_0_is_none_and_is_never_closed() {
    let host = Scripted::new(Clock::Real)
        .fault(Call::TcpConnect, 1, Fault::Says(0))
        .fault(Call::UdpConnect, 1, Fault::Says(0));
    assert_eq!(tcp(&host).unwrap_err(), Error::ConnectFailed);
    let refused = UdpSocket::connect_in(host.clone(), "peer.example:53");
    assert_eq!(refused.unwrap_err(), Error::ConnectFailed);
    let closed = (host.calls(Call::TcpClose), host.calls(Call::UdpClose));
    assert_eq!(closed, (0, 0));
    host.finish("no id");
}

/// They cannot be distinguished; each is still closed once, and the remaining one keeps working.
#[test]
fn an_id_that_is_given_twice_is_closed_twice() {
    let host = Scripted::new(Clock::Real)
        .tcp([Reply::Come(6)])
        .udp([Reply::Packet(b"1".to_vec()), Reply::Packet(b"2".to_vec())])
        .fault(Call::TcpConnect, 1, Fault::Says(7))
        .fault(Call::TcpConnect, 2, Fault::Says(7))
        .fault(Call::UdpConnect, 1, Fault::Says(7))
        .fault(Call::UdpConnect, 2, Fault::Says(7));
    let (mut first, mut second) = (tcp(&host).unwrap(), tcp(&host).unwrap());
    first.shutdown(Shutdown::Both);
    assert_eq!(host.calls(Call::TcpClose), 1);
    assert_eq!(first.write(b"x"), Err(Error::Shutdown));
    assert_eq!(first.read(&mut [0; 9]), Ok(0));
    drop(first);
    assert_eq!(host.calls(Call::TcpClose), 1);
    assert_eq!(second.read(&mut [0; 9]), Ok(6));
    drop(second);
    assert_eq!(host.calls(Call::TcpClose), 2);

    let (first, second) = (udp::connect(&host), udp::connect(&host));
    assert_eq!(first.recv(&mut [0; 9]), Ok(1));
    drop(first);
    assert_eq!(second.recv(&mut [0; 9]), Ok(1));
    drop(second);
    assert_eq!(host.calls(Call::UdpClose), 2);
    host.finish("an id twice");
}

/// Every order of shutting and dropping leads to one close.
#[test]
fn whatever_is_shut_is_closed_once() {
    use Shutdown::{Both, Read, Write};
    let orders: [&[Shutdown]; 9] = [
        &[],
        &[Read],
        &[Write],
        &[Both],
        &[Read, Write],
        &[Write, Read],
        &[Both, Both],
        &[Read, Both, Write],
        &[Write, Write, Read, Read],
    ];
    for order in orders {
        for broken in [false, true] {
            let host = Scripted::new(Clock::Real);
            let mut stream = tcp(&host).unwrap();
            if broken {
                host.break_at(Call::TcpSend, 1, Fault::Zero);
                assert_eq!(stream.write(b"x"), Err(Error::SendFailed));
            }
            for how in order {
                stream.shutdown(*how);
            }
            drop(stream);
            assert_eq!(host.calls(Call::TcpClose), 1, "{order:?}, {broken}");
            host.finish("shut");
        }
    }
}
