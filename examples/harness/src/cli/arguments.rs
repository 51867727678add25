//! The command line.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use lexopt::prelude::*;

use super::peer::Kind;
use crate::guests;
use crate::{Allow, Clock, Config, Dialect, Faults, IcmpListening, soak};

pub(super) const HELP: &str = include_str!("help.txt");

/// The command to run.
#[derive(Debug)]
pub(super) enum Command {
    Help,
    Version,
    List,
    Demo,
    Single(Box<Job>),
    Soak(soak::Settings),
    Cargo(Vec<OsString>),
    Clippy(Vec<OsString>),
    Std(Vec<OsString>),
    Toolchain,
    /// Writes a new plugin.
    New {
        folder: PathBuf,
        no_std: bool,
    },
    /// Only starts peers.
    Serve(Vec<Kind>),
    /// Writes the kit into a folder.
    Kit(PathBuf),
    /// Starts the kit's peers.
    KitPeers,
}

/// The form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Lines,
    Json,
}

/// A plugin to run, and its settings.
#[derive(Debug)]
pub(super) struct Job {
    /// A file, or the name of an example.
    pub plugin: OsString,
    /// The words after it.
    pub words: Vec<OsString>,
    pub input_file: Option<PathBuf>,
    pub peer: Option<Kind>,
    pub report: Option<Form>,
    pub stdio: bool,
    pub config: Config,
}

/// An invalid command line. The exit status is then 2, as for cargo.
#[derive(Debug)]
pub(super) struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The commands that the first word can be. Any other first word is a plugin.
const COMMANDS: [&str; 8] = [
    "cargo",
    "clippy",
    "kit",
    "new",
    "serve",
    "soak",
    "std",
    "toolchain",
];

