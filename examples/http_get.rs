//! Fetches a page over plain HTTP/1.1, without a crate for it, and returns its body.
//!
//! Input: `HOST:PORT/PATH`, for example `127.0.0.1:8080/index.html`.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::TcpStream;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (host, path) = input.split_once('/').unwrap_or((&input, ""));

    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )?;

    let mut reader = BufReader::new(stream);
    let mut status = String::new();
    reader.read_line(&mut status)?;
    if status.split(' ').nth(1) != Some("200") {
        return Err(Error::new(ErrorKind::InvalidData, status).into());
    }

    let mut length = None;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.split_once(':') else {
            break; // An empty line ends the headers.
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        }
    }

    // Without a length, the body ends when the server closes the connection.
    let mut body = String::new();
    reader
        .take(length.unwrap_or(u64::MAX))
        .read_to_string(&mut body)?;
    if length.is_some_and(|length| length != body.len() as u64) {
        return Err(Error::from(ErrorKind::UnexpectedEof).into());
    }
    Ok(body)
}
