use crate::process::{Launch, Ready};
use crate::{Result, Server, program};

/// Asks for `sysName.0`, in version 2c.
const PROBE: &[u8] =
    b"\x30\x24\x02\x01\x01\x04\x04crab\xa0\x19\x02\x01\x01\x02\x01\x00\x02\x01\x00\
    \x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x05\x00\x05\x00";

/// Net-SNMP's daemon, for a device called `sideways`, with the community `crab`.
pub fn snmpd() -> Result<Server> {
    let program = program("snmpd")?;
    Server::start("snmpd", 1, |place| {
        let config = place.write(
            "snmpd.conf",
            "rocommunity crab 127.0.0.1\nsysName sideways\n",
        )?;
        let mut launch = Launch::new(&program);
        launch
            .command
            .args(["-f", "-Lo", "-C", "-c"])
            .arg(config)
            .arg("-p")
            .arg(place.file("pid"))
            .arg(format!("udp:127.0.0.1:{}", place.port(0)))
            .env("SNMP_PERSISTENT_DIR", place.folder());
        launch.ready = Ready::Udp(PROBE);
        Ok(launch)
    })
}
