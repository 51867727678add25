//! Every form that an address can have, and what the host is given for it.

use super::*;
use core::fmt;
use std::io::ErrorKind;

fn addrs(addr: impl ToSocketAddrs) -> Result<Vec<SocketAddr>, ErrorKind> {
    addr.to_socket_addrs()
        .map(Iterator::collect)
        .map_err(|error| error.kind())
}

#[test]
fn every_form_that_std_takes() {
    let v4 = "127.0.0.1:80".parse::<SocketAddr>().unwrap();
    let (text, reference) = (String::from("127.0.0.1:80"), &&v4);
    let v6 = "[::1]:80".parse::<SocketAddr>().unwrap();
    for found in [
        addrs("127.0.0.1:80"),
        addrs(String::from("127.0.0.1:80")),
        addrs(&text),
        addrs(("127.0.0.1", 80)),
        addrs((String::from("127.0.0.1"), 80)),
        addrs((IpAddr::from([127, 0, 0, 1]), 80)),
        addrs((Ipv4Addr::LOCALHOST, 80)),
        addrs(v4),
        addrs(reference),
        addrs(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80)),
        addrs(&[v4][..]),
    ] {
        assert_eq!(found, Ok(vec![v4]));
    }
    for found in [
        addrs("[::1]:80"),
        addrs("::1:80"),
        addrs(("::1", 80)),
        addrs((Ipv6Addr::LOCALHOST, 80)),
        addrs(SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 0, 0)),
    ] {
        assert_eq!(found, Ok(vec![v6]));
    }
    for found in [
        addrs("localhost:80"),
        addrs(("LOCALHOST.", 80)),
        addrs(&[v4, v6][..]),
    ] {
        assert_eq!(found, Ok(vec![v4, v6]));
    }
    assert_eq!(addrs(&[][..]), Ok(vec![]));
}

/// What the host is asked to connect to, one after the other.
fn tried(addr: impl ToSocketAddrs) -> Result<Vec<String>, ErrorKind> {
    let mut tried = Vec::new();
    let what = |endpoint: Endpoint| {
        endpoint.text().with_text(|_| Ok(()))?;
        tried.push(endpoint.text().to_owned());
        Err::<(), _>(Error::ConnectFailed)
    };
    match try_each(addr, what).unwrap_err().kind() {
        ErrorKind::ConnectionRefused => Ok(tried),
        kind => Err(kind),
    }
}

/// With and without brackets, with and without the number of a scope, apart and in one text.
#[test]
fn an_ipv6_address_is_one_in_every_form() {
    for (ip, scope) in [
        ("::1", 0),
        ("2001:db8::1", 0),
        ("::ffff:127.0.0.1", 0),
        ("1:2:3:4:5:6:7:8", 0),
        ("fe80::1%4", 4),
        ("fe80::1%0", 0),
        ("fe80::1%4294967295", u32::MAX),
    ] {
        let address = ip.split('%').next().unwrap().parse().unwrap();
        let expected = Ok(vec![SocketAddrV6::new(address, 80, 0, scope).into()]);
        let text = Ok(vec![format!("[{ip}]:80")]);
        assert_eq!(addrs((ip, 80)), expected, "{ip}");
        assert_eq!(tried((ip, 80)), text, "{ip}");
        for written in [format!("[{ip}]:80"), format!("{ip}:80")] {
            assert_eq!(addrs(&written), expected, "{written}");
            assert_eq!(tried(&written), text, "{written}");
        }
        let bracketed = (format!("[{ip}]"), 80);
        assert_eq!(addrs(bracketed.clone()), expected, "[{ip}]");
        assert_eq!(tried(bracketed), text, "[{ip}]");
    }
}

/// The number of an interface is known to the host alone.
#[test]
fn a_scope_by_name_is_for_the_host() {
    let expected = Ok(vec!["[fe80::1%eth0]:80".to_owned()]);
    assert_eq!(tried(("fe80::1%eth0", 80)), expected);
    assert_eq!(tried(("[fe80::1%eth0]", 80)), expected);
    for written in ["[fe80::1%eth0]:80", "fe80::1%eth0:80"] {
        assert_eq!(tried(written), expected);
        assert_eq!(addrs(written), Err(ErrorKind::Unsupported));
    }
}

/// `rsplit_once(':')` makes a port of the last group, and a name of what is before it.
#[test]
fn an_ipv6_address_whose_port_was_forgotten_is_none() {
    for bad in ["::1", "2001:db8::1", "fe80::1", "1::", "::", "fe80::1%4"] {
        assert_eq!(tried(bad), Err(ErrorKind::InvalidInput), "{bad:?}");
        assert_eq!(addrs(bad), Err(ErrorKind::InvalidInput), "{bad:?}");
    }
    // Only the shape is looked at before the host is asked, which finds no address in that.
    assert_eq!(tried("1:2:3:4:5:6:7:8").unwrap(), ["[1:2:3:4:5:6:7]:8"]);
    assert_eq!(addrs("1:2:3:4:5:6:7:8"), Err(ErrorKind::InvalidInput));
}

