use super::{PASSWORD, USER};
use crate::process::Launch;
use crate::{Result, Server, program};
use std::process::Command;

/// Mosquitto, which accepts only [`USER`] with [`PASSWORD`]; and anybody at its second address.
pub fn mosquitto() -> Result<Server> {
    let (broker, passwords) = (program("mosquitto")?, program("mosquitto_passwd")?);
    Server::start("mosquitto", 2, |place| {
        let file = place.file("passwords");
        let mut add = Command::new(&passwords);
        add.args(["-b", "-c"]).arg(&file).args([USER, PASSWORD]);
        place.run(&mut add)?;
        let config = format!(
            "per_listener_settings true\npersistence false\n\
             listener {} 127.0.0.1\nallow_anonymous false\npassword_file {}\n\
             listener {} 127.0.0.1\nallow_anonymous true\n",
            place.port(0),
            file.display(),
            place.port(1)
        );
        let config = place.write("mosquitto.conf", config)?;
        let mut launch = Launch::new(&broker);
        launch.command.arg("-c").arg(config);
        Ok(launch)
    })
}
