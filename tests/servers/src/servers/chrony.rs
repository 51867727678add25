use crate::process::{Launch, Ready};
use crate::{Result, Server, program};

/// A client's request, of version 4.
const PROBE: &[u8] = &{
    let mut probe = [0; 48];
    probe[0] = 0x23;
    probe
};

/// chrony, which tells this machine's time, at stratum 5, and leaves its clock alone.
pub fn chrony() -> Result<Server> {
    let program = program("chronyd")?;
    Server::start("chrony", 1, |place| {
        let config = format!(
            "port {}\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 5\n\
             cmdport 0\nbindcmdaddress /\npidfile {}\n",
            place.port(0),
            place.file("chrony.pid").display()
        );
        let config = place.write("chrony.conf", config)?;
        let mut launch = Launch::new(&program);
        // In the foreground, without setting the clock, and not as root.
        launch.command.args(["-d", "-x", "-U", "-f"]).arg(config);
        launch.command.args(["-u", &place.user().name]);
        launch.ready = Ready::Udp(PROBE);
        Ok(launch)
    })
}
