//! SNMP, with `snmp`: asks a device for its name, and walks its `system` group.
//!
//! Input: `HOST:PORT COMMUNITY`. Output: the name, and the number of values.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use snmp::{SyncSession, Value};
use std::time::Duration;

/// `sysName.0`.
const NAME: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 5, 0];
/// The group `system`.
const SYSTEM: &[u32] = &[1, 3, 6, 1, 2, 1, 1];

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, community) = input
        .split_once(' ')
        .ok_or(Error::msg("the input is ADDRESS COMMUNITY"))?;
    let timeout = Some(Duration::from_secs(5));
    let mut session = SyncSession::new(address, community.as_bytes(), timeout, 1)?;
    let failed = |error| Error::msg(format!("{error:?}"));

    let mut answer = session.get(NAME).map_err(failed)?;
    let name = match answer.varbinds.next() {
        Some((_, Value::OctetString(name))) => String::from_utf8_lossy(name).into_owned(),
        other => return Err(Error::msg(format!("no name: {other:?}")).into()),
    };
    let (mut count, mut from) = (0, SYSTEM.to_vec());
    loop {
        let mut answer = session.getnext(&from).map_err(failed)?;
        let mut room = [0; 128];
        let next = answer.varbinds.next().ok_or(Error::msg("no value"))?.0;
        let next = next.read_name(&mut room).map_err(failed)?;
        if !next.starts_with(SYSTEM) {
            return Ok(format!("{name} {count}"));
        }
        from = next.to_vec();
        count += 1;
    }
}
