//! The eleventh function, which is optional for hosts.

use super::{Absent, Host};
#[cfg(feature = "std")]
use std::{rc::Rc, sync::Arc};

/// A [`Host`] that also makes HTTP requests, with its own client and TLS.
///
/// It is a separate trait because a host may have the ten functions without this one. A plugin that makes no HTTP
/// requests does not import it.
///
/// # Example
/// A host for a unit test that returns the same response to every request:
///
/// ```
/// use harness_wasi_sockets::Block;
/// use harness_wasi_sockets::host::{Host, Http, Native};
/// use harness_wasi_sockets::http::Client;
/// # use core::time::Duration;
///
/// #[derive(Clone)]
/// struct Teapot;
///
/// impl Http for Teapot {
///     fn http_request(&self, _method: u64, _url: u64, _headers: u64, _body: u64) -> u64 {
///         let json = br#"{"status":418,"headers":{},"body":"U2hvcnQgYW5kIHN0b3V0"}"#;
///         Block::copy_of_in(Native, json).map_or(0, Block::into_offset)
///     }
/// }
///
/// impl Host for Teapot {
///     fn alloc(&self, len: u64) -> u64 { Native.alloc(len) }
///     // ... and the others in the same way.
/// #   fn tcp_connect(&self, addr: u64) -> u32 { Native.tcp_connect(addr) }
/// #   fn tcp_send(&self, id: u32, data: u64, len: u64) -> u32 { Native.tcp_send(id, data, len) }
/// #   fn tcp_recv(&self, id: u32, max: u32) -> u64 { Native.tcp_recv(id, max) }
/// #   fn tcp_close(&self, id: u32) { Native.tcp_close(id) }
/// #   fn udp_connect(&self, addr: u64) -> u32 { Native.udp_connect(addr) }
/// #   fn udp_send(&self, id: u32, data: u64, len: u64) -> u32 { Native.udp_send(id, data, len) }
/// #   fn udp_recv(&self, id: u32, max: u32) -> u64 { Native.udp_recv(id, max) }
/// #   fn udp_close(&self, id: u32) { Native.udp_close(id) }
/// #   fn icmp_send(&self, to: u64, data: u64, len: u64, seq: u16) -> u32 { Native.icmp_send(to, data, len, seq) }
/// #   fn icmp_recv(&self, timeout_ms: u32) -> u64 { Native.icmp_recv(timeout_ms) }
/// #   fn free(&self, offset: u64) { Native.free(offset) }
/// #   fn length(&self, offset: u64) -> u64 { Native.length(offset) }
/// #   fn load_u8(&self, offset: u64) -> u8 { Native.load_u8(offset) }
/// #   fn load_u64(&self, offset: u64) -> u64 { Native.load_u64(offset) }
/// #   fn store_u8(&self, offset: u64, value: u8) { Native.store_u8(offset, value) }
/// #   fn store_u64(&self, offset: u64, value: u64) { Native.store_u64(offset, value) }
/// }
///
/// let response = Client::new_in(Teapot).get("http://example.org/").send()?;
/// assert_eq!(response.status(), 418);
/// assert_eq!(response.text()?, "Short and stout");
/// assert_eq!(Native::live_blocks(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait Http: Host {
    /// Makes an HTTP request and returns a block with the response as JSON, or 0 if there was no response.
    ///
    /// Each argument is the offset of a block. The host reads its whole length, and the caller keeps ownership.
    /// `headers` and `body` may be 0, for none.
    ///
    /// * `method`: `GET`, `POST` or another.
    /// * `url`: absolute, `http://` or `https://`.
    /// * `headers`: a JSON array of strings, each `Name: value`. A name may occur several times.
    /// * `body`: the bytes.
    ///
    /// The host follows up to 10 redirects and takes at most 10 s for the whole request. Every status counts as a
    /// response. Header names are in canonical form (`Content-Type`), each with all its values; the body is in base64,
    /// with padding:
    ///
    /// ```json
    /// {"status":200,"headers":{"Set-Cookie":["a=1","b=2"]},"body":"SGVsbG8="}
    /// ```
    fn http_request(&self, method: u64, url: u64, headers: u64, body: u64) -> u64;
}

/// Forwards the function to another host.
macro_rules! forward {
    (|$self:ident| $host:expr) => {
        fn http_request(&$self, method: u64, url: u64, headers: u64, body: u64) -> u64 {
            $host.http_request(method, url, headers, body)
        }
    };
}

impl<H: Http> Http for &H {
    forward!(|self| **self);
}

#[cfg(feature = "std")]
impl<H: Http> Http for Rc<H> {
    forward!(|self| **self);
}

#[cfg(feature = "std")]
impl<H: Http> Http for Arc<H> {
    forward!(|self| **self);
}

impl Http for Absent {
    fn http_request(&self, _method: u64, _url: u64, _headers: u64, _body: u64) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_that_is_absent_makes_no_request() {
        assert_eq!(Absent.http_request(1, 1, 1, 1), 0);
        fn ask(host: impl Http) -> u64 {
            host.http_request(1, 1, 1, 1)
        }
        let absent = &Absent;
        let forwarded = [ask(absent), ask(Rc::new(Absent)), ask(Arc::new(Absent))];
        assert_eq!(forwarded, [0; 3]);
    }
}
