use crate::process::Launch;
use crate::{Result, Server, program};

/// Redis; with a password, if one is given.
pub fn redis(password: Option<&str>) -> Result<Server> {
    let program = program("redis-server")?;
    Server::start("redis", 1, |place| {
        let mut launch = Launch::new(&program);
        launch
            .command
            .args(["--bind", "127.0.0.1", "--port", &place.port(0)])
            .args(["--save", "", "--appendonly", "no"])
            .args(["--requirepass", password.unwrap_or_default()])
            .arg("--dir")
            .arg(place.folder());
        Ok(launch)
    })
}
