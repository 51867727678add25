//! Plugins that use well-known crates, in the real runtime, against independent servers.
//!
//! One module per protocol. `docs/crates.md` has the table. A test whose server is not installed is ignored; std's test
//! harness does not support that at run time, so this program uses another.

mod client;
mod coap;
mod cost;
mod dns;
mod ftp;
mod host_http;
mod http;
mod imap;
mod modbus;
mod mqtt;
mod native;
mod ntp;
mod places;
mod postgres;
mod production;
mod queue;
mod redis;
mod snmp;
mod statsd;
mod table;
mod tls;
mod websocket;

use harness_host::Config;
use libtest_mimic::{Arguments, Trial};
use server_tests::guests::Host;
use server_tests::required;
use server_tests::servers::{Kind, PASSWORD, USER};

/// A test.
struct Test {
    name: &'static str,
    needs: Option<Kind>,
    run: Run,
}

/// How often a test is run.
#[derive(Clone, Copy)]
enum Run {
    /// In the default host, and in one like production.
    OnEachHost(fn(Host)),
    Once(fn()),
}

/// The tests of each module, and what they need. (The compiler reports one that is not listed as dead code.)
macro_rules! tests {
    ($($module:ident, $needs:expr => { $($run:ident { $($test:ident,)+ })+ })+) => {
        &[$($($(Test {
            name: concat!(stringify!($module), "::", stringify!($test)),
            needs: $needs,
            run: Run::$run($module::$test),
        },)+)+)+]
    };
}

