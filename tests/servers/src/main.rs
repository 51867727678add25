//! Prints how large the guests are, and which servers there are.

use server_tests::guests::Package;
use server_tests::program;

/// The programs that `servers` runs.
const PROGRAMS: [&str; 9] = [
    "redis-server",
    "nginx",
    "mosquitto",
    "dnsmasq",
    "chronyd",
    "dovecot",
    "coap-server-notls",
    "collectd",
    "python3",
];

fn main() {
    for package in [Package::Std, Package::NoStd] {
        for guest in package.build() {
            println!("{} {}", guest.name, guest.bytes);
        }
    }
    for name in PROGRAMS {
        match program(name) {
            Ok(path) => println!("{name}: {}", path.display()),
            Err(error) => println!("{error}"),
        }
    }
}
