//! An application that builds its plugins itself, and uses only the functions.

use harness_host::guests;
use harness_host::peers::TcpEcho;
use host_tests::{Host, Language};
use std::path::Path;

fn is_python(host: &Host) -> bool {
    host.language == Language::Python
}

pub fn an_application_gives_its_plugins_sockets(host: &'static Host) {
    let echo = TcpEcho::v4().unwrap();
    let plugin = guests::example("tcp_echo").expect("the example");
    let application = match host.language {
        Language::Python => "application.py",
        Language::JavaScript => "application.mjs",
    };
    let run = |allow: &str| {
        let mut command = host.command_for_example(application);
        command
            .arg(&plugin)
            .arg(format!("{} sideways", echo.addr()));
        if is_python(host) {
            command.arg("--allow");
        }
        command.arg(allow).output().expect("the application")
    };
    let output = run(&echo.addr().to_string());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.stdout, b"sideways", "{said}");
    assert!(said.contains("8 bytes sent, 0 denied"), "{said}");

    let output = run("10.0.0.0/8");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    let denied = format!("denied: tcp_connect to {}: not allowed", echo.addr());
    assert!(said.contains(&denied), "{said}");
    assert!(said.contains("0 bytes sent, 1 denied"), "{said}");
}

/// The effect of each limit, and that two plugins have separate ones.
pub fn limits_are_kept_and_told(host: &'static Host) {
    let echo = TcpEcho::v4().unwrap();
    let script = match host.language {
        Language::Python => "tests/hosts/limits.py",
        Language::JavaScript => "tests/hosts/limits.mjs",
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let plugin = guests::example("tcp_echo").expect("the example");
    let mut command = host.command_for_script(&script);
    let output = command
        .arg(plugin)
        .arg(echo.addr().to_string())
        .arg(crate::http::plugin())
        .output();
    let output = output.expect("a script");
    let said = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    let expected = "\
        first: sideways, second: sideways\n\
        connections: tcp_connect, too many connections\n\
        bytes: tcp_send, too many bytes\n\
        time: tcp_connect, too much time\n\
        names: tcp_connect, not allowed\n\
        http: http_request, not allowed, true\n\
        http bytes: http_request, too many bytes, true\n\
        http body: http_request, too many bytes, true\n";
    assert_eq!(printed, expected, "{said}");
}
