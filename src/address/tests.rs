use super::*;

fn text_of(address: impl Address) -> Result<std::string::String, Error> {
    address.with_text(|text| Ok(std::str::from_utf8(text).unwrap().to_owned()))
}

#[test]
fn socket_addresses_read_as_std_writes_them() {
    for address in [
        "0.0.0.0:0",
        "127.0.0.1:6000",
        "255.255.255.255:65535",
        "10.9.100.99:80",
        "[::]:1",
        "[::1]:8080",
        "[2001:db8::1:0:0:1]:443",
        "[2001:db8:0:0:1::]:443",
        "[1:2:3:4:5:6:7:8]:9",
        "[1:0:3:4:5:6:7:8]:9",
        "[fe80::a0b:1%4294967295]:9",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535",
    ] {
        let parsed: SocketAddr = address.parse().unwrap();
        assert_eq!(text_of(parsed).unwrap(), address);
        assert_eq!(text_of(address).unwrap(), address);
    }
}

#[test]
fn hosts_with_ports() {
    assert_eq!(text_of(("localhost", 80)).unwrap(), "localhost:80");
    assert_eq!(text_of(("::1", 80)).unwrap(), "[::1]:80");
    assert_eq!(text_of(("[::1]", 80)).unwrap(), "[::1]:80");
    assert_eq!(text_of((Ipv4Addr::LOCALHOST, 1)).unwrap(), "127.0.0.1:1");
    assert_eq!(
        text_of((IpAddr::from(Ipv6Addr::LOCALHOST), 1)).unwrap(),
        "[::1]:1"
    );
    assert_eq!(text_of(("a b", 80)), Err(Error::InvalidAddress));
    assert_eq!(
        text_of(("a".repeat(400).as_str(), 80)),
        Err(Error::InvalidAddress)
    );
}

#[test]
fn text_that_can_be_an_address() {
    let longest = format!("{0}.{0}.{0}.{1}.:65535", "a".repeat(63), "b".repeat(61));
    for good in [
        "localhost:8080",
        "example.org.:80",
        "my_host-1:00080",
        "a:0",
        "9.9:1",
        &longest,
    ] {
        assert_eq!(text_of(good).as_deref(), Ok(good));
    }
    assert_eq!(longest.len(), ROOM);
    let host = longest.strip_suffix(":65535").unwrap();
    assert_eq!(text_of((host, 65535)).unwrap(), longest);
}

#[test]
fn text_that_cannot() {
    let long_label = format!("{}:80", "a".repeat(64));
    let long_name = format!("{0}.{0}.{0}.{1}:80", "a".repeat(63), "b".repeat(62));
    for bad in [
        "",
        ":",
        "localhost",
        "localhost:",
        ":80",
        "localhost:65536",
        "localhost:999999999999",
        "localhost:0000000000000000000000000000000000000000000000000000000000000080",
        "localhost:-1",
        "localhost:+1",
        "localhost:8o",
        "localhost:http",
        " localhost:80",
        "local host:80",
        "localhost:80 ",
        "localhost\0:80",
        "localhost:80\0",
        "local\nhost:80",
        "user@host:80",
        "[::1:80",
        "::1]:80",
        "::1:80",
        "[]:80",
        "[localhost]:80",
        "[::1]",
        "[::1]80",
        "a[::1]:80",
        "[::1]a:80",
        "[::1%]:80",
        "[::1%e\0]:80",
        "[::1%a%b]:80",
        "a%b:80",
        "a..b:80",
        ".a:80",
        "a..:80",
        ".:80",
        "höst:80",
        "host/x:80",
        "a,b:80",
        &long_label,
        &long_name,
    ] {
        assert_eq!(text_of(bad), Err(Error::InvalidAddress), "{bad:?}");
    }
}

#[test]
fn targets_have_no_port() {
    for good in [
        "8.8.8.8",
        "localhost",
        "::1",
        "fe80::1%eth0",
        "example.org.",
    ] {
        assert_eq!(check_target(good), Ok(()), "{good}");
    }
    for bad in ["", "8.8.8.8:80", "[::1]", "a b", "a\0", "%1", "::1%"] {
        assert_eq!(check_target(bad), Err(Error::InvalidAddress), "{bad:?}");
    }
}

