use super::{PASSWORD, USER};
use crate::process::Launch;
use crate::{Result, Server, program};
use std::process::Command;

/// Mosquitto, which lets [`USER`] in with [`PASSWORD`], and nobody else.
pub fn mosquitto() -> Result<Server> {
    let (broker, passwords) = (program("mosquitto")?, program("mosquitto_passwd")?);
    Server::start("mosquitto", 1, |place| {
        let file = place.file("passwords");
        let mut add = Command::new(&passwords);
        add.args(["-b", "-c"]).arg(&file).args([USER, PASSWORD]);
        place.run(&mut add)?;
        let config = format!(
            "listener {} 127.0.0.1\nallow_anonymous false\npassword_file {}\npersistence false\n",
            place.port(0),
            file.display()
        );
        let config = place.write("mosquitto.conf", config)?;
        let mut launch = Launch::new(&broker);
        launch.command.arg("-c").arg(config);
        Ok(launch)
    })
}
