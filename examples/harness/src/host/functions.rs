//! The wasm side of the ten functions and, with feature `http`, the eleventh. Their import module is `env` unless
//! configured otherwise.
//!
//! Each reads its arguments, calls [`Host`] and returns a number. None ever fails: whatever a plugin passes, the worst
//! result is 0.

use std::borrow::Cow;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use extism::{CurrentPlugin, Error, Function, PTR, UserData, Val, ValType};
use uuid::Uuid;

use super::connections::Protocol::{self, Tcp, Udp};
use super::{Fault, Host};
use crate::address::{self, Nowhere};
use crate::kernel::{self, Kernel};
use crate::{Denied, Why};

const I32: ValType = ValType::I32;
const I64: ValType = ValType::I64;

/// Keeps the state of the plugins that use a set of functions.
pub(crate) trait Owner: Sized + 'static {
    /// Calls `run` with the state of one plugin. No other plugin waits for it.
    fn with<T>(owner: &Mutex<Self>, plugin: Uuid, run: impl FnOnce(&mut Host) -> T) -> T;
}

/// Returns all functions in this import module, bound to the state of the calling plugin.
pub(crate) fn all<O: Owner>(owner: &UserData<O>, module: &str) -> Vec<Function> {
    let define = |name: &'static str, params: &[ValType], result: Option<ValType>, f: Body| {
        let run = move |plugin: &mut CurrentPlugin,
                        inputs: &[Val],
                        outputs: &mut [Val],
                        owner: UserData<O>| {
            let owner = owner.get()?;
            let answer = O::with(&owner, plugin.id(), |host| {
                host.report.calls.count(name);
                let arguments = Arguments {
                    values: inputs,
                    function: name,
                    fault: host.injector.strike(name),
                };
                host.timed(plugin, &arguments, f)
            });
            answer.put(outputs)
        };
        Function::new(name, params.to_vec(), result, owner.clone(), run).with_namespace(module)
    };
    vec![
        define("tcp_connect", &[PTR], Some(I32), |h, p, a| {
            h.connect(Tcp, p, a)
        }),
        define("tcp_send", &[I32, PTR, I64], Some(I32), |h, p, a| {
            h.send(Tcp, p, a)
        }),
        define("tcp_recv", &[I32, I32], Some(PTR), |h, p, a| {
            h.receive(Tcp, p, a)
        }),
        define("tcp_close", &[I32], None, |h, _, a| h.close(Tcp, a)),
        define("udp_connect", &[PTR], Some(I32), |h, p, a| {
            h.connect(Udp, p, a)
        }),
        define("udp_send", &[I32, PTR, I64], Some(I32), |h, p, a| {
            h.send(Udp, p, a)
        }),
        define("udp_recv", &[I32, I32], Some(PTR), |h, p, a| {
            h.receive(Udp, p, a)
        }),
        define("udp_close", &[I32], None, |h, _, a| h.close(Udp, a)),
        define(
            "icmp_send",
            &[PTR, PTR, I64, I32],
            Some(I32),
            Host::icmp_send,
        ),
        define("icmp_recv", &[I32], Some(PTR), Host::icmp_receive),
        #[cfg(feature = "http")]
        define("http_request", &[PTR; 4], Some(PTR), Host::http_request),
    ]
}

type Body = fn(&mut Host, &mut CurrentPlugin, &Arguments) -> Answer;

/// The arguments from wasm, and the fault of this call. The types are checked when the plugin is linked, so the zeros
/// for another type are never used.
pub(super) struct Arguments<'a> {
    values: &'a [Val],
    /// The function that was called.
    pub function: &'static str,
    pub fault: Option<Fault>,
}

impl Arguments<'_> {
    pub fn u32(&self, index: usize) -> u32 {
        self.values.get(index).and_then(Val::i32).unwrap_or(0) as u32
    }

    pub fn u64(&self, index: usize) -> u64 {
        self.values.get(index).and_then(Val::i64).unwrap_or(0) as u64
    }
}

/// The value returned to wasm.
pub(super) enum Answer {
    Nothing,
    Number(u32),
    Offset(u64),
}

impl Answer {
    fn put(self, outputs: &mut [Val]) -> Result<(), Error> {
        let value = match self {
            Answer::Nothing => return Ok(()),
            Answer::Number(n) => Val::I32(n as i32),
            Answer::Offset(offset) => Val::I64(offset as i64),
        };
        if let Some(output) = outputs.first_mut() {
            *output = value;
        }
        Ok(())
    }
}

