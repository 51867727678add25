use crate::process::{Launch, Ready};
use crate::{Error, Result, Server, program};
use std::path::Path;

/// What its statistics are called; a part of Debian's package.
const TYPES: &str = "/usr/share/collectd/types.db";

/// collectd, as a StatsD server. It writes what it has received every second, below the folder `data/crab/statsd`, one
/// file per metric.
pub fn collectd() -> Result<Server> {
    let program = program("collectd")?;
    if !Path::new(TYPES).is_file() {
        return Err(Error::Missing(TYPES.to_owned()));
    }
    Server::start("collectd", 1, |place| {
        let config = CONFIG
            .replace("{types}", TYPES)
            .replace("{folder}", &place.folder().to_string_lossy())
            .replace("{port}", &place.port(0));
        let config = place.write("collectd.conf", config)?;
        let mut launch = Launch::new(&program);
        launch.command.arg("-f").arg("-C").arg(config);
        launch.ready = Ready::Says("Listening on");
        Ok(launch)
    })
}

const CONFIG: &str = "
Hostname crab
FQDNLookup false
Interval 1
BaseDir \"{folder}\"
PIDFile \"{folder}/pid\"
TypesDB \"{types}\"
LoadPlugin csv
LoadPlugin statsd
<Plugin csv>
  DataDir \"{folder}/data\"
</Plugin>
<Plugin statsd>
  Host \"127.0.0.1\"
  Port \"{port}\"
</Plugin>
";