/// Hosts and near misses: those below, and random mixtures of the characters that matter, from a small generator.
pub(crate) fn texts() -> Vec<std::string::String> {
    let mut texts: Vec<std::string::String> = HOSTS.map(str::to_owned).into();
    let mut state = 1_u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    for _ in 0..20_000 {
        let len = next(16);
        let characters = (0..len).map(|_| char::from(b"::::0123..f[]%x-"[next(16)]));
        texts.push(characters.collect());
    }
    texts
}

const HOSTS: [&str; 73] = [
    "",
    "1",
    "1.2.3",
    "1.2.3.4",
    "1.2.3.4.",
    ".1.2.3.4",
    "1.2.3.4.5",
    "01.2.3.4",
    "00.0.0.0",
    "1.2.3.256",
    "1.2.3.0256",
    "1..2.3",
    "+1.2.3.4",
    "1.2.3.4 ",
    ":",
    "::",
    ":::",
    "::1",
    "1::",
    "1::2",
    "1::2::3",
    ":1",
    "1:",
    "::1:",
    ":1::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1::3:4:5:6:7:8",
    "1:2:3:4::5:6:7:8",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "::ffff:1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1:2:3:4:5:1.2.3.4",
    "1.2.3.4::",
    "1.2.3.4::1",
    "::1.2.3.4:1",
    "::1.2.3",
    "1:2:3:4:5::1.2.3.4",
    "1:2:3:4:5:6::1.2.3.4",
    "0001::",
    "00001::",
    "FFFF::AbCd",
    "g::",
    "::-1",
    "::+1",
    "fe80::1%1",
    "::%",
    "::1%0",
    "1::%eth0",
    "localhost",
    "LOCALHOST.",
    "a.example",
    "a_b.example",
    "-a.example",
    "a.-b.example",
    "a-.example",
    "127.1",
    "2001:db8::1",
    "2001:db8:",
    "fe80::1%eth0",
    "fe80::1%eth0%1",
    "12:30:45",
    "00:11:22:33:44:55",
    "[::1",
    "::1]",
    "[[::1]]",
    "a:b",
    "a:80",
];

/// This parser accepts exactly what the standard library accepts as an IP address.
#[test]
fn numeric_addresses_are_those_of_std() {
    for text in texts() {
        assert_eq!(ip(text.as_bytes()), text.parse().ok(), "{text:?}");
    }
}

/// What std parses as a socket address is passed to the host unchanged.
#[test]
fn what_std_reads_is_an_endpoint() {
    for host in texts() {
        for text in [
            format!("{host}:80"),
            format!("[{host}]:80"),
            format!("[{host}%7]:080"),
        ] {
            if text.parse::<SocketAddr>().is_ok() {
                assert_eq!(text_of(&*text).as_ref(), Ok(&text));
            }
        }
        if host.parse::<IpAddr>().is_ok() {
            let text = text_of((&*host, 80)).unwrap();
            assert!(text.parse::<SocketAddr>().is_ok(), "{text:?}");
        }
    }
}

/// What is passed to the host is a name, an IPv4 address, or bracketed text in the shape of an IPv6 address. No name
/// contains a character that is special in one of the others.
#[test]
fn what_is_taken_is_exactly_one_of_the_forms() {
    let mut taken = 0;
    for host in texts() {
        let whole = [format!("{host}:80"), format!("[{host}]:80"), host.clone()];
        let texts = whole.iter().map(|text| text_of(&**text));
        for text in texts.chain([text_of((&*host, 80))]).flatten() {
            taken += 1;
            let (host, port) = text.rsplit_once(':').unwrap();
            assert!(port.parse::<u16>().is_ok(), "{text:?}");
            let Some(inside) = host.strip_prefix('[') else {
                assert!(!host.contains([':', '[', ']', '%']), "{text:?}");
                assert!(!host.starts_with('-'), "{text:?}");
                continue;
            };
            let inside = inside.strip_suffix(']').unwrap();
            let ip = inside.split('%').next().unwrap();
            let colons = ip.matches(':').count();
            assert!(colons >= 2 && !ip.contains(":::"), "{text:?}");
            assert!(ip.ends_with("::") || !ip.ends_with(':'), "{text:?}");
        }
    }
    assert!(taken > 1_000, "{taken}");
}
