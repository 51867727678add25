//! The function `http_request`.

use std::time::Instant;

use extism::CurrentPlugin;

use super::Host;
use super::functions::{Answer, Arguments, block_in};
use crate::Why;
use crate::http::{self, Failure, Limits, Request, Traffic};
use crate::kernel::Kernel;

impl Host {
    pub(super) fn http_request(&mut self, plugin: &mut CurrentPlugin, a: &Arguments) -> Answer {
        let limit = self.within(plugin, self.config.http_wait);
        if self.goes_wrong(a, limit) {
            return Answer::Offset(0);
        }
        if let Some(garbage) = self.garbage(a) {
            return self.hand_over(plugin, Some(&garbage), 0);
        }
        let deadline = Instant::now() + limit;
        let request = match self.request(plugin, a) {
            Ok(request) => request,
            Err(failure) => return self.no_response(plugin, a, failure),
        };
        if self.connections.is_full() {
            let full = Failure::Denied(request.target(), Why::Connections);
            return self.no_response(plugin, a, full);
        }
        let mut traffic = Traffic::default();
        let limits = Limits {
            config: &self.config,
            trust: &self.trust,
            deadline,
            bytes: self.bytes_left(),
        };
        let answer = http::send(request, &limits, &mut traffic);
        self.moved = self.moved.saturating_add(traffic.sent);
        self.report.bytes_sent += traffic.sent;
        match answer {
            Ok(answer) => {
                let json = answer.json();
                self.hand_over(plugin, json.as_deref(), traffic.received as usize)
            }
            Err(failure) => {
                self.moved = self.moved.saturating_add(traffic.received);
                self.no_response(plugin, a, failure)
            }
        }
    }

    /// Returns the request that the plugin passes.
    fn request(&mut self, plugin: &mut CurrentPlugin, a: &Arguments) -> Result<Request, Failure> {
        let kernel = Kernel::of(plugin).ok_or(Failure::Failed)?;
        let block = |index| block_in(&kernel, a.u64(index)).ok_or(Failure::Failed);
        let (method, url, headers, body) = (block(0)?, block(1)?, block(2)?, block(3)?);
        self.report.bytes_read += body.len() as u64;
        let mut request = Request::new(method, url, headers, Vec::new()).ok_or(Failure::Failed)?;
        // A body that is too long is refused without being copied.
        if body.len() as u64 > self.config.max_request_body {
            return Err(Failure::Denied(request.target(), Why::Bytes));
        }
        request.body = body.to_vec();
        Ok(request)
    }

    fn no_response(&mut self, plugin: &CurrentPlugin, a: &Arguments, failure: Failure) -> Answer {
        if let Failure::Denied(target, why) = failure {
            self.deny(a, plugin, target.as_bytes(), why);
        }
        Answer::Offset(0)
    }
}
