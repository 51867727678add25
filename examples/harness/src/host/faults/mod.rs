//! Faults on purpose: how a host fails its plugins, at known rates.
//!
//! The sockets underneath are real. A fault changes what the host does with them.

mod counts;
mod injector;
mod kind;

use crate::report::HOST_FUNCTIONS;
pub use counts::FaultCounts;
pub(super) use injector::Injector;
pub use kind::Fault;

/// Which faults happen, and when. The same seed and the same calls produce the same faults.
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
    /// Only in this function.
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
    /// Creates an empty set of faults with this seed.
    pub fn seeded(seed: u64) -> Self {
        Faults {
            seed,
            rules: Vec::new(),
            over_long_by: 1_000,
        }
    }

    /// Replaces the seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds this fault with this probability (0 to 1) in every call in which it can happen. A call has at most one
    /// fault: that of the first matching rule.
    pub fn rate(self, fault: Fault, rate: f64) -> Self {
        self.rule(fault, None, When::Rate(rate))
    }

    /// Adds this fault only in calls of this host function. It never happens in a function that cannot have it.
    pub fn rate_in(self, function: impl Into<String>, fault: Fault, rate: f64) -> Self {
        self.rule(fault, Some(function.into()), When::Rate(rate))
    }

    /// Adds this fault in one call of this host function. The first call is number 1.
    pub fn at(self, function: impl Into<String>, call: u64, fault: Fault) -> Self {
        self.rule(fault, Some(function.into()), When::Call(call))
    }

    /// Sets by how many bytes an [over-long](Fault::OverLong) block may be too long. Default: 1,000.
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

/// Adds one rule, written as on the command line: `KIND=RATE`, `KIND@FUNCTION=RATE` or `KIND@FUNCTION:CALL`.
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

#[cfg(test)]
mod tests {
    use super::kind::FAULTS;
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
        // Three quarters of the calls are receives, and a tenth of those is about 150.
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
        assert_eq!(where_it_does(Fault::Garbage), ["icmp_recv", "http_request"]);
        assert_eq!(
            where_it_does(Fault::Stall).len(),
            6,
            "connects, receives and http_request"
        );
        assert_eq!(where_it_does(Fault::Zero).len(), 9, "all but the closes");

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
