//! Faults on purpose: what a host does to its plugins when things go wrong, at known rates.
//!
//! The sockets underneath are real. A fault changes what the host does with them.

use std::fmt;
use std::str::FromStr;

use crate::report::HOST_FUNCTIONS;

/// Something that goes wrong at the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is closed and forgotten, as by a host that was started anew: its id means
    /// nothing any more. In sends and receives.
    Drop,
    /// The connection is broken off: the peer gets a reset, and every call from then on answers 0
    /// until the plugin closes it. In sends and receives of TCP.
    Reset,
    /// A part of the bytes is sent, and the answer says so. In sends of TCP.
    Partial,
    /// Nothing is received, after the whole wait, or nobody answers. What has come stays for the next
    /// call. In receives, those of ICMP included, and in connects.
    Stall,
    /// The block is longer than was asked for, with as many more bytes as the peer has sent and
    /// [`Faults::over_long_by`] says. In receives of TCP and UDP.
    OverLong,
    /// The answer is no JSON of the agreed form, whatever has been heard. In `icmp_recv`.
    Garbage,
    /// The peer is slow: one to three bytes come, and those late. In receives of TCP.
    Slow,
    /// The answer is 0, at once, and nothing is done. In every function that answers.
    Zero,
}

/// All kinds, in the order in which [`FaultCounts`] lists them.
const FAULTS: [(Fault, &str); 8] = [
    (Fault::Drop, "drop"),
    (Fault::Reset, "reset"),
    (Fault::Partial, "partial"),
    (Fault::Stall, "stall"),
    (Fault::OverLong, "over-long"),
    (Fault::Garbage, "garbage"),
    (Fault::Slow, "slow"),
    (Fault::Zero, "zero"),
];

impl Fault {
    /// Whether it can happen in a host function of this name.
    fn strikes(self, function: &str) -> bool {
        let sends = function.ends_with("_send");
        let receives = function.ends_with("_recv");
        let tcp = function.starts_with("tcp_");
        let icmp = function.starts_with("icmp_");
        match self {
            Fault::Drop => (sends || receives) && !icmp,
            Fault::Reset => (sends || receives) && tcp,
            Fault::Partial => sends && tcp,
            Fault::Stall => receives || function.ends_with("_connect"),
            Fault::OverLong => receives && !icmp,
            Fault::Garbage => receives && icmp,
            Fault::Slow => receives && tcp,
            Fault::Zero => !function.ends_with("_close"),
        }
    }

    fn index(self) -> usize {
        FAULTS
            .iter()
            .position(|(fault, _)| *fault == self)
            .unwrap_or(0)
    }
}

/// The name that the command line has for it.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FAULTS[self.index()].1)
    }
}

impl FromStr for Fault {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = FAULTS.iter().find(|(_, name)| *name == text);
        known
            .map(|(fault, _)| *fault)
            .ok_or("a fault is drop, reset, partial, stall, over-long, garbage, slow or zero")
    }
}

/// Which faults happen, and when. The same seed and the same calls give the same faults.
///
/// ```
/// use harness_host::{Config, Fault, Faults};
///
/// let faults = Faults::seeded(1)
///     .rate(Fault::Partial, 0.25)               // in a quarter of all sends
///     .rate_in("tcp_recv", Fault::Stall, 0.01)
///     .at("tcp_connect", 3, Fault::Zero);       // in the third call of this function
/// let config = Config::new().faults(faults);
/// ```
#[derive(Clone, Debug)]
pub struct Faults {
    seed: u64,
    rules: Vec<Rule>,
    over_long_by: usize,
}

#[derive(Clone, Debug)]
struct Rule {
    fault: Fault,
    /// In this function alone.
    function: Option<String>,
    when: When,
}

#[derive(Clone, Copy, Debug)]
enum When {
    /// With this probability.
    Rate(f64),
    /// In this call of the function, counted from 1.
    Call(u64),
}

impl Default for Faults {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl Faults {
    /// No faults yet, and the seed for those to come.
    pub fn seeded(seed: u64) -> Self {
        Faults {
            seed,
            rules: Vec::new(),
            over_long_by: 1_000,
        }
    }

    /// The same with another seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// This fault, with this probability (0 to 1) in every call that it can happen in. A call has
    /// one fault at the most: that of the first rule that strikes.
    pub fn rate(self, fault: Fault, rate: f64) -> Self {
        self.rule(fault, None, When::Rate(rate))
    }

    /// This fault in calls of this host function alone. In one where it cannot happen it never
    /// does.
    pub fn rate_in(self, function: impl Into<String>, fault: Fault, rate: f64) -> Self {
        self.rule(fault, Some(function.into()), When::Rate(rate))
    }

