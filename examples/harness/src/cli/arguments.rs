//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;

use super::Failure;
use super::peer::Kind;
use crate::{Allow, Clock, Config, Dialect, Faults, IcmpListening, soak};

pub(super) const HELP: &str = include_str!("help.txt");

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
    Std(Vec<OsString>),
    Toolchain,
    /// Writes the kit into a folder.
    Kit(PathBuf),
    /// Starts the kit's peers.
    KitPeers,
}

/// One plugin to run, and how.
#[derive(Debug)]
pub(super) struct Job {
    /// A file, or the name of an example.
    pub plugin: OsString,
    /// What follows it.
    pub words: Vec<OsString>,
    pub input_file: Option<PathBuf>,
    pub peer: Option<Kind>,
    pub report: bool,
    pub stdio: bool,
    pub config: Config,
}

pub(super) fn parse(mut parser: lexopt::Parser) -> Result<Command, Failure> {
    let mut config = Config::new();
    let (mut allow, mut faults) = (None::<Allow>, Faults::default());
    let (mut report, mut stdio, mut input_file, mut peer) = (false, false, None, None);
    let mut words: Vec<OsString> = Vec::new();
    let mut has_options = false;
    while let Some(argument) = parser.next()? {
        has_options |= !matches!(argument, Value(_));
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Long("list") => return Ok(Command::List),
            Long("report") => report = true,
            Long("stdio") => stdio = true,
            Long("peer") => peer = Some(parser.value()?.parse::<Kind>()?),
            Long("input-file") => input_file = Some(parser.value()?.into()),
            Long("dialect") => config = config.dialect(parser.value()?.parse_with(dialect)?),
            Long("icmp") => config = config.icmp(parser.value()?.parse_with(listening)?),
            Long("wait") => config = config.wait(Duration::from_millis(parser.value()?.parse()?)),
            Long("http-wait") => {
                config = config.http_wait(Duration::from_millis(parser.value()?.parse()?));
            }
            Long("max-body") => {
                let bytes = parser.value()?.parse()?;
                config = config.max_request_body(bytes).max_response_body(bytes);
            }
            #[cfg(feature = "http")]
            Long("ca") => {
                let file = std::path::PathBuf::from(parser.value()?);
                let wrong = |why: String| format!("--ca {}: {why}", file.display());
                let pem = std::fs::read(&file).map_err(|e| wrong(e.to_string()))?;
                config = config.trust(&pem).map_err(|e| wrong(e.to_string()))?;
            }
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
            Long("production") => config = config.like_production(),
            Long("clock") => config = config.clock(parser.value()?.parse_with(clock)?),
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
            Value(word) if words.is_empty() && word == "std" => {
                return Ok(Command::Std(parser.raw_args()?.collect()));
            }
            Value(word) if words.is_empty() && word == "soak" => {
                return soaking(parser).map(Command::Soak);
            }
            Value(word) if words.is_empty() && word == "kit" => return kit(parser),
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
        peer,
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

fn kit(mut parser: lexopt::Parser) -> Result<Command, Failure> {
    let command = match parser.next()? {
        Some(Value(word)) if word == "peers" => Command::KitPeers,
        Some(Value(folder)) => Command::Kit(folder.into()),
        _ => return Err("kit: expected FOLDER or peers; see --help".into()),
    };
    match parser.next()? {
        None => Ok(command),
        Some(other) => Err(format!("kit: {}; see --help", other.unexpected()).into()),
    }
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

fn clock(text: &str) -> Result<Clock, &'static str> {
    match text {
        "real" => Ok(Clock::Real),
        "fake" => Ok(Clock::Fake),
        _ => Err("it is real or fake"),
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
        assert!(matches!(parsed(&["kit", "peers"]), Ok(Command::KitPeers)));
        assert!(matches!(parsed(&["kit", "here"]), Ok(Command::Kit(_))));
        match parsed(&["cargo", "build", "--help"]) {
            Ok(Command::Cargo(arguments)) => assert_eq!(arguments, ["build", "--help"]),
            other => panic!("{other:?}"),
        }
        match parsed(&["std", "cargo", "build"]) {
            Ok(Command::Std(arguments)) => assert_eq!(arguments, ["cargo", "build"]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_plugin_to_run() {
        let words = [
            "--report",
            "x.wasm",
            "go",
            "--wait=170",
            "in",
            "--dialect",
            "real",
            "--clock=fake",
            "--set",
            "a=b=c",
            "--redirect",
            "example.org:80=127.0.0.1:8080",
            "--peer=udp-echo",
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
        assert_eq!(job.peer, Some(Kind::UdpEcho));
        assert_eq!(job.config.wait, Duration::from_millis(170));
        assert_eq!(job.config.dialect, Dialect::Real);
        assert_eq!(job.config.clock, Clock::Fake);
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
            &["--ca", "no/such/file.pem", "x.wasm"],
            &["--ca", "Cargo.toml", "x.wasm"],
            &["--clock", "slow", "x.wasm"],
            &["--set", "key", "x.wasm"],
            &["--allow", "example.org", "x.wasm"],
            &["--fault", "drop", "x.wasm"],
            &["--fault", "drop@tcp_close=1", "x.wasm"],
            &["--peer", "pen-friend", "x.wasm"],
            &["soak", "forever"],
            &["kit"],
            &["kit", "here", "there"],
        ] {
            assert!(parsed(words).is_err(), "{words:?}");
        }
    }
}
