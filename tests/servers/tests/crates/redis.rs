use crate::places::{Nobody, everywhere, nowhere};
use server_tests::guests::{Host, Package, call};
use server_tests::{servers, started};

pub fn redis_protocol_talks_to_redis(host: Host) {
    let server = started(servers::redis(Some("open sesame")));
    let addr = server.addr();
    let config = host.config().set("password", "open sesame");
    let mut plugin = Package::Std.load("redis", &config);

    let commands = "SET crab sideways\nGET crab\nINCR legs\nINCRBY legs 9\nRPUSH list a b c\n\
                    LRANGE list 0 -1\nGET nothing\nINCR crab";
    assert_eq!(
        call(&mut plugin, format!("{addr}\n{commands}")).unwrap(),
        "OK\nsideways\n1\n10\n3\n[a, b, c]\nnothing\n\
         error: ERR value is not an integer or out of range\n"
    );

    // A value that is many times what any buffer holds, and many commands at once.
    let big = "x".repeat(200_000);
    let answer = call(&mut plugin, format!("{addr}\nSET big {big}\nGET big")).unwrap();
    assert_eq!(answer, format!("OK\n{big}\n"));
    let many = "\nINCR count".repeat(1_000);
    let answer = call(&mut plugin, format!("{addr}{many}")).unwrap();
    assert!(answer.lines().eq((1..=1_000).map(|n| n.to_string())));
}

pub fn redis_refuses_a_wrong_password(host: Host) {
    let server = started(servers::redis(Some("open sesame")));
    let config = host.config().set("password", "open barley");
    let mut plugin = Package::Std.load("redis", &config);
    let error = call(&mut plugin, format!("{}\nPING", server.addr())).unwrap_err();
    assert!(error.contains("WRONGPASS"), "{error}");
}

pub fn redis_as_it_is_talks_to_redis(host: Host) {
    let server = started(servers::redis(Some("sesame")));
    let config = host.config().set("password", "sesame");
    let big = "x".repeat(200_000);
    everywhere("std_redis", &config, server.addr(), |call, at| {
        let commands = format!(
            "SET crab sideways\nGET crab\nSET legs 9\nINCR legs\nGET nothing\nSET big {big}\nGET big"
        );
        let once = format!("OK\nsideways\nOK\n10\nnothing\nOK\n{big}\n");
        let output = call(format!("{at}\n{commands}")).unwrap();
        assert_eq!(output, once.repeat(2));
    });
    nowhere("std_redis", &config, Nobody::NameAndPort, |at| {
        format!("{at}\nPING")
    });
}

pub fn redis_as_it_is_refuses_a_wrong_password(host: Host) {
    let server = started(servers::redis(Some("sesame")));
    let config = host.config().set("password", "barley");
    let mut plugin = Package::Unmodified.load("std_redis", &config);
    let error = call(&mut plugin, format!("{}\nPING", server.addr())).unwrap_err();
    assert!(error.starts_with("`run` failed: "), "{error}");
}
