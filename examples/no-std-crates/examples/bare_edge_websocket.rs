//! WebSocket without std, with `edge-ws` and the handshake of `edge-http`: sends a message to an echo server, and
//! returns the reply. The two crates require `edge-nal`, which the library's `Stack` implements.
//!
//! Input: `HOST:PORT MESSAGE`. `seed` is 32 random bytes, in hexadecimal digits: see `random`.

#![cfg(target_family = "wasm")]
#![no_std]

use core::net::SocketAddr;
use edge_http::io::client::Connection;
use edge_http::ws::{MAX_BASE64_KEY_LEN, MAX_BASE64_KEY_RESPONSE_LEN, NONCE_LEN};
use edge_nal::{AddrType, Close, Dns, TcpShutdown, TcpSplit};
use edge_ws::FrameType;
use embassy_futures::block_on;
use harness_wasi_sockets::embedded::{Names, Stack};
use no_std_crate_guests::plugin::{Failed, failed, no, output};
use no_std_crate_guests::{guest, random};
use rand_core::RngCore;

guest!(echo);

/// The longest message.
const FRAME: usize = 8 * 1024;

fn echo(input: &str) -> Result<(), Failed> {
    let (address, message) = input
        .split_once(' ')
        .ok_or_else(|| no("the input is HOST:PORT MESSAGE"))?;
    // All futures here are ready at the first poll.
    block_on(say(address, message))
}

async fn say(address: &str, message: &str) -> Result<(), Failed> {
    let mut random = random::generator()?;
    let (host, port) = address
        .rsplit_once(':')
        .ok_or_else(|| no("there is no port"))?;
    let port = port.parse().map_err(|why| failed("the port", why))?;
    let names = Names::new();
    let stack = Stack::with_names(&names);
    let ip = stack.get_host_by_name(host, AddrType::Either).await;
    let ip = ip.map_err(|why| failed("the host", why))?;

    let mut buf = [0; 1024];
    let mut connection: Connection<_> =
        Connection::new(&mut buf, &stack, SocketAddr::new(ip, port));
    let mut nonce = [0; NONCE_LEN];
    random.fill_bytes(&mut nonce);
    let mut key = [0; MAX_BASE64_KEY_LEN];
    // (Without an origin, this version of the crate sends a header without a name.)
    let origin = Some("null");
    let asked =
        connection.initiate_ws_upgrade_request(Some(address), origin, "/", None, &nonce, &mut key);
    asked.await.map_err(|why| failed("asking", why))?;
    let answered = connection.initiate_response().await;
    answered.map_err(|why| failed("the answer", why))?;
    let mut response = [0; MAX_BASE64_KEY_RESPONSE_LEN];
    match connection.is_ws_upgrade_accepted(&nonce, &mut response) {
        Ok(true) => {}
        Ok(false) => return Err(no("the server does not speak WebSocket")),
        Err(why) => return Err(failed("the handshake", why)),
    }
    let done = connection.complete().await;
    done.map_err(|why| failed("the handshake", why))?;
    let (mut socket, _) = connection.release();

    // One half per direction, as in a client that sends and receives at the same time.
    let (mut from, mut to) = socket.split();
    let mut mask = || Some(random.next_u32());
    let text = FrameType::Text(false);
    let sent = edge_ws::io::send(&mut to, text, mask(), message.as_bytes()).await;
    sent.map_err(|why| failed("sending", why))?;
    let mut reply = [0; FRAME];
    loop {
        let heard = edge_ws::io::recv(&mut from, &mut reply).await;
        match heard.map_err(|why| failed("receiving", why))? {
            (FrameType::Text(false), length) => break output(&reply[..length])?,
            (FrameType::Ping, length) => {
                let sent =
                    edge_ws::io::send(&mut to, FrameType::Pong, mask(), &reply[..length]).await;
                sent.map_err(|why| failed("sending", why))?;
            }
            _ => return Err(no("that is no message")),
        }
    }

    // Closes in order: sends a close frame, and waits for the server's.
    let sent = edge_ws::io::send(&mut to, FrameType::Close, mask(), &[]).await;
    sent.map_err(|why| failed("parting", why))?;
    let mut heard = FrameType::Ping;
    while heard != FrameType::Close {
        let frame = edge_ws::io::recv(&mut from, &mut reply).await;
        (heard, _) = frame.map_err(|why| failed("parting", why))?;
    }
    let closed = socket.close(Close::Both).await;
    closed.map_err(|why| failed("closing", why))
}