/// Parses a command line. Every error is a [`Usage`].
pub(super) fn parse(mut parser: lexopt::Parser) -> Result<Command, Usage> {
    let mut config = Config::new();
    let (mut allow, mut faults) = (None::<Allow>, Faults::default());
    let (mut report, mut json, mut stdio) = (false, false, false);
    let (mut input_file, mut peer) = (None, None);
    let mut words: Vec<OsString> = Vec::new();
    let mut has_options = false;
    while let Some(argument) = parser.next().map_err(usage)? {
        has_options |= !matches!(argument, Value(_));
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("list") => return Ok(Command::List),
            Long("report") => report = true,
            Long("json") => json = true,
            Long("stdio") => stdio = true,
            Long("peer") => {
                peer = Some(value(&mut parser, "--peer", Kind::FORM, |text| {
                    text.parse().ok()
                })?);
            }
            Long("input-file") => {
                let file = parser.value();
                let file = file.map_err(|_| Usage("--input-file: expected FILE".to_owned()))?;
                input_file = Some(file.into());
            }
            Long("dialect") => {
                config = config.dialect(value(
                    &mut parser,
                    "--dialect",
                    "described or real",
                    dialect,
                )?);
            }
            Long("icmp") => {
                let form = "from-send or at-receive";
                config = config.icmp(value(&mut parser, "--icmp", form, listening)?);
            }
            Long("wait") => config = config.wait(milliseconds(&mut parser, "--wait")?),
            Long("http-wait") => {
                config = config.http_wait(milliseconds(&mut parser, "--http-wait")?);
            }
            Long("max-body") => {
                let bytes = number(&mut parser, "--max-body")?;
                config = config.max_request_body(bytes).max_response_body(bytes);
            }
            #[cfg(feature = "http")]
            Long("ca") => {
                let file = PathBuf::from(text(&mut parser, "--ca", "FILE")?);
                let wrong = |why: String| Usage(format!("--ca {}: {why}", file.display()));
                let pem = std::fs::read(&file).map_err(|e| wrong(e.to_string()))?;
                config = config.trust(&pem).map_err(|e| wrong(e.to_string()))?;
            }
            Long("timeout") => {
                config = config.call_timeout(milliseconds(&mut parser, "--timeout")?);
            }
            Long("fuel") => config = config.fuel_limit(number(&mut parser, "--fuel")?),
            Long("memory") => config = config.memory_pages(number(&mut parser, "--memory")?),
            Long("allow") => {
                let form = "all, loopback, ADDRESS or ADDRESS/BITS, with :PORT or :FROM-TO if not every port \
                            is meant (IPv6 in brackets then)";
                let more: Allow = value(&mut parser, "--allow", form, |text| text.parse().ok())?;
                allow = Some(allow.unwrap_or_default().and(more));
            }
            Long("max-connections") => {
                config = config.max_connections(number(&mut parser, "--max-connections")?);
            }
            Long("max-receive") => {
                config = config.max_receive(number(&mut parser, "--max-receive")?);
            }
            Long("fault") => {
                let rule = text(&mut parser, "--fault", "KIND=RATE")?;
                let wrong = |why| Usage(format!("--fault {rule}: {why}"));
                faults = faults.add(&rule).map_err(wrong)?;
            }
            Long("seed") => faults = faults.seed(number(&mut parser, "--seed")?),
            Long("over-long-by") => {
                faults = faults.over_long_by(number(&mut parser, "--over-long-by")?);
            }
            Long("no-wasi") => config = config.wasi(false),
            Long("production") => config = config.like_production(),
            Long("clock") => {
                config = config.clock(value(&mut parser, "--clock", "real or fake", clock)?);
            }
            Long("set") => {
                let (key, value) = value(&mut parser, "--set", "KEY=VALUE", pair)?;
                config = config.set(key, value);
            }
            Long("redirect") => {
                let (from, to) = value(&mut parser, "--redirect", "FROM=TO", pair)?;
                config = config.redirect(from, to);
            }
            Long("module") => config = config.module(text(&mut parser, "--module", "NAME")?),
            // Everything after it is for cargo.
            Value(word) if words.is_empty() && word == "cargo" => {
                return rest(parser).map(Command::Cargo);
            }
            Value(word) if words.is_empty() && word == "clippy" => {
                return rest(parser).map(Command::Clippy);
            }
            Value(word) if words.is_empty() && word == "std" => {
                return rest(parser).map(Command::Std);
            }
            Value(word) if words.is_empty() && word == "soak" => {
                return soaking(parser).map(Command::Soak);
            }
            Value(word) if words.is_empty() && word == "kit" => return kit(parser),
            Value(word) if words.is_empty() && word == "new" => return new(parser),
            Value(word) if words.is_empty() && word == "serve" => return serve(parser),
            Value(word) if words.is_empty() && word == "toolchain" => {
                return Ok(Command::Toolchain);
            }
            Value(word) => words.push(word),
            other => return Err(unexpected(&other)),
        }
    }
    if words.is_empty() {
        if has_options {
            return Err(Usage(
                "these options need a plugin to run: an example\'s name, or a file; see --help"
                    .to_owned(),
            ));
        }
        return Ok(Command::Demo);
    }
    if json && !report {
        return Err(Usage("--json: it is the form of --report".to_owned()));
    }
    // A user who names a plugin and its input trusts both.
    config = config.allow(allow.unwrap_or_else(Allow::everything));
    config = config.faults(faults);
    let plugin = words.remove(0);
    Ok(Command::Single(Box::new(Job {
        plugin,
        words,
        input_file,
        peer,
        report: report.then_some(if json { Form::Json } else { Form::Lines }),
        stdio,
        config,
    })))
}

fn soaking(mut parser: lexopt::Parser) -> Result<soak::Settings, Usage> {
    let mut settings = soak::Settings::default();
    while let Some(argument) = parser.next().map_err(usage)? {
        match argument {
            Long("seconds") => {
                settings.time = Duration::from_secs(number(&mut parser, "--seconds")?);
            }
            Long("connections") => settings.connections = number(&mut parser, "--connections")?,
            Long("seed") => settings.seed = number(&mut parser, "--seed")?,
            other => return Err(unexpected(&other)),
        }
    }
    Ok(settings)
}

fn kit(mut parser: lexopt::Parser) -> Result<Command, Usage> {
    let command = match parser.next().map_err(usage)? {
        Some(Value(word)) if word == "peers" => Command::KitPeers,
        Some(Value(folder)) => Command::Kit(folder.into()),
        _ => return Err(Usage("kit: expected FOLDER or peers".to_owned())),
    };
    match parser.next().map_err(usage)? {
        None => Ok(command),
        Some(other) => Err(unexpected(&other)),
    }
}

