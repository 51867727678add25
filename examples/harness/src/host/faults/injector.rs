//! Decides for each call of a host function which fault happens.

use super::{Fault, Faults, When};
use crate::report::HOST_FUNCTIONS;

/// Decides for one plugin.
pub(in crate::host) struct Injector {
    faults: Faults,
    random: fastrand::Rng,
    /// The number of calls of each function.
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

    /// Returns the fault of this call of a host function, if any.
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

    /// Returns a random number from 1 to `most`; 1 if that is 0.
    pub fn some(&mut self, most: usize) -> usize {
        self.random.usize(1..=most.max(1))
    }

    pub fn over_long_by(&self) -> usize {
        self.faults.over_long_by
    }

    /// Returns a malformed result: truncated, of another form, out of range, nested, or not text.
    pub fn garbage(&mut self, function: &str) -> Vec<u8> {
        let Garbled {
            whole,
            out_of_range,
            no_base64,
            other_form,
        } = match function {
            "http_request" => RESPONSE,
            _ => PACKET,
        };
        match self.random.u8(0..8) {
            0 => whole[..self.some(whole.len() - 1)].to_vec(),
            1 => out_of_range.to_vec(),
            2 => no_base64.to_vec(),
            3 => other_form.to_vec(),
            4 => b"[".repeat(self.some(100_000)),
            5 => br#"{"a":"#.repeat(self.some(2_000)),
            6 => [whole, b"trailing"].concat(),
            _ => {
                let length = self.some(10_000);
                // Never text: UTF-8 has no such byte.
                let noise = (1..length).map(|_| self.random.u8(..));
                std::iter::once(0xff).chain(noise).collect()
            }
        }
    }
}

/// A function's result, and similar invalid ones.
struct Garbled {
    whole: &'static [u8],
    out_of_range: &'static [u8],
    no_base64: &'static [u8],
    other_form: &'static [u8],
}

const PACKET: Garbled = Garbled {
    whole: br#"{"source":"127.0.0.1","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}"#,
    out_of_range: br#"{"source":"127.0.0.1","type":999,"code":0,"data":[]}"#,
    no_base64: br#"{"source":"127.0.0.1","type":0,"code":0,"data":"no base 64!"}"#,
    other_form: br#"{"source":1,"type":"0","code":{},"data":[[[]]]}"#,
};

const RESPONSE: Garbled = Garbled {
    whole: br#"{"status":200,"headers":{"Content-Type":["text/plain"]},"body":"SGk="}"#,
    out_of_range: br#"{"status":99999,"headers":{},"body":""}"#,
    no_base64: br#"{"status":200,"headers":{},"body":"no base 64!"}"#,
    other_form: br#"{"status":"200","headers":[],"body":[72,105]}"#,
};
