//! Redis, with `redis-protocol`: sends all commands at once, and returns the replies.
//!
//! Input: `ADDRESS`, then one command per line, its words separated by spaces. Output: one reply per line. With the
//! configuration value `password` it logs in first.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, config, plugin_fn};
use harness_wasi_sockets::TcpStream;
use redis_protocol::resp2::decode::decode;
use redis_protocol::resp2::encode::encode;
use redis_protocol::resp2::types::{OwnedFrame, Resp2Frame};
use std::io::{Read, Write};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let mut lines = input.lines();
    let address = lines.next().ok_or(Error::msg("the input is empty"))?;
    let mut redis = Redis {
        stream: TcpStream::connect(address)?,
        received: Vec::new(),
    };

    if let Some(password) = config::get("password")? {
        redis.send([vec!["AUTH", &password]])?;
        if let OwnedFrame::Error(error) = redis.receive()? {
            return Err(Error::msg(error).into());
        }
    }

    let commands: Vec<Vec<&str>> = lines.map(|line| line.split(' ').collect()).collect();
    let count = commands.len();
    redis.send(commands)?;
    let mut answers = String::new();
    for _ in 0..count {
        answers += &text(&redis.receive()?);
        answers += "\n";
    }
    Ok(answers)
}

struct Redis {
    stream: TcpStream,
    /// Received bytes that are not a complete reply yet.
    received: Vec<u8>,
}

impl Redis {
    fn send<'a>(&mut self, commands: impl IntoIterator<Item = Vec<&'a str>>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for command in commands {
            let words = command
                .iter()
                .map(|word| OwnedFrame::BulkString(word.as_bytes().to_vec()));
            let frame = OwnedFrame::Array(words.collect());
            let start = bytes.len();
            bytes.resize(start + frame.encode_len(false), 0);
            encode(&mut bytes[start..], &frame, false)?;
        }
        Ok(self.stream.write_all(&bytes)?)
    }

    fn receive(&mut self) -> Result<OwnedFrame, Error> {
        loop {
            if let Some((frame, length)) = decode(&self.received)? {
                self.received.drain(..length);
                return Ok(frame);
            }
            let mut buf = [0; 4096];
            match self.stream.read(&mut buf)? {
                0 => return Err(Error::msg("the server closed the connection")),
                n => self.received.extend_from_slice(&buf[..n]),
            }
        }
    }
}

fn text(frame: &OwnedFrame) -> String {
    match frame {
        OwnedFrame::SimpleString(bytes) | OwnedFrame::BulkString(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        OwnedFrame::Error(error) => format!("error: {error}"),
        OwnedFrame::Integer(number) => number.to_string(),
        OwnedFrame::Array(frames) => {
            let texts: Vec<_> = frames.iter().map(text).collect();
            format!("[{}]", texts.join(", "))
        }
        OwnedFrame::Null => "nothing".to_owned(),
    }
}
