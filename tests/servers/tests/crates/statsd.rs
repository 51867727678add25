use crate::places::{Nobody, everywhere, nowhere};
use server_tests::guests::{Host, Package, call};
use server_tests::{Server, servers, started};
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than collectd takes to write what it has received.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn cadence_tells_collectd(host: Host) {
    let server = started(servers::collectd());
    let mut plugin = Package::Std.load("statsd", &host.config());
    let output = call(&mut plugin, format!("{} plugin", server.addr())).unwrap();
    assert_eq!(output, "3 datagrams, 56 bytes");
    assert_eq!(written(&server, "derive-plugin.requests-"), "3");
    assert_eq!(written(&server, "gauge-plugin.queue-"), "17.000000");
    assert_eq!(
        written(&server, "latency-plugin.answer-average-"),
        "0.250000"
    );
}

/// Returns the first value in the file whose name starts like this.
fn written(server: &Server, name: &str) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let files = fs::read_dir(server.file("data/crab/statsd"));
        let file = files.into_iter().flatten().flatten().find(|file| {
            let found = file.file_name();
            found.to_string_lossy().starts_with(name)
        });
        let text = file.and_then(|file| fs::read_to_string(file.path()).ok());
        // A heading, and then one time and value per line.
        let line = text
            .as_deref()
            .and_then(|text| text.split_inclusive('\n').nth(1));
        if let Some((_, value)) = line.and_then(|line| line.strip_suffix('\n')?.split_once(',')) {
            return value.to_owned();
        }
        assert!(Instant::now() < deadline, "collectd has not written {name}");
        sleep(Duration::from_millis(100));
    }
}

/// For both crates that open their own socket.
fn tells_collectd(name: &str, host: Host, latency: &str) {
    let server = started(servers::collectd());
    let config = host.config();
    let mut places = 0;
    everywhere(name, &config, server.addr(), |call, at| {
        // A separate name for each place, to distinguish them.
        let prefix = format!("plugin{places}");
        places += 1;
        assert_eq!(call(format!("{at} {prefix}")).unwrap(), "sent");
        assert_eq!(written(&server, &format!("derive-{prefix}.requests-")), "3");
        assert_eq!(
            written(&server, &format!("gauge-{prefix}.queue-")),
            "17.000000"
        );
        assert_eq!(
            written(&server, &format!("latency-{prefix}.answer-average-")),
            latency
        );
    });
}

pub fn cadence_with_its_own_sink_tells_collectd(host: Host) {
    tells_collectd("std_cadence", host, "0.250000");
    let config = host.config();
    nowhere("std_cadence", &config, Nobody::Name, |at| {
        format!("{at} plugin")
    });
}

pub fn statsd_tells_collectd(host: Host) {
    // The crate does not report failed sends.
    tells_collectd("std_statsd", host, "0.250000");
}
