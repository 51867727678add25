//! beanstalkd's work queue, with `beanstalkc`: adds a job, reserves one and deletes it.
//!
//! Input: `HOST:PORT`, a line break, and the job. Output: the job that it got.

#![cfg(target_family = "wasm")]

use beanstalkc::Beanstalkc;
use extism_pdk::{Error, FnResult, plugin_fn};
use std::time::Duration;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let wrong = || Error::msg("the input is HOST:PORT and a job");
    let (address, job) = input.split_once('\n').ok_or_else(wrong)?;
    let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
    let mut queue = Beanstalkc::new()
        .host(host)
        .port(port.parse()?)
        .connection_timeout(Some(Duration::from_secs(5)))
        .connect()?;
    queue.put_default(job.as_bytes())?;
    let mut job = queue.reserve()?;
    let body = String::from_utf8_lossy(job.body()).into_owned();
    job.delete()?;
    Ok(body)
}
