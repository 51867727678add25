//! IMAP, with `imap` and its own connection: stores a message in the inbox and lists the subjects there.
//!
//! Input: `HOST:PORT`, a line break, and a subject. Output: one subject per line. The configuration values `user` and
//! `password` are the login.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, config, plugin_fn};
use imap::{ClientBuilder, ConnectionMode};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let wrong = || Error::msg("the input is HOST:PORT and a subject");
    let (address, subject) = input.split_once('\n').ok_or_else(wrong)?;
    let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
    let wanted = |name| config::get(name)?.ok_or_else(|| Error::msg(format!("no `{name}`")));

    let client = ClientBuilder::new(host, port.parse()?)
        .mode(ConnectionMode::Plaintext)
        .connect()?;
    let login = client.login(wanted("user")?, wanted("password")?);
    let mut session = login.map_err(|(error, _)| error)?;
    let message = format!("Subject: {subject}\r\n\r\nHello.\r\n");
    session.append("INBOX", message.as_bytes()).finish()?;
    let count = session.select("INBOX")?.exists;
    let mut subjects = String::new();
    for message in session
        .fetch(format!("1:{count}"), "BODY[HEADER.FIELDS (SUBJECT)]")?
        .iter()
    {
        let header = String::from_utf8_lossy(message.header().unwrap_or_default()).into_owned();
        subjects += header.trim().trim_start_matches("Subject: ");
        subjects += "\n";
    }
    session.logout()?;
    Ok(subjects)
}