/// Whatever is read as an address goes to the host as one, and whatever is a name as that name.
#[test]
fn what_is_read_and_what_is_tried_is_the_same() {
    let hosts = crate::address::tests::texts();
    let ports = ["", ":", ":80", ":65535", ":65536", ":8o"];
    let mut found = [0; 3];
    for host in &hosts {
        for port in ports {
            found[one_form(format!("{host}{port}"))] += 1;
            found[one_form(format!("[{host}]{port}"))] += 1;
        }
        found[one_form((host.clone(), 80))] += 1;
    }
    assert!(found.iter().all(|n| *n > 500), "{found:?}");
}

/// 0 for no address, 1 for an address, 2 for what is the host's to resolve.
fn one_form(addr: impl ToSocketAddrs + fmt::Debug) -> usize {
    let (tried, addrs) = (tried(&addr), addrs(&addr));
    match (&tried, &addrs) {
        (Ok(tried), Ok(addrs)) => {
            let back: Vec<_> = tried
                .iter()
                .flat_map(|text| self::addrs(&**text))
                .flatten()
                .collect();
            assert_eq!(back, *addrs, "{addr:?}");
            1
        }
        (Ok(tried), Err(ErrorKind::Unsupported)) => {
            let (host, _) = tried[0].rsplit_once(':').unwrap();
            let name = !host.contains([':', '[', ']', '%']) && !host.starts_with('-');
            let scoped = host
                .strip_prefix('[')
                .is_some_and(|host| host.contains('%'));
            assert!(tried.len() == 1 && (name || scoped), "{addr:?}: {host:?}");
            2
        }
        // An address in shape alone: the host finds none in it.
        (Ok(tried), Err(ErrorKind::InvalidInput)) => {
            assert!(tried[0].starts_with('['), "{addr:?}: {tried:?}");
            0
        }
        (Err(tried), Err(addrs)) => {
            assert_eq!(
                (*tried, *addrs),
                (ErrorKind::InvalidInput, ErrorKind::InvalidInput)
            );
            0
        }
        _ => panic!("{addr:?}: {tried:?}, {addrs:?}"),
    }
}

/// Whatever somebody's own implementation gives as text.
struct Text(&'static str);

impl ToSocketAddrs for Text {
    type Iter = vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        self.0.to_socket_addrs()
    }

    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        Ok(Endpoints::Text(self.0.to_owned()))
    }
}

#[test]
fn text_from_elsewhere_is_checked_too() {
    assert_eq!(tried(Text("[::1]:80")).unwrap(), ["[::1]:80"]);
    assert_eq!(
        tried(Text("localhost:80")).unwrap(),
        ["127.0.0.1:80", "[::1]:80"]
    );
    assert_eq!(tried(Text("example.org:80")).unwrap(), ["example.org:80"]);
    for bad in [
        "",
        "example.org",
        "1:2:3:80",
        "a:b:80",
        "-a:80",
        "[example.org]:80",
    ] {
        assert_eq!(tried(Text(bad)), Err(ErrorKind::InvalidInput), "{bad:?}");
    }
}

#[test]
fn localhost_is_two_addresses_and_a_name_is_for_the_host() {
    for localhost in ["localhost:80", "LocalHost:80", "localhost.:80"] {
        assert_eq!(tried(localhost).unwrap(), ["127.0.0.1:80", "[::1]:80"]);
    }
    assert_eq!(tried(("localhost", 7)).unwrap(), ["127.0.0.1:7", "[::1]:7"]);
    for name in [
        "localhosts:80",
        "localhost..:80",
        "a.localhost:80",
        "example.org:80",
    ] {
        let expected = if name.contains("..") {
            Err(ErrorKind::InvalidInput)
        } else {
            Ok(vec![name.to_owned()])
        };
        assert_eq!(tried(name), expected);
    }
    assert_eq!(tried(("example.org", 80)).unwrap(), ["example.org:80"]);
    assert_eq!(addrs("example.org:80"), Err(ErrorKind::Unsupported));
    assert_eq!(addrs(("example.org", 80)), Err(ErrorKind::Unsupported));
    let v4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 65_535);
    assert_eq!(tried(v4).unwrap(), ["127.0.0.1:65535"]);
}

#[test]
fn what_is_no_address() {
    for bad in [
        "",
        ":",
        "localhost",
        "127.0.0.1",
        "localhost:",
        ":80",
        "localhost:65536",
        "localhost:+80",
        "a b:80",
        "a\0:80",
        "a:80\0",
        "a:80 ",
        "user@host:80",
    ] {
        assert_eq!(addrs(bad), Err(ErrorKind::InvalidInput), "{bad:?}");
        assert_eq!(tried(bad), Err(ErrorKind::InvalidInput), "{bad:?}");
    }
    for bad in [("", 80), ("a".repeat(300).as_str(), 80)] {
        assert_eq!(addrs(bad), Err(ErrorKind::InvalidInput));
        assert_eq!(tried(bad), Err(ErrorKind::InvalidInput));
    }
}
