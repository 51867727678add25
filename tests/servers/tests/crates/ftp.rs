use crate::credentials;
use crate::places::{self, Nobody, everywhere, nowhere};
use server_tests::guests::Host;
use server_tests::{servers, started};

pub fn suppaftp_stores_and_fetches_files_at_pyftpdlib(host: Host) {
    let server = started(servers::ftp());
    let config = credentials(host);
    let long = "All work and no play.\n".repeat(20_000);
    everywhere("std_suppaftp", &config, server.addr(), |call, at| {
        for mode in ["passive", "extended"] {
            // There the server names a port alone, and this host knows the name with one port only.
            if mode == "extended" && at.starts_with(places::KNOWN) {
                continue;
            }
            let output = call(format!("{at}\n{mode}\n{long}")).unwrap();
            assert_eq!(output, format!("note.txt\n{long}"));
        }
    });
    nowhere("std_suppaftp", &config, Nobody::NameAndPort, |at| {
        format!("{at}\npassive\nHello")
    });
}
