//! The same plugins, unchanged, under the Extism SDKs of other languages: the output is that of the reference host.
//!
//! Each test runs once for each of its languages. `docs/hosts.md` has the table. A test whose language is missing is
//! ignored; std's test harness does not support that at run time, so this program uses another.

/// The conformance suite uses this macro, its own, to define tests.
macro_rules! tests {
    ($($_:tt)*) => {};
}

mod application;
mod behaviours;
mod command_line;
#[path = "../../../conformance"]
mod conformance {
    #![allow(unused, reason = "its own tests are not wanted here")]
    pub mod server;
    #[path = "standard.rs"]
    pub mod std;
}
mod examples;
mod http;
mod icmp;
mod kernel;
mod kit;
mod lost;
#[path = "../../../../examples/harness/tests/common/nginx.rs"]
mod nginx;
mod nothing;
mod table;

// The suite's files expect these names.
use conformance::{server, std};
use host_tests::{Host, Language, required};
use libtest_mimic::{Arguments, Trial};

/// A test, and the languages that it is for.
struct Test {
    name: &'static str,
    languages: &'static [Language],
    /// Returns why the machine lacks something else that it needs, if so.
    missing: fn() -> Option<String>,
    run: fn(&'static Host),
}

const ALL: &[Language] = &Language::ALL;
const PYTHON: &[Language] = &[Language::Python];
const JAVASCRIPT: &[Language] = &[Language::JavaScript];

/// The tests of each module. (The compiler reports one that is not listed as dead code.)
macro_rules! listed {
    ($($module:ident, $languages:expr, $missing:expr => { $($test:ident,)+ })+) => {
        &[$($(Test {
            name: concat!(stringify!($module), "::", stringify!($test)),
            languages: $languages,
            missing: $missing,
            run: $module::$test,
        },)+)+]
    };
}

const TESTS: &[Test] = listed! {
    examples, ALL, nothing_else => {
        tcp_echo_over_ipv4,
        tcp_echo_by_name,
        tcp_lines_are_the_same,
        udp_echo_is_the_same,
        http_get_is_the_same,
        udp_proxy_passes_on_60_000_bytes,
        tiny_runs_without_wasi,
        a_plugin_without_std_has_all_that_a_kernel_offers,
        nothing_is_reached_that_is_not_allowed,
        an_address_is_what_it_reaches_however_it_is_written,
    }
    examples, ALL, ipv6 => {
        tcp_echo_over_ipv6,
        an_interface_has_a_number_and_a_name,
    }
    icmp, ALL, nothing_else => {
        what_the_host_hears_is_decoded,
        without_a_right_or_a_report_nothing_is_heard,
    }
    icmp, PYTHON, raw_sockets => {
        real_pings_come_back,
    }
    command_line, ALL, nothing_else => {
        what_is_wrong_is_one_line,
    }
    nothing, ALL, nothing_else => {
        the_clock_is_real_so_silence_is_no_end,
        no_wait_is_so_short_that_a_silence_looks_like_the_end,
        the_end_is_known_at_once,
    }
    lost, ALL, nothing_else => {
        after_lost_bytes_nothing_is_received,
    }
    behaviours, ALL, nothing_else => {
        every_behaviour_of_the_conformance_suite_holds,
    }
    kit, ALL, nothing_else => {
        the_kit_finds_the_contract_kept,
        the_kit_finds_the_contract_of_http_kept,
    }
    kit, PYTHON, ipv6 => {
        the_kit_sees_a_host_that_is_wrong,
    }
    kit, PYTHON, nothing_else => {
        the_kit_sees_a_host_whose_http_is_wrong,
    }
    http, ALL, nginx => {
        http_requests_arrive_and_are_answered,
        http_plugins_over_the_library_are_the_same,
        http_requests_follow_redirects,
        http_requests_reach_nothing_that_is_not_allowed,
        http_requests_trust_nobody_but_who_is_named,
        http_requests_end_in_time,
        http_bodies_are_limited_and_whole,
    }
    application, ALL, nothing_else => {
        an_application_gives_its_plugins_sockets,
        limits_are_kept_and_told,
    }
    kernel, JAVASCRIPT, nothing_else => {
        no_page_is_taken_of_a_kernel_that_has_none,
        a_call_that_uses_up_the_blocks_fails_and_loses_nothing,
    }
};

fn nothing_else() -> Option<String> {
    None
}

fn ipv6() -> Option<String> {
    (!harness_host::peers::has_ipv6()).then(|| "this machine has no ::1".to_owned())
}

fn nginx() -> Option<String> {
    (!nginx::is_installed()).then(|| "nginx is not installed: see .ci/servers".to_owned())
}

fn raw_sockets() -> Option<String> {
    harness_host::icmp::allowed().err()
}

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<_> = TESTS
        .iter()
        .flat_map(|test| test.languages.iter().map(move |language| (test, *language)))
        .map(|(test, language)| trial(test, language, arguments.list))
        .collect();
    trials.extend(table::trials());
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(test: &'static Test, language: Language, only_listed: bool) -> Trial {
    let name = format!("{}::{}", language.name(), test.name);
    // Asking for a language installs it: not if nothing is to be run. A required one that is missing fails later.
    let language_is_missing = || match only_listed || required() {
        true => None,
        false => language.host().err().map(str::to_owned),
    };
    let missing = (test.missing)().or_else(language_is_missing);
    if let (Some(why), false) = (&missing, only_listed) {
        harness_host::skipped(&name, why);
    }
    let trial = Trial::test(name, move || {
        (test.run)(language.host()?);
        Ok(())
    });
    trial.with_ignored_flag(missing.is_some())
}
