//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

use super::Failure;
use crate::{Allow, Config, Dialect, Faults, IcmpListening, soak};

pub(super) const HELP: &str = "\
Runs plugins that use harness-wasi-sockets against real sockets.

harness-host                           build and run all example guests, against
                                       servers of its own on loopback
harness-host [OPTIONS] NAME [INPUT]    build and run one of them; without INPUT
                                       against such a server
harness-host [OPTIONS] PLUGIN.wasm [FUNCTION] [INPUT]
                                       run a plugin of yours; FUNCTION is `run`
                                       unless given
harness-host --list                    name the example guests
harness-host cargo ARGS...             run cargo with a compiler that can build wasm
harness-host clippy ARGS...            the same for cargo clippy
harness-host toolchain                 show that compiler, and what to export to
                                       use it by hand

The plugin's output goes to standard output, everything else to standard error.

OPTIONS:
  --report            say what the plugin used: host calls, fuel, connections, blocks
  --stdio             let through what the plugin itself prints, panics included
  --input-file FILE   take INPUT from a file; `-` is standard input
  --dialect KIND      how ICMP packets are written as JSON: described (default) or real
  --icmp WHEN         when ICMP is heard: from-send (default) or at-receive
  --wait MS           how long a receive waits (default 5000)
  --timeout MS        how long the call may take (default: no limit)
  --fuel N            how much fuel the call may use (default: no limit)
  --memory PAGES      how many pages of 64 KiB memory may grow by (default: no limit)
  --allow NET         what the plugin may reach; may be repeated (default: all). NET is
                      all, loopback, ADDRESS or ADDRESS/BITS, and :PORT or :FROM-TO
                      behind it if not every port is meant; IPv6 in brackets then
  --max-connections N how many connections may be open (default 1024)
  --max-receive N     how many bytes one receive answers with (default 16777216)
  --no-wasi           run without WASI
  --set KEY=VALUE     give the plugin a configuration value; may be repeated
  --redirect FROM=TO  lead a plugin that asks for one address to another; may be repeated
  --module NAME       the import module of the host functions (default env)
  -h, --help          this text

FAULTS, to see what a plugin does when things go wrong:
  --fault KIND=RATE            how often, from 0 to 1; may be repeated
  --fault KIND@FUNCTION=RATE   the same, in one host function alone
  --fault KIND@FUNCTION:CALL   in its first call, its second ...
  --seed N                     the same seed and calls give the same faults (default 0)
  --over-long-by N             how many bytes a block may be too long by (default 1000)
  KIND is one of
    drop       the connection is closed, and its id means nothing any more
    reset      the peer gets a reset; every later call answers 0
    partial    a part of the bytes is sent, and the answer says so
    stall      nothing is received, or nobody answers, after the whole wait
    over-long  a block has more bytes than were asked for
    garbage    icmp_recv answers what is no JSON of the agreed form
    slow       one to three bytes come, and those late
    zero       the function answers 0 at once, and does nothing
  Out of memory is --memory, and a call that takes too long --timeout.

harness-host soak [--seconds N] [--connections N] [--seed N]
                                       many connections and random faults for that
                                       long (10 s, 64, 1), every byte checked

EXAMPLES:
  harness-host
  harness-host tcp_echo
  harness-host --report http_get example.org:80/
  harness-host --report my_plugin.wasm run '127.0.0.1:6000 Hello'
  harness-host --report --fault slow=0.5 --fault stall@tcp_recv:2 tcp_echo
  harness-host cargo build --release --target wasm32-wasip1
";

/// What to do.
#[derive(Debug)]
pub(super) enum Command {
    Help,
    List,
    Demo,
    Single(Box<Job>),
    Soak(soak::Settings),
    Cargo(Vec<OsString>),
    Clippy(Vec<OsString>),
    Toolchain,
}

/// One plugin to run, and how.
#[derive(Debug)]
pub(super) struct Job {
    /// A file, or the name of an example.
    pub plugin: OsString,
    /// What follows it.
    pub words: Vec<OsString>,
    pub input_file: Option<PathBuf>,
    pub report: bool,
    pub stdio: bool,
    pub config: Config,
}

