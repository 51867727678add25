use crate::credentials;
use crate::places::{Nobody, everywhere, nowhere};
use harness_host::Clock;
use harness_host::peers::TcpPeer;
use server_tests::guests::{Host, Package, call};
use server_tests::servers::{USER, dovecot};
use server_tests::{Server, started};
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

pub fn imap_leaves_messages_in_dovecot_and_lists_them(host: Host) {
    let server = started(dovecot());
    let addr = server.addr();
    let mut plugin = Package::Std.load("mailbox", &credentials(host));
    assert_eq!(call(&mut plugin, addr.to_string()).unwrap(), "");
    let first = format!("{addr}\nFrom: crab@example.org\nSubject: Sideways\n\nHello.\n");
    assert_eq!(call(&mut plugin, first).unwrap(), "Sideways\n");
    // Larger than what goes over the wire in one piece.
    let body = "All work and no play.\n".repeat(5_000);
    let second = format!("{addr}\nFrom: crab@example.org\nSubject: Long\n\n{body}");
    assert_eq!(call(&mut plugin, second).unwrap(), "Sideways\nLong\n");

    let wrong = host.config().set("user", USER).set("password", "wrong");
    let mut plugin = Package::Std.load("mailbox", &wrong);
    let error = call(&mut plugin, addr.to_string()).unwrap_err();
    assert!(
        error.to_lowercase().contains("authentication failed"),
        "{error}"
    );
}

pub fn imap_waits_for_mail_without_a_clock() {
    let server = Arc::new(started(dovecot()));
    let between = between(Arc::clone(&server));
    // The plugin renews its wait after one of the host's.
    let config = credentials(Host::Default)
        .set("wait", "5")
        .clock(Clock::Fake);
    let mut plugin = Package::Std.load_with_wait("mailbox", &config, Duration::from_secs(1));
    let subjects = call(&mut plugin, between.addr().to_string());
    assert_eq!(subjects.as_deref(), Ok("At last\n"));
}

/// Stands between client and server, and delivers a mail when the client has renewed its wait.
fn between(server: Arc<Server>) -> TcpPeer {
    let peer = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), move |client, _| {
        client.set_read_timeout(None)?;
        let onwards = TcpStream::connect(server.addr())?;
        thread::scope(|scope| {
            scope.spawn(|| {
                let _ = io::copy(&mut &onwards, &mut &client);
                client.shutdown(Shutdown::Both)
            });
            let passed = pass_on(&client, &onwards, &server);
            let _ = onwards.shutdown(Shutdown::Both);
            passed
        })
    });
    peer.unwrap()
}

/// Passes on what the client says, line by line.
fn pass_on(client: &TcpStream, mut onwards: &TcpStream, server: &Server) -> io::Result<()> {
    let mut waits = 0;
    let mut client = BufReader::new(client);
    let mut line = Vec::new();
    while client.read_until(b'\n', &mut line)? > 0 {
        onwards.write_all(&line)?;
        if line.ends_with(b" IDLE\r\n") {
            waits += 1;
            if waits == 2 {
                deliver(server)?;
            }
        }
        line.clear();
    }
    Ok(())
}

/// Puts a mail into the inbox, as mail servers do.
fn deliver(server: &Server) -> io::Result<()> {
    let mail = server.file("mail/tmp/1.late");
    fs::write(&mail, "From: crab@example.org\r\nSubject: At last\r\n\r\n")?;
    fs::rename(mail, server.file("mail/new/1.late"))
}

pub fn imap_with_its_own_connection_leaves_messages_in_dovecot(host: Host) {
    let server = started(dovecot());
    let config = credentials(host);
    let mut subjects = String::new();
    everywhere("std_imap", &config, server.addr(), |call, at| {
        subjects += &format!("From {at}\n");
        assert_eq!(call(format!("{at}\nFrom {at}")).unwrap(), subjects);
    });
    nowhere("std_imap", &config, Nobody::NameAndPort, |at| {
        format!("{at}\nHello")
    });
}
