//! MQTT, with `mqttbytes`: subscribes to a topic, publishes there, and returns what arrives.
//!
//! Input: `ADDRESS TOPIC MESSAGE`. The configuration may have `user` and `password`.

#![cfg(target_family = "wasm")]

use bytes::BytesMut;
use extism_pdk::{Error, FnResult, config, plugin_fn};
use harness_wasi_sockets::TcpStream;
use mqttbytes::QoS;
use mqttbytes::v4::{Connect, ConnectReturnCode, Disconnect, Packet, PubAck, Publish, Subscribe};
use std::io::{Read, Write};

const MOST: usize = 64 * 1024;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let words: Vec<&str> = input.splitn(3, ' ').collect();
    let &[address, topic, message] = words.as_slice() else {
        return Err(Error::msg("the input is ADDRESS TOPIC MESSAGE").into());
    };
    let mut broker = Broker {
        stream: TcpStream::connect(address)?,
        received: BytesMut::new(),
    };

    // An empty client name: the broker assigns one.
    let mut connect = Connect::new("");
    if let (Some(user), Some(password)) = (config::get("user")?, config::get("password")?) {
        connect.set_login(user, password);
    }
    broker.send(|buf| connect.write(buf))?;
    match broker.receive()? {
        Packet::ConnAck(ack) if ack.code == ConnectReturnCode::Success => {}
        other => return Err(Error::msg(format!("not let in: {other:?}")).into()),
    }

    let mut subscribe = Subscribe::new(topic, QoS::AtLeastOnce);
    subscribe.pkid = 1;
    broker.send(|buf| subscribe.write(buf))?;
    let mut publish = Publish::new(topic, QoS::AtLeastOnce, message);
    publish.pkid = 2;
    broker.send(|buf| publish.write(buf))?;

    // The broker accepts both, and delivers the published message; the order is up to the broker.
    let (mut subscribed, mut published, mut arrived) = (false, false, None);
    while !(subscribed && published && arrived.is_some()) {
        match broker.receive()? {
            Packet::SubAck(ack) if ack.pkid == 1 => subscribed = true,
            Packet::PubAck(ack) if ack.pkid == 2 => published = true,
            Packet::Publish(publish) => {
                broker.send(|buf| PubAck::new(publish.pkid).write(buf))?;
                arrived = Some(publish);
            }
            other => return Err(Error::msg(format!("unexpected: {other:?}")).into()),
        }
    }
    broker.send(|buf| Disconnect.write(buf))?;
    let arrived = arrived.ok_or(Error::msg("nothing arrived"))?;
    Ok(String::from_utf8(arrived.payload.to_vec())?)
}

struct Broker {
    stream: TcpStream,
    /// Received bytes that are not a complete packet yet.
    received: BytesMut,
}

impl Broker {
    fn send(
        &mut self,
        packet: impl FnOnce(&mut BytesMut) -> Result<usize, mqttbytes::Error>,
    ) -> Result<(), Error> {
        let mut buf = BytesMut::new();
        packet(&mut buf).map_err(|error| Error::msg(format!("{error:?}")))?;
        Ok(self.stream.write_all(&buf)?)
    }

    fn receive(&mut self) -> Result<Packet, Error> {
        loop {
            match mqttbytes::v4::read(&mut self.received, MOST) {
                Ok(packet) => return Ok(packet),
                Err(mqttbytes::Error::InsufficientBytes(_)) => {}
                Err(error) => return Err(Error::msg(format!("{error:?}"))),
            }
            let mut buf = [0; 4096];
            match self.stream.read(&mut buf)? {
                0 => return Err(Error::msg("the broker closed the connection")),
                n => self.received.extend_from_slice(&buf[..n]),
            }
        }
    }
}
