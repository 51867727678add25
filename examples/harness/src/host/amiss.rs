//! What the functions do when something is to go wrong in them.

use std::thread;
use std::time::Duration;

use super::connections::Protocol;
use super::functions::Arguments;
use super::{Fault, Host};

/// The most that a slow peer keeps a receive waiting, and that an over-long block waits for the
/// bytes that make it too long.
const SLOWLY: Duration = Duration::from_millis(20);

impl Host {
    /// Does what is to go wrong in a call, if that leaves nothing to do but to answer 0. For a
    /// stall, `limit` is how long it takes.
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

    /// The data to send: all of it, or a part.
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
                // A datagram comes whole. A stream comes in pieces.
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

    /// A malformed answer, if it is time for one.
    pub(super) fn garbage(&mut self, a: &Arguments) -> Option<Vec<u8>> {
        (a.fault == Some(Fault::Garbage)).then(|| {
            self.report.faults.count(Fault::Garbage, a.function);
            self.injector.garbage(a.function)
        })
    }
}

/// Whose connections a function is about; none of ICMP's.
fn protocol(function: &str) -> Option<Protocol> {
    match function.split_once('_') {
        Some(("tcp", _)) => Some(Protocol::Tcp),
        Some(("udp", _)) => Some(Protocol::Udp),
        _ => None,
    }
}
