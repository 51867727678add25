use super::{PASSWORD, USER};
use crate::find::postgres_folder;
use crate::process::{Launch, Ready};
use crate::{Result, Server};
use rustix::process::Signal;
use std::process::Command;

/// PostgreSQL, which lets [`USER`] in with [`PASSWORD`], by SCRAM.
pub fn postgres() -> Result<Server> {
    let programs = postgres_folder()?;
    Server::start("postgres", 1, |place| {
        let password = place.write("password", PASSWORD)?;
        let data = place.file("data");
        let mut initdb = Command::new(programs.join("initdb"));
        initdb
            .args(["--username", USER, "--auth", "scram-sha-256", "--no-sync"])
            .args(["--encoding", "UTF8", "--locale", "C"])
            .arg("--pwfile")
            .arg(password)
            .arg("--pgdata")
            .arg(&data);
        place.run(&mut initdb)?;

        let mut launch = Launch::new(programs.join("postgres"));
        launch
            .command
            .arg("-D")
            .arg(&data)
            .args(["-p", &place.port(0)])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "fsync=off"]);
        // It accepts connections before it accepts logins.
        launch.ready = Ready::Says("database system is ready to accept connections");
        // It stops at once, without waiting for its clients.
        launch.stop = Signal::INT;
        Ok(launch)
    })
}