    /// This fault in one call of this host function: the first has number 1.
    pub fn at(self, function: impl Into<String>, call: u64, fault: Fault) -> Self {
        self.rule(fault, Some(function.into()), When::Call(call))
    }

    /// By how many bytes an [over-long](Fault::OverLong) block may be too long. Default: 1,000.
    pub fn over_long_by(mut self, bytes: usize) -> Self {
        self.over_long_by = bytes;
        self
    }

    fn rule(mut self, fault: Fault, function: Option<String>, when: When) -> Self {
        self.rules.push(Rule {
            fault,
            function,
            when,
        });
        self
    }
}

/// `KIND=RATE`, `KIND@FUNCTION=RATE` or `KIND@FUNCTION:CALL`, as on the command line: adds one rule.
impl Faults {
    pub(crate) fn add(self, text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "it is KIND=RATE, KIND@FUNCTION=RATE or KIND@FUNCTION:CALL";
        let of = |kind: &str, function: &str| {
            let fault: Fault = kind.parse()?;
            if HOST_FUNCTIONS.contains(&function) && fault.strikes(function) {
                Ok(fault)
            } else {
                Err("there is no such function, or the fault cannot happen in it")
            }
        };
        if let Some((left, rate)) = text.split_once('=') {
            let rate = rate.parse().map_err(|_| FORM)?;
            if !(0.0..=1.0).contains(&rate) {
                return Err("a rate is from 0 to 1");
            }
            return Ok(match left.split_once('@') {
                Some((kind, function)) => self.rate_in(function, of(kind, function)?, rate),
                None => self.rate(left.parse()?, rate),
            });
        }
        let (kind, rest) = text.split_once('@').ok_or(FORM)?;
        let (function, call) = rest.split_once(':').ok_or(FORM)?;
        let call = call.parse().map_err(|_| FORM)?;
        Ok(self.at(function, call, of(kind, function)?))
    }
}

/// What decides, for one plugin.
pub(super) struct Injector {
    faults: Faults,
    random: fastrand::Rng,
    /// How often each function has been called.
    calls: [u64; HOST_FUNCTIONS.len()],
}

impl Injector {
    pub fn new(faults: &Faults) -> Self {
        Injector {
            random: fastrand::Rng::with_seed(faults.seed),
            calls: [0; HOST_FUNCTIONS.len()],
            faults: faults.clone(),
        }
    }

    /// What is to go wrong in this call of a host function.
    pub fn strike(&mut self, function: &str) -> Option<Fault> {
        let index = HOST_FUNCTIONS.iter().position(|name| *name == function)?;
        self.calls[index] += 1;
        let call = self.calls[index];
        let random = &mut self.random;
        let rule = self.faults.rules.iter().find(|rule| {
            let here = rule.function.as_deref().is_none_or(|f| f == function)
                && rule.fault.strikes(function);
            here && match rule.when {
                When::Rate(rate) => random.f64() < rate,
                When::Call(number) => number == call,
            }
        });
        rule.map(|rule| rule.fault)
    }

    /// From 1 to `most`, which is no less.
    pub fn some(&mut self, most: usize) -> usize {
        self.random.usize(1..=most.max(1))
    }

    pub fn over_long_by(&self) -> usize {
        self.faults.over_long_by
    }

    /// A report of ICMP that is none: cut off, of the wrong form, out of range, nested, no text.
    pub fn garbage(&mut self) -> Vec<u8> {
        const WHOLE: &[u8] =
            br#"{"source":"127.0.0.1","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}"#;
        match self.random.u8(0..8) {
            0 => WHOLE[..self.some(WHOLE.len() - 1)].to_vec(),
            1 => br#"{"source":"127.0.0.1","type":999,"code":0,"data":[]}"#.to_vec(),
            2 => br#"{"source":"127.0.0.1","type":0,"code":0,"data":"no base 64!"}"#.to_vec(),
            3 => br#"{"source":1,"type":"0","code":{},"data":[[[]]]}"#.to_vec(),
            4 => b"[".repeat(self.some(100_000)),
            5 => br#"{"a":"#.repeat(self.some(2_000)),
            6 => [WHOLE, b"trailing"].concat(),
            _ => {
                let length = self.some(10_000);
                // Never text: UTF-8 has no such byte.
                let noise = (1..length).map(|_| self.random.u8(..));
                std::iter::once(0xff).chain(noise).collect()
            }
        }
    }
}

/// How often each fault has happened, by kind and host function. A fault that was to happen and
/// changed nothing, such as a part sent of a single byte, is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts([[u64; HOST_FUNCTIONS.len()]; FAULTS.len()]);

impl FaultCounts {
    /// How often this one has happened.
    pub fn get(&self, fault: Fault) -> u64 {
        self.0[fault.index()].iter().sum()
    }

