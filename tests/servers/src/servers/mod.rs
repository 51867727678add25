//! The servers, one small file each.

mod chrony;
mod coap;
mod collectd;
mod dnsmasq;
mod dovecot;
mod mosquitto;
mod nginx;
mod postgres;
mod redis;
mod websocket;

pub use chrony::chrony;
pub use coap::coap;
pub use collectd::collectd;
pub use dnsmasq::{MANY, dnsmasq};
pub use dovecot::dovecot;
pub use mosquitto::mosquitto;
pub use nginx::{Nginx, nginx};
pub use postgres::postgres;
pub use redis::redis;
pub use websocket::websocket_echo;

/// Who may log in, where a server asks: their name.
pub const USER: &str = "crab";
/// Their password.
pub const PASSWORD: &str = "a shell of one's own";
