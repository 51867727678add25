//! NTP, with `rsntp`: asks a server for the time.
//!
//! Input: `HOST:PORT`. Output: the server's time in seconds since 1970, and its stratum.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use rsntp::SntpClient;

#[plugin_fn]
pub fn run(address: String) -> FnResult<String> {
    let answer = SntpClient::new().synchronize(address)?;
    let seconds = answer.datetime().unix_timestamp()?.as_secs();
    Ok(format!("{seconds} {}", answer.stratum()))
}
