//! IMAP, with `imap`: leaves a message in the inbox, if one is given, and returns the subjects of
//! all that are there.
//!
//! Input: `ADDRESS`, and in the following lines a message. The configuration has `user` and
//! `password`. They go over the wire as they are: use this where the wire is yours, or put TLS
//! below it.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, config, plugin_fn};
use harness_wasi_sockets::TcpStream;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, message) = input.split_once('\n').unwrap_or((&input, ""));
    let value = |key| config::get(key)?.ok_or(Error::msg(format!("no `{key}` is configured")));

    let mut client = imap::Client::new(TcpStream::connect(address)?);
    client.read_greeting()?;
    let mut session = client
        .login(value("user")?, value("password")?)
        .map_err(|(error, _client)| error)?;

    if !message.is_empty() {
        // On the wire, a line of mail ends in CR LF.
        let message = message.replace('\n', "\r\n");
        session.append("INBOX", message.as_bytes()).finish()?;
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
