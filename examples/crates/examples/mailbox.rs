//! IMAP, with `imap`: stores a message in the inbox, if one is given, and returns the subjects of all messages.
//!
//! Input: `ADDRESS`, and in the following lines a message. The configuration has `user` and `password`. They are sent
//! unencrypted: use this only on a trusted network, or over TLS.
//!
//! With the configuration value `wait`, a number of seconds, it first waits (with IDLE) until the mailbox changes, and
//! renews the wait at this interval. The renewal detects a lost connection, and servers drop a client that renews
//! nothing for half an hour. A minute is a good choice.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, config, plugin_fn};
use harness_wasi_sockets::{Silence, TcpStream};
use imap::extensions::idle::{SetReadTimeout, stop_on_any};
use std::io::{self, Read, Write};
use std::time::Duration;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, message) = input.split_once('\n').unwrap_or((&input, ""));
    let value = |key| config::get(key)?.ok_or(Error::msg(format!("no `{key}` is configured")));
    let (user, password) = (value("user")?, value("password")?);

    let mut client = imap::Client::new(Stream(TcpStream::connect(address)?));
    client.read_greeting()?;
    let mut session = client
        .login(user, password)
        .map_err(|(error, _client)| error)?;

    if !message.is_empty() {
        // In transit, a line of mail ends in CR LF.
        let message = message.replace('\n', "\r\n");
        session.append("INBOX", message.as_bytes()).finish()?;
    }

    session.select("INBOX")?;
    if let Some(seconds) = config::get("wait")? {
        let renew = Duration::from_secs(seconds.parse()?);
        session.idle().timeout(renew).wait_while(stop_on_any)?;
    }

    let mut subjects = String::new();
    if session.select("INBOX")?.exists > 0 {
        for mail in session.fetch("1:*", "ENVELOPE")?.iter() {
            let subject = mail
                .envelope()
                .and_then(|envelope| envelope.subject.as_ref());
            subjects += &String::from_utf8_lossy(subject.map_or(b"(none)", |text| text));
            subjects += "\n";
        }
    }
    session.logout()?;
    Ok(subjects)
}

/// A stream with the method that IDLE requires, from a trait of the crate.
struct Stream(TcpStream);

/// How long a command may take.
const COMMAND: Duration = Duration::from_secs(30);

impl SetReadTimeout for Stream {
    /// IDLE sets a timeout when it begins, and removes it when it ends.
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> imap::Result<()> {
        // During IDLE, silence does not mean a lost connection. Without a real clock this must be set explicitly.
        let silence = match timeout {
            Some(_) => Silence::TimedOut,
            None => Silence::EndOfStream,
        };
        self.0.set_silence(silence);
        Ok(self.0.set_read_timeout(Some(timeout.unwrap_or(COMMAND)))?)
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