    /// How often it has happened in this host function.
    pub fn get_in(&self, function: &str, fault: Fault) -> u64 {
        let index = HOST_FUNCTIONS.iter().position(|name| *name == function);
        index.map_or(0, |index| self.0[fault.index()][index])
    }

    /// How many there were in all.
    pub fn total(&self) -> u64 {
        self.0.iter().flatten().sum()
    }

    /// Each fault that has happened, where, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (Fault, &'static str, u64)> + '_ {
        FAULTS
            .into_iter()
            .zip(self.0)
            .flat_map(|((fault, _), row)| {
                let counts = HOST_FUNCTIONS.into_iter().zip(row);
                counts
                    .filter(|(_, count)| *count > 0)
                    .map(move |(function, count)| (fault, function, count))
            })
    }

    pub(super) fn count(&mut self, fault: Fault, function: &str) {
        if let Some(index) = HOST_FUNCTIONS.iter().position(|name| *name == function) {
            self.0[fault.index()][index] += 1;
        }
    }
}

/// By kind, as `drop 1, stall 12`.
impl fmt::Display for FaultCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (fault, name) in FAULTS {
            let count = self.get(fault);
            if count > 0 {
                write!(f, "{separator}{name} {count}")?;
                separator = ", ";
            }
        }
        if separator.is_empty() {
            f.write_str("none")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(faults: &Faults, functions: &[&str]) -> Vec<Option<Fault>> {
        let mut injector = Injector::new(faults);
        functions.iter().map(|f| injector.strike(f)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let calls = ["tcp_recv", "tcp_send", "udp_recv", "icmp_recv"].repeat(500);
        let faults = |seed| {
            let faults = Faults::seeded(seed)
                .rate(Fault::Stall, 0.1)
                .rate(Fault::Drop, 0.1);
            struck(&faults, &calls)
        };
        assert_eq!(faults(7), faults(7));
        assert_ne!(faults(7), faults(8));
        // Three quarters of the calls are receives, and a tenth of those are about 150.
        let stalls = faults(7)
            .iter()
            .filter(|f| **f == Some(Fault::Stall))
            .count();
        assert!((100..200).contains(&stalls), "{stalls}");
    }

    #[test]
    fn a_fault_strikes_where_it_can_and_is_told_to() {
        let always = |fault| Faults::default().rate(fault, 1.0);
        let where_it_does = |fault: Fault| -> Vec<_> {
            let struck = struck(&always(fault), &HOST_FUNCTIONS);
            HOST_FUNCTIONS
                .into_iter()
                .zip(struck)
                .filter_map(|(f, s)| s.map(|_| f))
                .collect()
        };
        assert_eq!(where_it_does(Fault::Partial), ["tcp_send"]);
        assert_eq!(where_it_does(Fault::Garbage), ["icmp_recv"]);
        assert_eq!(
            where_it_does(Fault::Stall).len(),
            5,
            "connects and receives"
        );
        assert_eq!(where_it_does(Fault::Zero).len(), 8, "all but the closes");

        let third = Faults::default().at("tcp_recv", 3, Fault::Zero);
        let calls = [
            "tcp_recv", "tcp_send", "tcp_recv", "udp_recv", "tcp_recv", "tcp_recv",
        ];
        let expected = [None, None, None, None, Some(Fault::Zero), None];
        assert_eq!(struck(&third, &calls), expected);
    }

    #[test]
    fn rules_as_text() {
        let faults = Faults::default()
            .add("drop=0.5")
            .and_then(|f| f.add("zero@udp_send=1"))
            .and_then(|f| f.add("slow@tcp_recv:7"))
            .unwrap();
        assert_eq!(faults.rules.len(), 3);
        for wrong in [
            "",
            "drop",
            "drop=2",
            "drop=-1",
            "drop=NaN",
            "nonsense=0.1",
            "drop@tcp_recv",
            "drop@tcp_recv:x",
            "drop@tcp_close=1",
            "drop@tcp_rcv=1",
            "partial@udp_send:1",
        ] {
            assert!(Faults::default().add(wrong).is_err(), "{wrong:?}");
        }
        for (fault, name) in FAULTS {
            assert_eq!(
                (fault.to_string().as_str(), name.parse()),
                (name, Ok(fault))
            );
        }
    }
}
