use crate::credentials;
use server_tests::guests::{Host, Package, call};
use server_tests::servers::{USER, postgres};
use server_tests::started;

pub fn postgres_protocol_logs_in_to_postgresql_and_asks(host: Host) {
    let server = started(postgres());
    let addr = server.addr();
    let config = credentials(host).set("database", "postgres");
    let mut plugin = Package::Std.load("postgres", &config);
    let mut ask = |query: &str| call(&mut plugin, format!("{addr} {query}"));

    assert_eq!(
        ask("SELECT 6 * 7, current_user, NULL").unwrap(),
        format!("42\t{USER}\tNULL\n")
    );
    let tables = "CREATE TABLE crabs (name text, legs int); \
                  INSERT INTO crabs SELECT 'crab ' || n, 10 FROM generate_series(1, 5000) n";
    assert_eq!(ask(tables).unwrap(), "");
    assert_eq!(
        ask("SELECT count(*), sum(legs) FROM crabs").unwrap(),
        "5000\t50000\n"
    );
    let rows = ask("SELECT name FROM crabs ORDER BY length(name), name").unwrap();
    assert!(rows.lines().eq((1..=5_000).map(|n| format!("crab {n}"))));
    let error = ask("SELECT * FROM lobsters").unwrap_err();
    assert!(
        error.contains("relation \"lobsters\" does not exist"),
        "{error}"
    );

    let wrong = host
        .config()
        .set("user", USER)
        .set("password", "wrong")
        .set("database", "postgres");
    let mut plugin = Package::Std.load("postgres", &wrong);
    let error = call(&mut plugin, format!("{addr} SELECT 1")).unwrap_err();
    assert!(error.contains("password authentication failed"), "{error}");
}
