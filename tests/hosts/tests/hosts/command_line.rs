//! An invalid command line causes one line of text, at once.

use host_tests::Host;

pub fn what_is_wrong_is_one_line(host: &'static Host) {
    let no_plugin = ["no-such.wasm", "run", "input"];
    for (arguments, status, says) in [
        (
            &["--allow", "localhost"][..],
            2,
            "--allow localhost: expected all, loopback,",
        ),
        (&["--set", "key"], 2, "--set key: expected KEY=VALUE"),
        (&[], 1, "no-such.wasm"),
    ] {
        let output = host.command().args(no_plugin).args(arguments).output();
        let output = output.expect("the host");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains(says), "{said}");
        assert!(output.stdout.is_empty());
    }
}