fn new(mut parser: lexopt::Parser) -> Result<Command, Usage> {
    let (mut folder, mut no_std) = (None, false);
    while let Some(argument) = parser.next().map_err(usage)? {
        match argument {
            Long("no-std") => no_std = true,
            Value(word) if folder.is_none() => folder = Some(word.into()),
            other => return Err(unexpected(&other)),
        }
    }
    let folder = folder.ok_or_else(|| Usage("new: expected NAME or FOLDER".to_owned()))?;
    Ok(Command::New { folder, no_std })
}

fn serve(mut parser: lexopt::Parser) -> Result<Command, Usage> {
    let mut kinds = Vec::new();
    while let Some(argument) = parser.next().map_err(usage)? {
        match argument {
            Value(word) => {
                let kind = word.to_str().and_then(|word| word.parse().ok());
                let wrong = || Usage(format!("serve {}: expected {}", word.display(), Kind::FORM));
                kinds.push(kind.ok_or_else(wrong)?);
            }
            other => return Err(unexpected(&other)),
        }
    }
    if kinds.is_empty() {
        kinds.extend(Kind::ALL);
    }
    Ok(Command::Serve(kinds))
}

/// Parses the value of an option. `form` describes a valid one.
fn value<T>(
    parser: &mut lexopt::Parser,
    option: &str,
    form: &str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Usage> {
    let given = text(parser, option, form)?;
    parse(&given).ok_or_else(|| Usage(format!("{option} {given}: expected {form}")))
}

fn text(parser: &mut lexopt::Parser, option: &str, form: &str) -> Result<String, Usage> {
    let given = parser.value().and_then(|given| given.string());
    given.map_err(|_| Usage(format!("{option}: expected {form}")))
}

fn number<T: FromStr>(parser: &mut lexopt::Parser, option: &str) -> Result<T, Usage> {
    value(parser, option, "a number", |text| text.parse().ok())
}

fn milliseconds(parser: &mut lexopt::Parser, option: &str) -> Result<Duration, Usage> {
    let form = "a number of milliseconds";
    value(parser, option, form, |text| text.parse().ok()).map(Duration::from_millis)
}

fn rest(mut parser: lexopt::Parser) -> Result<Vec<OsString>, Usage> {
    parser.raw_args().map(Iterator::collect).map_err(usage)
}

fn usage(error: lexopt::Error) -> Usage {
    Usage(format!("{error}; see --help"))
}

fn unexpected(argument: &lexopt::Arg<'_>) -> Usage {
    let (given, likely) = match argument {
        Long(name) => {
            let name = format!("--{name}");
            let likely = nearest(&name, options());
            (name, likely)
        }
        Short(letter) => (format!("-{letter}"), None),
        Value(word) => (word.display().to_string(), None),
    };
    Usage(match likely {
        Some(likely) => format!("there is no {given}: did you mean {likely}?"),
        None => format!("{given}: not expected here; see --help"),
    })
}

/// Returns all options, as in the help.
fn options() -> impl Iterator<Item = &'static str> {
    let words = HELP.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| word.len() > 2 && word.starts_with("--"))
}

/// Returns the command that a first word may have meant, if it is neither a file nor an example.
pub(super) fn meant(word: &str) -> Option<&'static str> {
    let examples = guests::EXAMPLES.iter().chain(&guests::CRATES);
    nearest(word, examples.map(|e| e.name).chain(COMMANDS))
}

/// Returns the name most similar to the given one, if any is similar enough.
fn nearest<'a>(given: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// The similarity that a name must have.
    const ENOUGH: f64 = 0.7;
    let like = |name: &str| strsim::normalized_damerau_levenshtein(given, name);
    names
        .map(|name| (like(name), name))
        .filter(|(like, _)| *like >= ENOUGH)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

fn pair(text: &str) -> Option<(String, String)> {
    let (left, right) = text.split_once('=')?;
    Some((left.to_owned(), right.to_owned()))
}

