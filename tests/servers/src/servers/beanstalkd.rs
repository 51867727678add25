use crate::process::Launch;
use crate::{Result, Server, program};

/// beanstalkd, a queue of jobs.
pub fn beanstalkd() -> Result<Server> {
    let program = program("beanstalkd")?;
    Server::start("beanstalkd", 1, |place| {
        let mut launch = Launch::new(&program);
        launch
            .command
            .args(["-l", "127.0.0.1", "-p", &place.port(0)]);
        Ok(launch)
    })
}
