//! CoAP, with `coap-lite`: gets a resource, or puts one.
//!
//! Input: `ADDRESS PATH` to get, `ADDRESS PATH CONTENT` to put; the path may have a query. Output: the response's code
//! and content.

#![cfg(target_family = "wasm")]

use coap_lite::{CoapOption, CoapRequest, MessageClass, MessageType, Packet, RequestType};
use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::UdpSocket;
use std::hash::{BuildHasher, RandomState};
use std::io::ErrorKind;
use std::net::SocketAddr;

/// How often a request is sent at most.
const TRIES: u8 = 4;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let words: Vec<&str> = input.splitn(3, ' ').collect();
    let (server, path, content) = match *words.as_slice() {
        [server, path] => (server, path, None),
        [server, path, content] => (server, path, Some(content)),
        _ => return Err(Error::msg("the input is ADDRESS PATH [CONTENT]").into()),
    };

    let token = RandomState::new().hash_one(path);
    let mut request = CoapRequest::<SocketAddr>::new();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    request.set_path(path);
    if !query.is_empty() {
        request
            .message
            .add_option(CoapOption::UriQuery, query.into());
    }
    request.set_method(match content {
        Some(_) => RequestType::Put,
        None => RequestType::Get,
    });
    request.message.payload = content.unwrap_or("").into();
    request.message.header.message_id = token as u16;
    request.message.set_token(token.to_be_bytes().to_vec());

    let answer = exchange(server.parse()?, &request.message)?;
    let MessageClass::Response(code) = answer.header.code else {
        return Err(Error::msg("the answer is no response").into());
    };
    let content = String::from_utf8_lossy(&answer.payload);
    Ok(format!("{code:?} {content}"))
}

fn exchange(server: SocketAddr, request: &Packet) -> Result<Packet, Error> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    let bytes = request
        .to_bytes()
        .map_err(|error| Error::msg(format!("{error:?}")))?;
    let mut buf = [0; 1500];
    for _ in 0..TRIES {
        socket.send_to(&bytes, server)?;
        loop {
            let n = match socket.recv_from(&mut buf) {
                Ok((n, from)) if from == server => n,
                Ok(_) => continue,
                // Lost: send it again.
                Err(error) if error.kind() == ErrorKind::TimedOut => break,
                Err(error) => return Err(error.into()),
            };
            let answer = Packet::from_bytes(&buf[..n]);
            let answer = answer.map_err(|error| Error::msg(format!("{error:?}")))?;
            let ours = answer.get_token() == request.get_token();
            if ours && answer.header.code != MessageClass::Empty {
                // A separate response must be acknowledged.
                if answer.header.get_type() == MessageType::Confirmable {
                    socket.send_to(&acknowledgement(&answer)?, server)?;
                }
                return Ok(answer);
            }
        }
    }
    Err(Error::msg("no answer"))
}

fn acknowledgement(answer: &Packet) -> Result<Vec<u8>, Error> {
    let mut ack = Packet::new();
    ack.header.set_type(MessageType::Acknowledgement);
    ack.header.code = MessageClass::Empty;
    ack.header.message_id = answer.header.message_id;
    ack.to_bytes()
        .map_err(|error| Error::msg(format!("{error:?}")))
}
