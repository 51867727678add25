//! Implements the faults in the functions.

use std::thread;
use std::time::Duration;

use super::connections::Protocol;
use super::functions::Arguments;
use super::{Fault, Host};

/// The longest that a slow peer delays a receive, and that an over-long block waits for its extra bytes.
const SLOWLY: Duration = Duration::from_millis(20);

impl Host {
    /// Applies the fault of a call. Returns true if all that remains is to return 0. A stall takes `limit`.
    pub(super) fn goes_wrong(&mut self, a: &Arguments, limit: Duration) -> bool {
        let Some(fault) = a.fault else {
            return false;
        };
        let (protocol, id) = (protocol(a.function), a.u32(0));
        let happens = match (fault, protocol) {
            (Fault::Zero, _) => true,
            (Fault::Drop, Some(protocol)) => self.connections.close(protocol, id),
            (Fault::Reset, Some(_)) => self.connections.break_off(id),
            (Fault::Stall, protocol) => {
                let waits = a.function.ends_with("_connect")
                    || protocol.is_none_or(|p| self.connections.is_sound(p, id));
                if waits {
                    thread::sleep(limit);
                }
                waits
            }
            _ => false,
        };
        if happens {
            self.report.faults.count(fault, a.function);
        }
        happens
    }

    /// Returns the data to send: all of it, or a part.
    pub(super) fn part_of<'a>(&mut self, data: &'a [u8], a: &Arguments) -> &'a [u8] {
        let most = data.len().saturating_sub(1);
        if a.fault != Some(Fault::Partial) || most == 0 {
            return data;
        }
        self.report.faults.count(Fault::Partial, a.function);
        &data[..self.injector.some(most)]
    }

    /// Receives too much, or little and late.
    pub(super) fn receive_amiss(
        &mut self,
        fault: Fault,
        protocol: Protocol,
        a: &Arguments,
        max: usize,
        limit: Duration,
    ) -> Option<Vec<u8>> {
        let id = a.u32(0);
        let whole = self.config.whole_receives;
        let mut receive = |max, limit| self.connections.receive(protocol, id, max, limit, whole);
        let (received, happened) = match fault {
            Fault::Slow => {
                let late = Duration::from_millis(self.injector.some(5) as u64).min(limit);
                thread::sleep(late);
                let received = receive(self.injector.some(3).min(max), limit - late);
                let happened = received.is_some();
                (received, happened)
            }
            Fault::OverLong if max > 0 => {
                let most = max.saturating_add(self.injector.over_long_by());
                let mut received = receive(most, limit)?;
                // A datagram arrives whole. A stream arrives in pieces.
                while protocol == Protocol::Tcp && received.len() < most {
                    match receive(most - received.len(), limit.min(SLOWLY)) {
                        Some(more) => received.extend(more),
                        None => break,
                    }
                }
                let happened = received.len() > max;
                (Some(received), happened)
            }
            _ => (receive(max, limit), false),
        };
        if happened {
            self.report.faults.count(fault, a.function);
        }
        received
    }

    /// Returns a malformed result, if this call has that fault.
    pub(super) fn garbage(&mut self, a: &Arguments) -> Option<Vec<u8>> {
        (a.fault == Some(Fault::Garbage)).then(|| {
            self.report.faults.count(Fault::Garbage, a.function);
            self.injector.garbage(a.function)
        })
    }
}

/// Returns the protocol that a function is about; `None` for ICMP.
fn protocol(function: &str) -> Option<Protocol> {
    match function.split_once('_') {
        Some(("tcp", _)) => Some(Protocol::Tcp),
        Some(("udp", _)) => Some(Protocol::Udp),
        _ => None,
    }
}
