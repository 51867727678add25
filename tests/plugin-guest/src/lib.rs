//! A guest without std: each function uses a part of the module `plugin`.

#![cfg_attr(target_family = "wasm", no_std)]
#![forbid(unsafe_code)]

use harness_wasi_sockets::embedded::TcpStream;
use harness_wasi_sockets::embedded_io::{Read, Write};
use harness_wasi_sockets::plugin::Level;
use harness_wasi_sockets::{Block, Error, plugin};

plugin!(
    input,
    read,
    refuse,
    unwritten,
    nothing,
    output_twice,
    shorter,
    write,
    send,
    connect,
    say,
    config,
    config_block,
    log,
    panics
);

/// Returns its input, of at most 64 bytes.
fn input() -> Result<(), Error> {
    let mut buf = [0; 64];
    plugin::output(plugin::input(&mut buf)?)
}

/// Returns its input, read 1,000 bytes at a time, and checks the end of the input.
fn read() -> Result<(), &'static str> {
    let mut input = plugin::Input::new();
    let mut output = plugin::Output::with_capacity(input.remaining())?;
    let mut buf = [0; 1_000];
    while let Ok(n @ 1..) = input.read(&mut buf) {
        output.write_all(buf.get(..n).unwrap_or_default())?;
    }
    if input.remaining() > 0 || input.read(&mut buf) != Ok(0) {
        return Err("the end is not the end");
    }
    output.finish()?;
    Ok(())
}

/// Fails after it has set an output.
fn refuse() -> Result<(), &'static str> {
    plugin::output(b"half of it")?;
    Err("refused: \u{fc}")
}

/// Drops an output that it has written to.
fn unwritten() -> Result<(), Error> {
    plugin::Output::with_capacity(10)?.write_all(b"unfinished")
}

fn nothing() {}

/// The last output counts; an empty one means none.
fn output_twice() -> Result<(), Error> {
    plugin::output(b"the first")?;
    plugin::output(b"another")?;
    plugin::Output::with_capacity(4)?.finish()?;
    plugin::output(b"")
}

/// Writes its input, of at most 64 bytes, in two pieces into an output with a capacity of 2,000.
fn shorter() -> Result<(), Error> {
    let mut buf = [0; 64];
    let input = plugin::input(&mut buf)?;
    let mut output = plugin::Output::with_capacity(2_000)?;
    for piece in input.chunks(33) {
        // Longer than one chunk of the copy.
        for _ in 0..20 {
            output.write_all(piece)?;
        }
    }
    output.finish()
}

/// Writes more than the capacity.
fn write() -> Result<(), Error> {
    let mut output = plugin::Output::with_capacity(8)?;
    output.write_all(b"")?;
    output.write_all(b"1234")?;
    if output.write(b"567890") != Ok(4) {
        return Err(Error::InvalidData);
    }
    output.write_all(b"x")
}

/// Sends its input to the server in the configuration, and returns the reply, without copying either.
fn send() -> Result<(), &'static str> {
    let mut buf = [0; 64];
    let server = plugin::config("server", &mut buf)?.ok_or("no server")?;
    let mut stream = TcpStream::connect(server)?;
    let input = plugin::input_block().ok_or("no input")?;
    stream.write_block(&input)?;
    let reply = stream.read_block(input.len())?.ok_or("no reply")?;
    plugin::output_block(reply);
    Ok(())
}

/// Fails with the library's error text.
fn connect() -> Result<(), Error> {
    TcpStream::connect("no port").map(drop)
}

/// Fails with its input as the error text.
fn say() -> Result<(), Text> {
    let mut text = Text([0; 64], 0);
    text.1 = plugin::input(&mut text.0).map_or(0, <[u8]>::len);
    Err(text)
}

/// A text without an allocation, like `heapless::String`.
struct Text([u8; 64], usize);

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        let text = self.0.get(..self.1).unwrap_or_default();
        core::str::from_utf8(text).unwrap_or("no text")
    }
}

/// Returns the configuration value that its input names.
fn config() -> Result<(), &'static str> {
    let (mut name, mut value) = ([0; 64], [0; 8]);
    let name = core::str::from_utf8(plugin::input(&mut name)?).map_err(|_| "no text")?;
    // Twice: the name's block must not be freed twice.
    let _ = plugin::config(name, &mut [0; 8])?;
    let value = plugin::config(name, &mut value)?.ok_or("no such value")?;
    plugin::output(value)?;
    Ok(())
}

/// The same, of any length.
fn config_block() -> Result<(), &'static str> {
    let mut name = [0; 64];
    let name = core::str::from_utf8(plugin::input(&mut name)?).map_err(|_| "no text")?;
    let value: Block = plugin::config_block(name)?.ok_or("no such value")?;
    plugin::output_block(value);
    Ok(())
}

/// Logs its input at each level.
fn log() -> Result<(), &'static str> {
    let mut buf = [0; 64];
    let line = core::str::from_utf8(plugin::input(&mut buf)?).map_err(|_| "no text")?;
    plugin::log(Level::Debug, line);
    plugin::log(Level::Info, line);
    plugin::log(Level::Warn, line);
    plugin::log(Level::Error, line);
    Ok(())
}

/// Panics, if its input is not empty.
fn panics() {
    assert!(plugin::input_block().is_none(), "the input is not empty");
}
