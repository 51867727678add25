//! PostgreSQL, with `postgres-protocol`: logs in with a password (SCRAM), runs a query, and returns the rows.
//!
//! Input: `ADDRESS QUERY`, for example `127.0.0.1:5432 SELECT 1`. Output: one row per line, the columns separated by
//! tabs. The configuration has `user`, `password` and `database`.

#![cfg(target_family = "wasm")]

use bytes::BytesMut;
use extism_pdk::{Error, FnResult, config, plugin_fn};
use fallible_iterator::FallibleIterator;
use harness_wasi_sockets::TcpStream;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;
use std::io::{Read, Write};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, query) = input
        .split_once(' ')
        .unwrap_or((&input, "SELECT version()"));
    let value = |key| config::get(key)?.ok_or(Error::msg(format!("no `{key}` is configured")));
    let (user, password, database) = (value("user")?, value("password")?, value("database")?);

    let mut server = Connection {
        stream: TcpStream::connect(address)?,
        received: BytesMut::new(),
    };
    let parameters = [("user", user.as_str()), ("database", database.as_str())];
    server.send(|buf| frontend::startup_message(parameters, buf))?;
    log_in(&mut server, password.as_bytes())?;

    server.send(|buf| frontend::query(query, buf))?;
    let mut rows = String::new();
    loop {
        match server.receive()? {
            Message::DataRow(row) => {
                let columns = row.ranges().map(|range| {
                    let column = range.map_or(&b"NULL"[..], |range| &row.buffer()[range]);
                    Ok(String::from_utf8_lossy(column).into_owned())
                });
                rows += &columns.collect::<Vec<_>>()?.join("\t");
                rows += "\n";
            }
            Message::ReadyForQuery(_) => break,
            _ => {}
        }
    }
    server.send(|buf| {
        frontend::terminate(buf);
        Ok(())
    })?;
    Ok(rows)
}

/// Proves to the server that the client knows the password, and checks the server's proof.
fn log_in(server: &mut Connection, password: &[u8]) -> Result<(), Error> {
    let mut scram = ScramSha256::new(password, ChannelBinding::unsupported());
    loop {
        match server.receive()? {
            Message::AuthenticationSasl(offer) => {
                let mut offered = offer.mechanisms();
                if !offered.any(|mechanism| Ok(mechanism == SCRAM_SHA_256))? {
                    return Err(Error::msg("the server does not offer SCRAM-SHA-256"));
                }
                let first = scram.message();
                server.send(|buf| frontend::sasl_initial_response(SCRAM_SHA_256, first, buf))?;
            }
            Message::AuthenticationSaslContinue(challenge) => {
                scram.update(challenge.data())?;
                server.send(|buf| frontend::sasl_response(scram.message(), buf))?;
            }
            Message::AuthenticationSaslFinal(last) => scram.finish(last.data())?,
            Message::ReadyForQuery(_) => return Ok(()),
            // The successful login, the server's settings, and a key for cancelling queries.
            Message::AuthenticationOk | Message::ParameterStatus(_) => {}
            Message::BackendKeyData(_) | Message::NoticeResponse(_) => {}
            _ => return Err(Error::msg("the server wants another way to log in")),
        }
    }
}

struct Connection {
    stream: TcpStream,
    /// Received bytes that are not a complete message yet.
    received: BytesMut,
}

impl Connection {
    fn send(
        &mut self,
        message: impl FnOnce(&mut BytesMut) -> std::io::Result<()>,
    ) -> Result<(), Error> {
        let mut buf = BytesMut::new();
        message(&mut buf)?;
        Ok(self.stream.write_all(&buf)?)
    }

    /// Returns the next message. The server's error messages become errors.
    fn receive(&mut self) -> Result<Message, Error> {
        loop {
            match Message::parse(&mut self.received)? {
                Some(Message::ErrorResponse(error)) => {
                    let fields = error.fields().filter(|field| Ok(field.type_() == b'M'));
                    let texts = fields
                        .map(|field| Ok(String::from_utf8_lossy(field.value_bytes()).into_owned()));
                    return Err(Error::msg(texts.collect::<Vec<_>>()?.join("; ")));
                }
                Some(message) => return Ok(message),
                None => {}
            }
            let mut buf = [0; 4096];
            match self.stream.read(&mut buf)? {
                0 => return Err(Error::msg("the server closed the connection")),
                n => self.received.extend_from_slice(&buf[..n]),
            }
        }
    }
}
