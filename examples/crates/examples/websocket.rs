//! WebSocket, with `tungstenite`: says something to an echo server, and returns what it answers.
//!
//! Input: `URL` or `URL MESSAGE`, say `ws://127.0.0.1:9001/ Hello`.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::TcpStream;
use tungstenite::http::Uri;
use tungstenite::{Message, client};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (url, message) = input.split_once(' ').unwrap_or((&input, "Hello!"));
    let uri: Uri = url.parse()?;
    let host = uri.host().ok_or(Error::msg("the URL names no host"))?;

    // What `tungstenite::connect` does with std's stream is done by hand with ours.
    let stream = TcpStream::connect(format!("{host}:{}", uri.port_u16().unwrap_or(80)))?;
    let (mut socket, _response) = client(uri, stream)?;

    socket.send(Message::text(message))?;
    let reply = loop {
        if let Message::Text(text) = socket.read()? {
            break text;
        }
    };

    // Closing is polite: we say so, and wait until the server has said so and closed.
    socket.close(None)?;
    loop {
        match socket.read() {
            Ok(_) => {}
            Err(tungstenite::Error::ConnectionClosed) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(reply.to_string())
}
