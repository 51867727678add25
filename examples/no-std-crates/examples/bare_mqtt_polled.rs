//! MQTT 5 without std, with `mountain-mqtt`: subscribes to a topic, publishes there, and returns what arrives. The
//! crate requires the traits of `embedded-io` 0.6, and polls: `BlockingAsync` implements its `Read`, `Write` and
//! `ReadReady`.
//!
//! Input: `ADDRESS TOPIC MESSAGE`. This version of the crate cannot set a user and a password, so the broker must
//! accept anonymous clients.

#![cfg(target_family = "wasm")]
#![no_std]

use core::cell::Cell;
use embassy_futures::block_on;
use harness_wasi_sockets::embedded::{BlockingAsync, TcpStream};
use mountain_mqtt::client::{
    Client, ClientNoQueue, ClientReceivedEvent, ConnectionSettings, Delay, EventHandler,
    EventHandlerError,
};
use mountain_mqtt::data::quality_of_service::QualityOfService;
use mountain_mqtt::embedded_io_async::ConnectionEmbedded;
use no_std_crate_guests::guest;
use no_std_crate_guests::plugin::{Failed, failed, no, output};

guest!(run_it);

/// How often the crate polls for a response before it gives up. A poll without data takes the host's wait, 5 s.
const POLLS: u32 = 12;

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
    let stream = TcpStream::connect(address).map_err(|why| failed("connecting", why))?;
    let connection = ConnectionEmbedded::new(BlockingAsync(stream));
    let (arrived, mut buf) = (Cell::new(false), [0; 16 * 1024]);
    let handler = Arriving(&arrived);
    // (A message may have at most 16 properties.)
    let mut client: ClientNoQueue<'_, _, _, _, 16> =
        ClientNoQueue::new(connection, &mut buf, NoDelay, POLLS, handler);

    let settings = ConnectionSettings::unauthenticated("bare_mqtt_polled");
    let connected = client.connect(&settings).await;
    connected.map_err(|why| failed("not let in", why))?;
    let subscribed = client.subscribe(topic, QualityOfService::Qos1).await;
    subscribed.map_err(|why| failed("subscribing", why))?;
    let qos = QualityOfService::Qos1;
    let published = client.publish(topic, message.as_bytes(), qos, false).await;
    published.map_err(|why| failed("publishing", why))?;
    // It may have arrived already, before the broker's acknowledgement.
    for _ in 0..POLLS {
        if arrived.get() {
            let parted = client.disconnect().await;
            return parted.map_err(|why| failed("parting", why));
        }
        let polled = client.poll(false).await;
        polled.map_err(|why| failed("receiving", why))?;
    }
    Err(no("nothing arrived"))
}

/// Copies what arrives to the output.
struct Arriving<'a>(&'a Cell<bool>);

impl<const P: usize> EventHandler<P> for Arriving<'_> {
    async fn handle_event(
        &mut self,
        event: ClientReceivedEvent<'_, P>,
    ) -> Result<(), EventHandlerError> {
        if let ClientReceivedEvent::ApplicationMessage(message) = event {
            output(message.payload).map_err(|_| EventHandlerError::Overflow)?;
            self.0.set(true);
        }
        Ok(())
    }
}

/// No delay is needed: each poll waits in the host.
struct NoDelay;

impl Delay for NoDelay {
    async fn delay_us(&mut self, _us: u32) {}
}
