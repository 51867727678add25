//! DNS, with `rsdns` and its blocking client: queries the addresses and the texts of a name.
//!
//! Input: `HOST:PORT NAME`, where `HOST:PORT` is the server. Output: one address or text per line.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use rsdns::clients::{ClientConfig, std::Client};
use rsdns::records::Class;
use rsdns::records::data::{A, Txt};
use std::net::ToSocketAddrs;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (server, name) = input
        .split_once(' ')
        .ok_or(Error::msg("the input is SERVER NAME"))?;
    let server = server.to_socket_addrs()?.next();
    let server = server.ok_or(Error::msg("the server has no address"))?;
    let mut client = Client::new(ClientConfig::with_nameserver(server))?;
    let mut output = String::new();
    for data in client.query_rrset::<A>(name, Class::IN)?.rdata {
        output += &format!("{}\n", data.address);
    }
    for data in client.query_rrset::<Txt>(name, Class::IN)?.rdata {
        output += &format!("{} bytes\n", data.text.len());
    }
    Ok(output)
}
