//! MQTT 5 without std, with `rust-mqtt`: subscribes to a topic, publishes there, and returns what arrives. The crate
//! requires the traits of `embedded-io-async`, which `BlockingAsync` implements for a stream.
//!
//! Input: `ADDRESS TOPIC MESSAGE`. The configuration has `user` and `password`.

#![cfg(target_family = "wasm")]
#![no_std]

use embassy_futures::block_on;
use harness_wasi_sockets::embedded::{BlockingAsync, TcpStream};
use no_std_crate_guests::guest;
use no_std_crate_guests::plugin::{Failed, config, failed, no, output};
use rust_mqtt::buffer::BumpBuffer;
use rust_mqtt::client::Client;
use rust_mqtt::client::event::Event;
use rust_mqtt::client::options::{
    ConnectOptions, DisconnectOptions, PublicationOptions, SubscriptionOptions, TopicReference,
};
use rust_mqtt::types::{MqttBinary, MqttString, TopicFilter, TopicName};

guest!(run_it);

fn run_it(input: &str) -> Result<(), Failed> {
    let mut words = input.splitn(3, ' ');
    let (Some(address), Some(topic), Some(message)) = (words.next(), words.next(), words.next())
    else {
        return Err(no("the input is ADDRESS TOPIC MESSAGE"));
    };
    // All futures here are ready at the first poll.
    block_on(publish(address, topic, message))
}

async fn publish(address: &str, topic: &str, message: &str) -> Result<(), Failed> {
    let (user, password) = (config("user")?, config("password")?);
    let text = |text| MqttString::from_str(text).map_err(|why| failed("a text", why));
    let bad_topic = || no("that is no topic");

    // Received data stays here until the client is dropped.
    let mut memory = [0; 16 * 1024];
    let mut buffer = BumpBuffer::new(&mut memory);
    let mut client = Client::<_, _, 1, 1, 1, 1, 0, 0, 0>::new(&mut buffer);

    let stream = TcpStream::connect(address).map_err(|why| failed("connecting", why))?;
    let password =
        MqttBinary::from_slice(password.as_bytes()).map_err(|why| failed("the password", why))?;
    let options = ConnectOptions::new()
        .clean_start()
        .user_name(text(&user)?)
        .password(password);
    let connected = client.connect(BlockingAsync(stream), &options, None).await;
    connected.map_err(|why| failed("not let in", why))?;

    let filter = TopicFilter::new(text(topic)?).ok_or_else(bad_topic)?;
    let options = SubscriptionOptions::new().at_least_once();
    let subscribed = client.subscribe(filter, &options).await;
    subscribed.map_err(|why| failed("subscribing", why))?;

    let name = TopicName::new(text(topic)?).ok_or_else(bad_topic)?;
    let options = PublicationOptions::new(TopicReference::Name(name)).at_least_once();
    let published = client.publish(&options, message.into()).await;
    published.map_err(|why| failed("publishing", why))?;

    // The broker accepts both, and delivers the published message; the order is up to the broker.
    let (mut subscribed, mut published, mut arrived) = (false, false, false);
    while !(subscribed && published && arrived) {
        match client
            .poll()
            .await
            .map_err(|why| failed("receiving", why))?
        {
            Event::Suback(_) => subscribed = true,
            Event::PublishAcknowledged(_) => published = true,
            Event::Publish(publish) => {
                output(publish.message.as_bytes())?;
                arrived = true;
            }
            _ => {}
        }
    }
    let parted = client.disconnect(&DisconnectOptions::new()).await;
    parted.map_err(|why| failed("parting", why))?;
    Ok(())
}