const TESTS: &[Test] = tests! {
    client, Some(Kind::Nginx) => {
        OnEachHost {
            the_documented_usage_works,
            the_documented_usage_works_without_wasi,
            headers_come_with_all_their_values,
            large_bodies_are_in_memory_once,
            what_brings_no_response_is_an_error,
            a_server_that_stalls_is_given_up,
            a_body_that_is_cut_is_an_error,
        }
    }
    coap, Some(Kind::Coap) => {
        OnEachHost {
            coap_lite_gets_and_puts_at_libcoap,
        }
    }
    cost, Some(Kind::Nginx) => {
        Once {
            the_table_of_features_says_what_a_request_costs,
        }
    }
    dns, Some(Kind::Dnsmasq) => {
        OnEachHost {
            simple_dns_asks_dnsmasq,
            simple_dns_takes_what_is_too_long_for_a_datagram_over_tcp,
            rsdns_asks_dnsmasq,
        }
    }
    ftp, Some(Kind::Ftp) => {
        OnEachHost {
            suppaftp_stores_and_fetches_files_at_pyftpdlib,
        }
    }
    host_http, Some(Kind::Nginx) => {
        OnEachHost {
            http_gets_pages_from_nginx_by_the_host,
            http_trusts_nginx_as_the_host_does,
            serde_reads_its_own_ip_from_nginx,
        }
    }
    http, Some(Kind::Nginx) => {
        OnEachHost {
            ureq_gets_several_pages_from_nginx_over_one_connection,
            ureq_finds_nginx_by_name,
            ureq_gets_pages_from_a_server_that_keeps_no_connection,
            ureq_posts_to_a_server_that_stays_silent_until_it_has_the_body,
            minreq_gets_pages_from_nginx,
            attohttpc_gets_pages_from_nginx,
            ureq_with_its_own_transport_gets_pages_from_nginx,
            reqwless_gets_several_pages_from_nginx_over_one_connection,
            edge_http_gets_several_pages_from_nginx_over_one_connection,
        }
    }
    imap, Some(Kind::Dovecot) => {
        OnEachHost {
            imap_leaves_messages_in_dovecot_and_lists_them,
            imap_with_its_own_connection_leaves_messages_in_dovecot,
        }
        Once {
            imap_waits_for_mail_without_a_clock,
        }
    }
    modbus, Some(Kind::Modbus) => {
        OnEachHost {
            modbus_writes_and_reads_registers_of_pymodbus,
        }
    }
    mqtt, Some(Kind::Mosquitto) => {
        OnEachHost {
            mqttbytes_talks_to_mosquitto,
            rust_mqtt_talks_to_mosquitto,
            mountain_mqtt_talks_to_mosquitto,
        }
    }
    native, Some(Kind::Nginx) => {
        Once {
            native_gets_pages_from_nginx_with_tls,
            native_refuses_a_wrong_name,
            native_moves_16_mib_to_nginx_and_back,
        }
    }
    ntp, Some(Kind::Chrony) => {
        OnEachHost {
            sntpc_asks_chrony_for_the_time,
            rsntp_asks_chrony_for_the_time,
            sntpc_without_std_asks_chrony_for_the_time,
        }
    }
    postgres, Some(Kind::Postgres) => {
        OnEachHost {
            postgres_protocol_logs_in_to_postgresql_and_asks,
        }
    }
    queue, Some(Kind::Beanstalkd) => {
        OnEachHost {
            beanstalkc_leaves_and_takes_jobs_at_beanstalkd,
        }
    }
    redis, Some(Kind::Redis) => {
        OnEachHost {
            redis_protocol_talks_to_redis,
            redis_refuses_a_wrong_password,
            redis_as_it_is_talks_to_redis,
            redis_as_it_is_refuses_a_wrong_password,
        }
    }
    snmp, Some(Kind::Snmpd) => {
        OnEachHost {
            snmp_walks_over_snmpd,
        }
    }
    statsd, Some(Kind::Collectd) => {
        OnEachHost {
            cadence_tells_collectd,
            cadence_with_its_own_sink_tells_collectd,
            statsd_tells_collectd,
        }
    }
    table, None => {
        Once {
            every_plugin_is_in_the_table_with_its_size,
            every_version_in_the_table_is_the_one_that_is_built,
            every_test_in_the_table_is_there_and_every_test_is_in_the_table,
        }
    }
    production, None => {
        Once {
            what_needs_a_configuration_says_so,
        }
    }
    tls, Some(Kind::Nginx) => {
        OnEachHost {
            rustls_talks_to_nginx_over_tls_1_3_and_1_2,
            rustls_refuses_a_wrong_name,
            rustls_refuses_a_certificate_that_has_expired,
            rustls_judges_a_certificate_by_the_date_that_the_host_shows,
            rustls_refuses_what_another_authority_has_signed,
            ureq_with_rustls_gets_pages_from_nginx,
            ureq_with_rustls_refuses_a_wrong_name,
            embedded_tls_gets_a_page_from_nginx,
            embedded_tls_refuses_a_wrong_name,
            embedded_tls_refuses_what_another_authority_has_signed,
            reqwless_gets_pages_from_nginx_over_tls,
            reqwless_refuses_a_wrong_name,
            reqwless_refuses_what_another_authority_has_signed,
        }
        Once {
            rustls_refuses_a_host_whose_clock_is_not_real,
        }
    }
    websocket, Some(Kind::Websockets) => {
        OnEachHost {
            tungstenite_talks_to_websockets,
            embedded_websocket_talks_to_websockets,
            edge_ws_talks_to_websockets,
            tungstenite_connects_itself_to_websockets,
        }
        Once {
            tungstenite_waits_out_a_silence_without_a_clock,
        }
    }
};

fn main() {
    if native::is_for_a_request() {
        return;
    }
    let arguments = Arguments::from_args();
    let trials = TESTS.iter().flat_map(|test| {
        let missing = test.needs.and_then(|kind| kind.installed().err());
        if let (Some(why), false) = (&missing, arguments.list || required()) {
            harness_host::skipped(test.name, &why.to_string());
        }
        let ignored = missing.is_some() && !required();
        let trials = match test.run {
            Run::Once(run) => vec![trial(test.name, run)],
            Run::OnEachHost(run) => [Host::Default, Host::Production]
                .map(|host| trial(&format!("{}, {host:?}", test.name), move || run(host)))
                .into(),
        };
        let trials = trials.into_iter();
        trials.map(move |trial| trial.with_ignored_flag(ignored))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn trial(name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, || {
        run();
        Ok(())
    })
}

/// Returns the plugins' login.
fn credentials(host: Host) -> Config {
    host.config().set("user", USER).set("password", PASSWORD)
}

/// The seed of the random numbers of plugins without WASI. Here it may be anything.
const SEED: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
