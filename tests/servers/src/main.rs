//! Prints the sizes of the guests, and the installed servers.

use server_tests::guests::Package;
use server_tests::servers::Kind;

fn main() {
    for package in [Package::Std, Package::NoStd, Package::Unmodified] {
        for guest in package.build() {
            println!("{} {}", guest.name, guest.bytes);
        }
    }
    for kind in Kind::ALL {
        match kind.installed() {
            Ok(()) => println!("{kind:?} is installed"),
            Err(why) => println!("{kind:?}: {why}"),
        }
    }
}
