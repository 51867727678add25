//! WebSocket, with `tungstenite`: sends a message to an echo server, and returns the reply.
//!
//! Input: `URL` or `URL MESSAGE`, for example `ws://127.0.0.1:9001/ Hello`.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::{Silence, TcpStream};
use std::io::ErrorKind;
use tungstenite::http::Uri;
use tungstenite::{Bytes, Message, WebSocket, client};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (url, message) = input.split_once(' ').unwrap_or((&input, "Hello!"));
    let uri: Uri = url.parse()?;
    let host = uri.host().ok_or(Error::msg("the URL names no host"))?;

    // Does by hand what `tungstenite::connect` does with std's stream.
    let stream = TcpStream::connect(format!("{host}:{}", uri.port_u16().unwrap_or(80)))?;
    let (mut socket, _response) = client(uri, stream)?;

    socket.send(Message::text(message))?;
    let reply = wait(&mut socket)?;

    // Closes in order: sends a close frame, and waits until the server has closed too.
    socket.close(None)?;
    loop {
        match socket.read() {
            Ok(_) => {}
            Err(tungstenite::Error::ConnectionClosed) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(reply)
}

/// Waits for a text, however long the server is silent before. After each read timeout it sends a ping to check the
/// connection: if it is lost, sending soon fails.
fn wait(socket: &mut WebSocket<TcpStream>) -> Result<String, Error> {
    // Without a real clock, silence for the whole timeout would be reported as end of stream.
    socket.get_ref().set_silence(Silence::TimedOut);
    let text = loop {
        match socket.read() {
            Ok(Message::Text(text)) => break text,
            Ok(_) => {}
            Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::TimedOut => {
                socket.send(Message::Ping(Bytes::new()))?;
            }
            Err(error) => return Err(error.into()),
        }
    };
    // From here on, end of stream is expected.
    socket.get_ref().set_silence(Silence::EndOfStream);
    Ok(text.to_string())
}
