//! Modbus TCP, with `modbus`: writes registers and a coil, and reads them back.
//!
//! Input: `HOST:PORT`, then the numbers for the registers, separated by spaces. Output: the numbers, and the coil.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use modbus::tcp::{Config, Transport};
use modbus::{Client, Coil};
use std::time::Duration;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let wrong = || Error::msg("the input is HOST:PORT NUMBER...");
    let mut words = input.split(' ');
    let (host, port) = words
        .next()
        .and_then(|a| a.rsplit_once(':'))
        .ok_or_else(wrong)?;
    let numbers: Vec<u16> = words.map(str::parse).collect::<Result<_, _>>()?;
    let config = Config {
        tcp_port: port.parse()?,
        tcp_connect_timeout: Some(Duration::from_secs(5)),
        tcp_read_timeout: Some(Duration::from_secs(30)),
        ..Config::default()
    };
    let mut device = Transport::new_with_cfg(host, config)?;
    device.write_multiple_registers(7, &numbers)?;
    device.write_single_coil(3, Coil::On)?;
    let registers = device.read_holding_registers(7, numbers.len() as u16)?;
    let coils = device.read_coils(3, 1)?;
    device.close()?;
    Ok(format!("{registers:?} {coils:?}"))
}
