//! Custom hosts: with state, and passed by reference, `Rc` and `Arc`.

use crate::Turn;
use harness_host::peers::TcpEcho;
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::{IcmpSocket, TcpStream};
use harness_wasi_sockets::host::{Absent, Host, Native};
use std::cell::Cell;
use std::mem::take;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Implements functions of a host: their side effects, and the host that they delegate to.
macro_rules! host_functions {
    ($self:ident, $answers:expr, $besides:expr; $($name:ident($($arg:ident: $type:ty),*) $(-> $answer:ty)?;)+) => {$(
        fn $name(&$self $(, $arg: $type)*) $(-> $answer)? {
            $besides($self, format!("{}{:?}", stringify!($name), ($(&$arg,)*)));
            $answers.$name($($arg),*)
        }
    )+};
    ($self:ident, $answers:expr, $besides:expr) => {
        host_functions! { $self, $answers, $besides;
            tcp_connect(addr: u64) -> u32;
            tcp_send(id: u32, data: u64, len: u64) -> u32;
            tcp_recv(id: u32, max: u32) -> u64;
            tcp_close(id: u32);
            udp_connect(addr: u64) -> u32;
            udp_send(id: u32, data: u64, len: u64) -> u32;
            udp_recv(id: u32, max: u32) -> u64;
            udp_close(id: u32);
            icmp_send(target: u64, payload: u64, len: u64, seq: u16) -> u32;
            icmp_recv(timeout_ms: u32) -> u64;
            alloc(len: u64) -> u64;
            free(offset: u64);
            length(offset: u64) -> u64;
            load_u8(offset: u64) -> u8;
            load_u64(offset: u64) -> u64;
            store_u8(offset: u64, value: u8);
            store_u64(offset: u64, value: u64);
            load(offset: u64, into: &mut [u8]);
            store(offset: u64, from: &[u8]);
            now() -> Option<Duration>;
        }
    };
}

pub(crate) use host_functions;

/// A host that records its calls in a list. Clones share the list.
#[derive(Clone, Default)]
struct Listing(Arc<Mutex<Vec<String>>>);

impl Listing {
    fn list(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap()
    }
}

impl Host for Listing {
    host_functions!(self, Native, |host: &Self, call| host.list().push(call));
}

/// Calls every function once, and returns what it was called with.
fn calls(host: &impl Host, list: &Listing) -> Vec<String> {
    host.tcp_connect(1);
    host.tcp_send(2, 3, 4);
    host.tcp_recv(5, 6);
    host.tcp_close(7);
    host.udp_connect(8);
    host.udp_send(9, 10, 11);
    host.udp_recv(12, 13);
    host.udp_close(14);
    host.icmp_send(15, 16, 17, 18);
    // It may receive what others on this machine send.
    Native.free(host.icmp_recv(0));
    let offset = host.alloc(16);
    assert_eq!(host.length(offset), 16);
    host.store_u8(offset, 19);
    assert_eq!(host.load_u8(offset), 19);
    host.store_u64(offset, 20);
    assert_eq!(host.load_u64(offset), 20);
    host.store(offset, b"Hello");
    let mut hello = [0; 5];
    host.load(offset, &mut hello);
    assert_eq!(&hello, b"Hello");
    host.free(offset);
    assert!(host.now().is_some());
    take(&mut list.list())
}

#[test]
fn every_call_is_handed_on() {
    let _turn = Turn::take();
    let list = Listing::default();
    let direct = calls(&list, &list);
    assert_eq!(direct.len(), 20, "{direct:?}");
    // The offset of the block varies.
    let names = |calls: &[String]| -> Vec<String> {
        let name = |call: &String| call.split('(').next().unwrap_or_default().to_owned();
        calls.iter().map(name).collect()
    };
    for others in [
        calls(&&list, &list),
        calls(&Rc::new(list.clone()), &list),
        calls(&Arc::new(list.clone()), &list),
    ] {
        assert_eq!(names(&others), names(&direct));
        assert_eq!(others[..10], direct[..10]);
    }
}

/// A host that does not even implement `Clone`.
#[derive(Default)]
struct Counting {
    blocks: Cell<u32>,
}

impl Host for &Counting {
    host_functions!(self, Absent, |host: &&Counting, call: String| {
        let alloc = call.starts_with("alloc");
        host.blocks.set(host.blocks.get() + u32::from(alloc));
    });
}

#[test]
fn a_host_with_state_answers_by_reference() {
    let host = Counting::default();
    let sent = IcmpSocket::new_in(&host).send("10.0.0.1", b"", 1);
    assert_eq!(sent, Err(Error::OutOfMemory));
    assert_eq!(host.blocks.get(), 1);
}

#[test]
fn sockets_are_opened_over_each() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let host = Listing::default();
    drop(TcpStream::<8, _>::connect_in(&host, echo.addr()).unwrap());
    drop(TcpStream::<8, _>::connect_in(Rc::new(host.clone()), echo.addr()).unwrap());
    drop(TcpStream::<8, Arc<Native>>::connect_in(Arc::new(Native), echo.addr()).unwrap());
    let connects = |calls: &[String]| {
        let connects = calls.iter().filter(|call| call.starts_with("tcp_connect"));
        connects.count()
    };
    assert_eq!(connects(&host.list()), 2);
    // It is there with and without `std`.
    let connected = TcpStream::<8, _>::connect_in(Absent, echo.addr());
    assert_eq!(connected.err(), Some(Error::OutOfMemory));
}
