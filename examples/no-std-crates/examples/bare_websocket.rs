//! WebSocket without std, with `embedded-websocket`: sends a message to an echo server, and returns the reply. The
//! crate requires no trait: it takes received bytes, and returns bytes to send.
//!
//! Input: `ADDRESS MESSAGE`. `seed` is 32 random bytes, in hexadecimal digits: see `random`.

#![cfg(target_family = "wasm")]
#![no_std]

use embedded_websocket::{
    WebSocketClient, WebSocketCloseStatusCode, WebSocketOptions, WebSocketReceiveMessageType,
    WebSocketSendMessageType,
};
use harness_wasi_sockets::embedded::TcpStream;
use heapless::Vec;
use no_std_crate_guests::plugin::{Failed, failed, no, output};
use no_std_crate_guests::{guest, random};
use rand_chacha::ChaCha20Rng;

guest!(echo);

/// The longest frame.
const FRAME: usize = 8 * 1024;

fn echo(input: &str) -> Result<(), Failed> {
    let (address, message) = input
        .split_once(' ')
        .ok_or_else(|| no("the input is ADDRESS MESSAGE"))?;
    let mut socket = Socket::connect(address)?;
    socket.write(|client, to| {
        client.write(WebSocketSendMessageType::Text, true, message.as_bytes(), to)
    })?;

    let mut reply = [0; FRAME];
    let length = socket.read(WebSocketReceiveMessageType::Text, &mut reply)?;
    output(&reply[..length])?;

    // Closes in order: sends a close frame, and waits for the server's.
    let normal = WebSocketCloseStatusCode::NormalClosure;
    socket.write(|client, to| client.close(normal, None, to))?;
    socket.read(WebSocketReceiveMessageType::CloseCompleted, &mut reply)?;
    Ok(())
}

struct Socket {
    stream: TcpStream,
    client: WebSocketClient<ChaCha20Rng>,
    /// Received bytes that are not parsed yet.
    received: Vec<u8, FRAME>,
}

impl Socket {
    fn connect(address: &str) -> Result<Socket, Failed> {
        let client = WebSocketClient::new_client(random::generator()?);
        let mut socket = Socket {
            stream: TcpStream::connect(address).map_err(|why| failed("connecting", why))?,
            client,
            received: Vec::new(),
        };
        let options = WebSocketOptions {
            path: "/",
            host: address,
            origin: "",
            sub_protocols: None,
            additional_headers: None,
        };
        let mut key = None;
        socket.write(|client, to| {
            let (length, ours) = client.client_connect(&options, to)?;
            key = Some(ours);
            Ok(length)
        })?;
        let key = key.ok_or_else(|| no("there is no key"))?;
        let end = loop {
            socket.receive()?;
            match socket.client.client_accept(&key, &socket.received) {
                Ok((end, _)) => break end,
                Err(embedded_websocket::Error::HttpHeaderIncomplete) => {}
                Err(why) => return Err(failed("the handshake", why)),
            }
        };
        socket.received.drain(..end);
        Ok(socket)
    }

    /// Makes the client write a frame, and sends it.
    fn write(
        &mut self,
        message: impl FnOnce(
            &mut WebSocketClient<ChaCha20Rng>,
            &mut [u8],
        ) -> embedded_websocket::Result<usize>,
    ) -> Result<(), Failed> {
        let mut buf = [0; FRAME];
        let length = message(&mut self.client, &mut buf).map_err(|why| failed("writing", why))?;
        let sent = self.stream.write_all(&buf[..length]);
        sent.map_err(|why| failed("sending", why))
    }

    /// Reads until a complete message of this kind has arrived, and returns its length.
    fn read(
        &mut self,
        kind: WebSocketReceiveMessageType,
        into: &mut [u8],
    ) -> Result<usize, Failed> {
        let mut length = 0;
        loop {
            if self.received.is_empty() {
                self.receive()?;
            }
            let read = match self.client.read(&self.received, &mut into[length..]) {
                Ok(read) => read,
                Err(embedded_websocket::Error::ReadFrameIncomplete) => {
                    self.receive()?;
                    continue;
                }
                Err(why) => return Err(failed("reading", why)),
            };
            self.received.drain(..read.len_from);
            if read.message_type == kind {
                length += read.len_to;
                if read.end_of_message {
                    return Ok(length);
                }
                if length == into.len() {
                    return Err(no("the message is too long"));
                }
            }
        }
    }

    fn receive(&mut self) -> Result<(), Failed> {
        let mut buf = [0; 1024];
        let most = buf.len().min(FRAME - self.received.len());
        match self.stream.read(&mut buf[..most]) {
            Ok(0) => Err(no("the server closed the connection")),
            Ok(n) => {
                // The buffer has room for as much as was requested.
                let _ = self.received.extend_from_slice(&buf[..n]);
                Ok(())
            }
            Err(why) => Err(failed("receiving", why)),
        }
    }
}
