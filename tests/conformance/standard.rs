//! The behaviours over `std::net` itself: they expect what std does.

#[path = "suite/mod.rs"]
pub mod suite;

#[path = "of_std.rs"]
mod of_std;

use crate::server::Server;
use of_std::{connect_udp, net, udp_to};
use suite::{Peers, Who, behaviours, behaviours_with_threads};

const WHO: Who = Who::Std;

fn run(_name: &str, behaviour: fn(&Peers)) {
    let server = Server::start().expect("the server");
    behaviour(&server.peers());
}

behaviours!(tests);
behaviours_with_threads!(tests);
