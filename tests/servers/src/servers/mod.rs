//! The servers, one small file each.

mod beanstalkd;
mod chrony;
mod coap;
mod collectd;
mod dnsmasq;
mod dovecot;
mod ftp;
mod modbus;
mod mosquitto;
mod nginx;
mod postgres;
mod redis;
mod snmpd;
mod websocket;

use crate::find::{postgres_folder, python_with};
use crate::{Result, program};

pub use beanstalkd::beanstalkd;
pub use chrony::chrony;
pub use coap::coap;
pub use collectd::collectd;
pub use dnsmasq::{MANY, dnsmasq};
pub use dovecot::dovecot;
pub use ftp::ftp;
pub use modbus::modbus;
pub use mosquitto::mosquitto;
pub use nginx::{Nginx, nginx};
pub use postgres::postgres;
pub use redis::redis;
pub use snmpd::snmpd;
pub use websocket::websocket_echo;

/// A server that a test may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A queue of jobs.
    Beanstalkd,
    /// For NTP.
    Chrony,
    /// libcoap's, for CoAP.
    Coap,
    /// For StatsD.
    Collectd,
    /// For DNS.
    Dnsmasq,
    /// For IMAP.
    Dovecot,
    /// For FTP.
    Ftp,
    /// For Modbus.
    Modbus,
    /// For MQTT.
    Mosquitto,
    /// For HTTP and TLS.
    Nginx,
    /// PostgreSQL.
    Postgres,
    /// Redis.
    Redis,
    /// For SNMP.
    Snmpd,
    /// Python's, for WebSocket.
    Websockets,
}

impl Kind {
    /// All servers.
    pub const ALL: [Kind; 14] = [
        Kind::Beanstalkd,
        Kind::Chrony,
        Kind::Coap,
        Kind::Collectd,
        Kind::Dnsmasq,
        Kind::Dovecot,
        Kind::Ftp,
        Kind::Modbus,
        Kind::Mosquitto,
        Kind::Nginx,
        Kind::Postgres,
        Kind::Redis,
        Kind::Snmpd,
        Kind::Websockets,
    ];

    /// Checks whether it is installed.
    ///
    /// # Errors
    /// What is missing.
    pub fn installed(self) -> Result<()> {
        let name = match self {
            Kind::Beanstalkd => "beanstalkd",
            Kind::Chrony => "chronyd",
            Kind::Coap => "coap-server-notls",
            Kind::Collectd => "collectd",
            Kind::Dnsmasq => "dnsmasq",
            Kind::Dovecot => "dovecot",
            Kind::Ftp => return python_with("pyftpdlib").map(drop),
            Kind::Modbus => return python_with("pymodbus.server").map(drop),
            Kind::Mosquitto => "mosquitto",
            Kind::Nginx => "nginx",
            Kind::Postgres => return postgres_folder().map(drop),
            Kind::Redis => "redis-server",
            Kind::Snmpd => "snmpd",
            Kind::Websockets => return python_with("websockets").map(drop),
        };
        program(name).map(drop)
    }
}

/// The user name for servers that require a login.
pub const USER: &str = "crab";
/// The password.
pub const PASSWORD: &str = "a shell of one's own";