impl Host {
    /// Runs a function, and measures its duration.
    fn timed(&mut self, plugin: &mut CurrentPlugin, a: &Arguments, run: Body) -> Answer {
        let closes = a.function.ends_with("_close");
        if self.waited >= self.config.max_waiting && !closes {
            self.deny(a, plugin, b"", Why::Time);
            return match a.function.ends_with("_recv") || a.function == "http_request" {
                true => Answer::Offset(0),
                false => Answer::Number(0),
            };
        }
        let start = Instant::now();
        let answer = run(self, plugin, a);
        self.waited = self.waited.saturating_add(start.elapsed());
        answer
    }

    /// Counts and reports a denial.
    pub(super) fn deny(&mut self, a: &Arguments, plugin: &CurrentPlugin, target: &[u8], why: Why) {
        match why {
            Why::NotAllowed => self.report.denied += 1,
            _ => self.report.limited += 1,
        }
        self.config.denied.tell(|| Denied {
            plugin: plugin.id().to_string(),
            function: a.function,
            target: String::from_utf8_lossy(target).into_owned(),
            why,
        });
    }

    /// Returns how many more bytes the plugin may send or receive.
    pub(super) fn bytes_left(&self) -> u64 {
        self.config.max_bytes.saturating_sub(self.moved)
    }

    /// Shortens `limit` to the time left for the plugin's call and for its waits in total.
    pub(super) fn within(&self, plugin: &CurrentPlugin, limit: Duration) -> Duration {
        let limit = limit.min(self.config.max_waiting.saturating_sub(self.waited));
        plugin
            .time_remaining()
            .map_or(limit, |left| left.min(limit))
    }

    fn connect(&mut self, protocol: Protocol, plugin: &mut CurrentPlugin, a: &Arguments) -> Answer {
        let limit = self.within(plugin, self.config.connect_wait);
        if self.goes_wrong(a, limit) {
            return Answer::Number(0);
        }
        let asked = block(plugin, a.u64(0)).unwrap_or_default().to_vec();
        let address = self.config.redirected(&asked);
        if !self.config.short_numbers
            && address::split(address).is_some_and(|(host, _)| address::is_short_number(host))
        {
            return Answer::Number(0);
        }
        let id = self
            .connections
            .connect(protocol, address, limit, &self.config.allow);
        self.report.opened += u64::from(id.is_ok());
        if let Some(why) = id.err().and_then(Nowhere::why) {
            self.deny(a, plugin, &asked, why);
        }
        Answer::Number(id.unwrap_or(0))
    }

    fn send(&mut self, protocol: Protocol, plugin: &mut CurrentPlugin, a: &Arguments) -> Answer {
        let limit = self.within(plugin, self.config.send_wait);
        if self.goes_wrong(a, limit) {
            return Answer::Number(0);
        }
        let left = self.bytes_left();
        let mut limited = false;
        let sent = block(plugin, a.u64(1)).and_then(|block| {
            let read = read(block, a.u64(2), self.config.whole_blocks);
            self.report.bytes_read += read.len() as u64;
            let data = cut(&read, a.u64(2));
            limited = data.len() as u64 > left;
            if limited {
                return None;
            }
            let data = self.part_of(data, a);
            self.connections.send(protocol, a.u32(0), data, limit)
        });
        if limited {
            self.deny(a, plugin, b"", Why::Bytes);
        }
        let sent = sent.unwrap_or(0);
        self.moved = self.moved.saturating_add(sent as u64);
        self.report.bytes_sent += sent as u64;
        Answer::Number(u32::try_from(sent).unwrap_or(u32::MAX))
    }

    fn receive(&mut self, protocol: Protocol, plugin: &mut CurrentPlugin, a: &Arguments) -> Answer {
        let limit = self.within(plugin, self.config.wait);
        let max = a.u32(1).min(self.config.max_receive) as usize;
        if self.goes_wrong(a, limit) {
            return Answer::Offset(0);
        }
        if self.bytes_left() == 0 {
            self.deny(a, plugin, b"", Why::Bytes);
            return Answer::Offset(0);
        }
        let max = max.min(usize::try_from(self.bytes_left()).unwrap_or(usize::MAX));
        let whole = self.config.whole_receives;
        let received = match a.fault {
            Some(fault) => self.receive_amiss(fault, protocol, a, max, limit),
            None => self
                .connections
                .receive(protocol, a.u32(0), max, limit, whole),
        };
        let answer = self.hand_over(
            plugin,
            received.as_deref(),
            received.as_ref().map_or(0, Vec::len),
        );
        if received.is_some() && matches!(answer, Answer::Offset(0)) {
            // The kernel has no memory for the received bytes. Later bytes of a stream must not take their place.
            self.connections.break_off(a.u32(0));
        }
        answer
    }

