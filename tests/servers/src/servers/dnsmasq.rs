use crate::process::{Launch, Ready};
use crate::{Result, Server, program};

/// A query whose response does not matter: the root's name servers.
const PROBE: &[u8] = &[0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1];

/// dnsmasq, which knows the top-level domain `test` and asks no other server. `many.test` has [`MANY`] texts, too many
/// for a datagram.
pub fn dnsmasq() -> Result<Server> {
    let program = program("dnsmasq")?;
    Server::start("dnsmasq", 1, |place| {
        let mut launch = Launch::new(&program);
        launch
            .command
            .args([
                "--keep-in-foreground",
                "--log-facility=-",
                "--conf-file=/dev/null",
            ])
            .args(["--no-resolv", "--no-hosts", "--pid-file="])
            .args(["--listen-address=127.0.0.1", "--bind-interfaces"])
            .arg(format!("--port={}", place.port(0)))
            .arg(format!("--user={}", place.user().name))
            .arg(format!("--group={}", place.user().group))
            .args([
                "--local=/test/",
                "--host-record=crab.test,192.0.2.7,2001:db8::7",
            ])
            .args(["--mx-host=crab.test,mail.crab.test,10"])
            .arg("--txt-record=crab.test,sideways");
        for number in 0..MANY {
            let text = format!("{number:03}{}", "-".repeat(97));
            launch.command.arg(format!("--txt-record=many.test,{text}"));
        }
        launch.ready = Ready::Udp(PROBE);
        Ok(launch)
    })
}

/// The number of texts of `many.test`, of 100 bytes each.
pub const MANY: usize = 40;