pub(super) fn parse(mut parser: lexopt::Parser) -> Result<Command, Failure> {
    let mut config = Config::new();
    let (mut allow, mut faults) = (None::<Allow>, Faults::default());
    let (mut report, mut stdio, mut input_file) = (false, false, None);
    let mut words: Vec<OsString> = Vec::new();
    let mut has_options = false;
    while let Some(argument) = parser.next()? {
        has_options |= !matches!(argument, Value(_));
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Long("list") => return Ok(Command::List),
            Long("report") => report = true,
            Long("stdio") => stdio = true,
            Long("input-file") => input_file = Some(parser.value()?.into()),
            Long("dialect") => config = config.dialect(parser.value()?.parse_with(dialect)?),
            Long("icmp") => config = config.icmp(parser.value()?.parse_with(listening)?),
            Long("wait") => config = config.wait(Duration::from_millis(parser.value()?.parse()?)),
            Long("timeout") => {
                let limit = Duration::from_millis(parser.value()?.parse()?);
                config = config.call_timeout(limit);
            }
            Long("fuel") => config = config.fuel_limit(parser.value()?.parse()?),
            Long("memory") => config = config.memory_pages(parser.value()?.parse()?),
            Long("allow") => {
                let more: Allow = parser.value()?.parse()?;
                allow = Some(allow.unwrap_or_default().and(more));
            }
            Long("max-connections") => {
                config = config.max_connections(parser.value()?.parse()?);
            }
            Long("max-receive") => config = config.max_receive(parser.value()?.parse()?),
            Long("fault") => {
                let rule = parser.value()?.string()?;
                let wrong = |why| format!("--fault {rule}: {why}");
                faults = faults.add(&rule).map_err(wrong)?;
            }
            Long("seed") => faults = faults.seed(parser.value()?.parse()?),
            Long("over-long-by") => faults = faults.over_long_by(parser.value()?.parse()?),
            Long("no-wasi") => config = config.wasi(false),
            Long("set") => {
                let (key, value) = parser.value()?.parse_with(pair)?;
                config = config.set(key, value);
            }
            Long("redirect") => {
                let (from, to) = parser.value()?.parse_with(pair)?;
                config = config.redirect(from, to);
            }
            Long("module") => config = config.module(parser.value()?.parse::<String>()?),
            // All that follows is for cargo.
            Value(word) if words.is_empty() && word == "cargo" => {
                return Ok(Command::Cargo(parser.raw_args()?.collect()));
            }
            Value(word) if words.is_empty() && word == "clippy" => {
                return Ok(Command::Clippy(parser.raw_args()?.collect()));
            }
            Value(word) if words.is_empty() && word == "soak" => {
                return soaking(parser).map(Command::Soak);
            }
            Value(word) if words.is_empty() && word == "toolchain" => {
                return Ok(Command::Toolchain);
            }
            Value(word) => words.push(word),
            other => return Err(format!("{}; see --help", other.unexpected()).into()),
        }
    }
    if words.is_empty() {
        if has_options {
            return Err("these options need a plugin to run; see --help".into());
        }
        return Ok(Command::Demo);
    }
    // Who names a plugin and its input by hand vouches for both.
    config = config.allow(allow.unwrap_or_else(Allow::everything));
    config = config.faults(faults);
    let plugin = words.remove(0);
    Ok(Command::Single(Box::new(Job {
        plugin,
        words,
        input_file,
        report,
        stdio,
        config,
    })))
}

fn soaking(mut parser: lexopt::Parser) -> Result<soak::Settings, Failure> {
    let mut settings = soak::Settings::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seconds") => settings.time = Duration::from_secs(parser.value()?.parse()?),
            Long("connections") => settings.connections = parser.value()?.parse()?,
            Long("seed") => settings.seed = parser.value()?.parse()?,
            other => return Err(format!("{}; see --help", other.unexpected()).into()),
        }
    }
    Ok(settings)
}

fn pair(text: &str) -> Result<(String, String), &'static str> {
    let (left, right) = text.split_once('=').ok_or("there is a `=` in it")?;
    Ok((left.to_owned(), right.to_owned()))
}

fn dialect(text: &str) -> Result<Dialect, &'static str> {
    match text {
        "described" => Ok(Dialect::Described),
        "real" => Ok(Dialect::Real),
        _ => Err("it is described or real"),
    }
}

fn listening(text: &str) -> Result<IcmpListening, &'static str> {
    match text {
        "from-send" => Ok(IcmpListening::FromSend),
        "at-receive" => Ok(IcmpListening::AtReceive),
        _ => Err("it is from-send or at-receive"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Command, Failure> {
        parse(lexopt::Parser::from_args(words))
    }

    #[test]
    fn what_to_do() {
        assert!(matches!(parsed(&[]), Ok(Command::Demo)));
        assert!(matches!(parsed(&["--list"]), Ok(Command::List)));
        assert!(matches!(parsed(&["x.wasm", "-h"]), Ok(Command::Help)));
        assert!(matches!(parsed(&["toolchain"]), Ok(Command::Toolchain)));
        match parsed(&["soak", "--seconds", "7", "--seed=3"]) {
            Ok(Command::Soak(soak)) => {
                assert_eq!(
                    (soak.time.as_secs(), soak.connections, soak.seed),
                    (7, 64, 3)
                );
            }
            other => panic!("{other:?}"),
        }
        match parsed(&["cargo", "build", "--help"]) {
            Ok(Command::Cargo(arguments)) => assert_eq!(arguments, ["build", "--help"]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_plugin_to_run() {
        let words = [
            "--report",
            "x.wasm",
            "go",
            "--wait=70",
            "in",
            "--dialect",
            "real",
            "--set",
            "a=b=c",
            "--redirect",
            "example.org:80=127.0.0.1:8080",
            "--allow=loopback",
            "--allow=10.0.0.0/8:80",
            "--fault=drop=0.5",
        ];
        let Ok(Command::Single(job)) = parsed(&words) else {
            panic!("no job");
        };
        assert_eq!(job.plugin, "x.wasm");
        assert_eq!(job.words, ["go", "in"]);
        assert!(job.report && !job.stdio);
        assert_eq!(job.config.wait, Duration::from_millis(70));
        assert_eq!(job.config.dialect, Dialect::Real);
        assert_eq!(job.config.values, [("a".to_owned(), "b=c".to_owned())]);
        let allowed = Allow::loopback().and("10.0.0.0/8:80".parse().unwrap());
        assert_eq!(job.config.allow, allowed);
        assert_eq!(job.config.redirected(b"example.org:80"), b"127.0.0.1:8080");
    }

    #[test]
    fn what_makes_no_sense() {
        for words in [
            &["--report"][..],
            &["--nonsense", "x.wasm"],
            &["--wait", "soon", "x.wasm"],
            &["--wait"],
            &["--dialect", "loud", "x.wasm"],
            &["--set", "key", "x.wasm"],
            &["--allow", "example.org", "x.wasm"],
            &["--fault", "drop", "x.wasm"],
            &["--fault", "drop@tcp_close=1", "x.wasm"],
            &["soak", "forever"],
        ] {
            assert!(parsed(words).is_err(), "{words:?}");
        }
    }
}