    fn close(&mut self, protocol: Protocol, a: &Arguments) -> Answer {
        let closed = self.connections.close(protocol, a.u32(0));
        self.report.closed += u64::from(closed);
        Answer::Nothing
    }

    fn icmp_send(&mut self, plugin: &mut CurrentPlugin, a: &Arguments) -> Answer {
        let limit = self.within(plugin, self.config.send_wait);
        if self.goes_wrong(a, limit) {
            return Answer::Number(0);
        }
        let Some(kernel) = Kernel::of(plugin) else {
            return Answer::Number(0);
        };
        let target = kernel
            .block(a.u64(0))
            .and_then(|target| address::bare(self.config.redirected(target)));
        let block = block_in(&kernel, a.u64(1));
        let (Some(target), Some(block)) = (target, block) else {
            return Answer::Number(0);
        };
        if !self.config.short_numbers && address::is_short_number(target) {
            return Answer::Number(0);
        }
        let read = read(block, a.u64(2), self.config.whole_blocks);
        self.report.bytes_read += read.len() as u64;
        let payload = cut(&read, a.u64(2));
        let asked = target.as_bytes().to_vec();
        if payload.len() as u64 > self.bytes_left() {
            self.deny(a, plugin, &asked, Why::Bytes);
            return Answer::Number(0);
        }
        let seq = a.u32(3) as u16;
        let sent = self
            .icmp
            .send(target, payload, seq, limit, &self.config.allow);
        if let Some(why) = sent.err().and_then(Nowhere::why) {
            self.deny(a, plugin, &asked, why);
        }
        self.moved = self.moved.saturating_add(sent.unwrap_or(0) as u64);
        self.report.bytes_sent += sent.unwrap_or(0) as u64;
        Answer::Number(u32::from(sent.is_ok()))
    }

    fn icmp_receive(&mut self, plugin: &mut CurrentPlugin, a: &Arguments) -> Answer {
        let asked = Duration::from_millis(a.u32(0).into());
        let limit = self.within(plugin, asked.min(self.config.icmp_wait));
        if self.goes_wrong(a, limit) {
            return Answer::Offset(0);
        }
        if let Some(garbage) = self.garbage(a) {
            return self.hand_over(plugin, Some(&garbage), 0);
        }
        if self.bytes_left() == 0 {
            self.deny(a, plugin, b"", Why::Bytes);
            return Answer::Offset(0);
        }
        let packet = self.icmp.receive(limit, &self.config.allow);
        let json = packet.as_ref().and_then(|p| p.json(self.config.dialect));
        self.hand_over(plugin, json.as_deref(), packet.map_or(0, |p| p.data.len()))
    }

    /// Passes received bytes to the plugin; `payload` of them came from the network.
    pub(super) fn hand_over(
        &mut self,
        plugin: &mut CurrentPlugin,
        bytes: Option<&[u8]>,
        payload: usize,
    ) -> Answer {
        let offset = bytes.map_or(0, |bytes| kernel::put(plugin, bytes));
        if offset != 0 {
            self.moved = self.moved.saturating_add(payload as u64);
            self.report.bytes_received += payload as u64;
        }
        Answer::Offset(offset)
    }
}

/// Returns the whole block at an offset.
fn block(plugin: &mut CurrentPlugin, offset: u64) -> Option<&[u8]> {
    block_in(&Kernel::of(plugin)?, offset)
}

/// The kernel has no empty blocks: their offset is 0.
pub(super) fn block_in<'a>(kernel: &Kernel<'a>, offset: u64) -> Option<&'a [u8]> {
    match offset {
        0 => Some(&[]),
        _ => kernel.block(offset),
    }
}

/// Returns what a send reads from a block of which it sends `length` bytes.
fn read(block: &[u8], length: u64, whole: bool) -> Cow<'_, [u8]> {
    match whole {
        // Copied as in production, so that the cost is the same.
        true => Cow::Owned(block.to_vec()),
        false => Cow::Borrowed(cut(block, length)),
    }
}

/// Returns the first `length` bytes of a block, or all of it if it is shorter.
fn cut(block: &[u8], length: u64) -> &[u8] {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    &block[..block.len().min(length)]
}
