//! Talks to a server line by line, with std's `BufReader` and `read_line`.
//!
//! Input: `ADDRESS` or `ADDRESS WORDS`, for example `127.0.0.1:6000 one two three`: each word is sent as a line, and
//! the replies are returned as lines.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::TcpStream;
use std::io::{BufRead, BufReader, Write};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, words) = input.split_once(' ').unwrap_or((&input, "one two three"));

    let stream = TcpStream::connect(address)?;
    // Both directions of the same connection: `&TcpStream` implements `Read` and `Write` too.
    let mut reader = BufReader::new(&stream);
    let mut writer = &stream;

    let mut answers = String::new();
    for word in words.split_whitespace() {
        writeln!(writer, "{word}")?;
        reader.read_line(&mut answers)?;
    }
    Ok(answers)
}
