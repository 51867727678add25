use crate::process::{Launch, Ready};
use crate::{Result, Server, program};

/// An empty message that wants an answer, which servers reset: a ping.
const PROBE: &[u8] = &[0x40, 0, 0, 1];

/// libcoap's example server. Its resources are `/`, `time`, `async`, and those that are put.
pub fn coap() -> Result<Server> {
    let program = program("coap-server-notls")?;
    Server::start("coap-server", 1, |place| {
        let mut launch = Launch::new(&program);
        launch
            .command
            .args(["-A", "127.0.0.1", "-p", &place.port(0), "-d", "10"]);
        launch.ready = Ready::Udp(PROBE);
        Ok(launch)
    })
}