fn dialect(text: &str) -> Option<Dialect> {
    match text {
        "described" => Some(Dialect::Described),
        "real" => Some(Dialect::Real),
        _ => None,
    }
}

fn listening(text: &str) -> Option<IcmpListening> {
    match text {
        "from-send" => Some(IcmpListening::FromSend),
        "at-receive" => Some(IcmpListening::AtReceive),
        _ => None,
    }
}

fn clock(text: &str) -> Option<Clock> {
    match text {
        "real" => Some(Clock::Real),
        "fake" => Some(Clock::Fake),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Command, Usage> {
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
        assert!(job.report == Some(Form::Lines) && !job.stdio);
        assert_eq!(job.peer, Some(Kind::UdpEcho));
        assert_eq!(job.config.wait, Duration::from_millis(170));
        assert_eq!(job.config.dialect, Dialect::Real);
        assert_eq!(job.config.clock, Clock::Fake);
        assert_eq!(job.config.values, [("a".to_owned(), "b=c".to_owned())]);
        let allowed = Allow::loopback().and("10.0.0.0/8:80".parse().unwrap());
        assert_eq!(job.config.allow, allowed);
        assert_eq!(job.config.redirected(b"example.org:80"), b"127.0.0.1:8080");
    }

    /// Each error says what is wrong, and what is right.
    #[test]
    fn what_makes_no_sense() {
        for (words, says) in [
            (&["--report"][..], "need a plugin"),
            (&["--json", "x.wasm"], "--json: it is the form of --report"),
            (&["--nonsense", "x.wasm"], "--nonsense: not expected"),
            (
                &["--reprot", "x.wasm"],
                "there is no --reprot: did you mean --report?",
            ),
            (
                &["--wait", "soon", "x.wasm"],
                "--wait soon: expected a number of milliseconds",
            ),
            (&["--wait"], "--wait: expected a number of milliseconds"),
            (&["--fuel=many", "x.wasm"], "--fuel many: expected a number"),
            (
                &["--dialect", "loud", "x.wasm"],
                "--dialect loud: expected described or real",
            ),
            (
                &["--clock", "slow", "x.wasm"],
                "--clock slow: expected real or fake",
            ),
            #[cfg(feature = "http")]
            (
                &["--ca", "no/such/file.pem", "x.wasm"],
                "--ca no/such/file.pem: ",
            ),
            #[cfg(feature = "http")]
            (&["--ca", "Cargo.toml", "x.wasm"], "--ca Cargo.toml: "),
            (&["--set", "key", "x.wasm"], "--set key: expected KEY=VALUE"),
            (
                &["--redirect", "key", "x.wasm"],
                "--redirect key: expected FROM=TO",
            ),
            (
                &["--allow", "example.org", "x.wasm"],
                "--allow example.org: expected all, loopback",
            ),
            (&["--fault", "drop", "x.wasm"], "--fault drop: "),
            (
                &["--fault", "drop@tcp_close=1", "x.wasm"],
                "--fault drop@tcp_close=1: ",
            ),
            (
                &["--peer", "pen-friend", "x.wasm"],
                "--peer pen-friend: expected tcp-echo",
            ),
            (&["--report=yes", "x.wasm"], "--report"),
            (&["soak", "forever"], "forever: not expected"),
            (
                &["soak", "--seconds", "x"],
                "--seconds x: expected a number",
            ),
            (&["kit"], "kit: expected FOLDER or peers"),
            (&["kit", "here", "there"], "there: not expected"),
            (&["new"], "new: expected NAME"),
            (&["new", "a", "b"], "b: not expected"),
            (
                &["serve", "pen-friend"],
                "serve pen-friend: expected tcp-echo",
            ),
        ] {
            let error = parsed(words).unwrap_err().to_string();
            assert!(
                error.starts_with(says) || error.contains(says),
                "{words:?}: {error}"
            );
        }
    }

    #[test]
    fn a_near_miss_is_recognised() {
        assert_eq!(meant("tcp-echo"), Some("tcp_echo"));
        assert_eq!(meant("toolchian"), Some("toolchain"));
        assert_eq!(meant("something-else"), None);
    }
}
