//! Compares the library with the alternatives on the same loopback work. Only times can be compared here, and only as
//! ratios.

use crate::Result;
use crate::cases::{CASES, Case};
use crate::guests::{Guests, Style};
use crate::peers::{Peer, Peers};
use crate::run::{How, run};
use crate::table::Table;
use crate::tables::spread;
use crate::wasi::Wasi;
use crate::work::{CHUNK, DATAGRAM, Work};
use serde::Serialize;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

/// The result of one way to do the work.
#[derive(Clone, Debug, Serialize)]
pub struct Beside {
    /// What was used.
    pub what: &'static str,
    /// The time relative to native `std::net` in each round: TCP, and UDP. Or why there is none.
    pub times: std::result::Result<[Vec<f64>; 2], String>,
}

/// A way to do the work.
type Way<'a> = (&'static str, Box<dyn FnMut(Work) -> Result<Duration> + 'a>);

/// Measures all ways.
pub fn measure(guests: &Guests, quick: bool) -> Result<Vec<Beside>> {
    let (bytes, datagrams, rounds) = if quick {
        (1 << 20, 1_000, 1)
    } else {
        (16 << 20, 10_000, 5)
    };
    let wasi = if quick {
        Err("left out of a quick run".to_owned())
    } else {
        Wasi::build().map_err(|error| error.to_string())
    };
    let in_wasm = |style| move |work| in_wasm(guests, style, work);
    let mut ways: Vec<Way<'_>> = vec![
        ("`std::net`, native", Box::new(std_net)),
        ("this library, native", Box::new(library)),
        ("by hand, in wasm (Extism)", Box::new(in_wasm(Style::Hand))),
        (
            "this library, in wasm (Extism): embedded",
            Box::new(in_wasm(Style::Embedded)),
        ),
        (
            "this library, in wasm (Extism): facade",
            Box::new(in_wasm(Style::Facade)),
        ),
    ];
    const WASI: &str = "WASI 0.2 sockets, in wasm (Wasmtime)";
    if let Ok(wasi) = &wasi {
        ways.push((WASI, Box::new(|work| wasi.run(work))));
    }
    let mut times = vec![[Vec::new(), Vec::new()]; ways.len()];
    for _ in 0..rounds {
        for (number, work) in [Work::Tcp(bytes), Work::Udp(datagrams)]
            .into_iter()
            .enumerate()
        {
            let mut native = None;
            for ((_, way), times) in ways.iter_mut().zip(&mut times) {
                let took = way(work)?.as_secs_f64();
                times[number].push(took / *native.get_or_insert(took));
            }
        }
    }
    let mut all: Vec<Beside> = ways
        .iter()
        .zip(times)
        .map(|((what, _), times)| Beside {
            what,
            times: Ok(times),
        })
        .collect();
    drop(ways);
    if let Err(why) = wasi {
        all.push(Beside {
            what: WASI,
            times: Err(why),
        });
    }
    Ok(all)
}

/// Returns the results as a table.
#[must_use]
pub fn table(all: &[Beside]) -> Table {
    let mut table = Table::new(&["what", "#TCP", "spread", "#UDP", "spread"]);
    for beside in all {
        let mut row = vec![beside.what.to_owned()];
        match &beside.times {
            Ok(times) => {
                for ratios in times {
                    let (median, least, most) = spread(ratios);
                    row.push(format!("{median:.2}"));
                    row.push(format!("{least:.2} to {most:.2}"));
                }
            }
            Err(why) => row.extend(["".into(), why.clone(), "".into(), "".into()]),
        }
        table.row(row);
    }
    table
}

fn in_wasm(guests: &Guests, style: Style, work: Work) -> Result<Duration> {
    let (name, count, size) = match work {
        Work::Tcp(bytes) => ("echo-16m", bytes, CHUNK),
        Work::Udp(datagrams) => ("udp-1000", datagrams, DATAGRAM),
    };
    let case = CASES
        .iter()
        .find(|case| case.name == name)
        .ok_or("no such case")?;
    let case = Case { size, ..*case };
    Ok(run(guests, &case, style, How::plain(count))?.time)
}

/// The work of both native ways, over sockets with the same methods.
macro_rules! native {
    ($work:expr, $tcp:ty, $udp:expr) => {{
        let work: Work = $work;
        let peers = Peers::start(Peer::Echo, 0)?;
        let start = Instant::now();
        match work {
            Work::Tcp(bytes) => {
                let mut stream = <$tcp>::connect(&peers.tcp)?;
                stream.set_nodelay(true)?;
                let mut chunk = [7; CHUNK];
                for number in 0..bytes / CHUNK as u64 {
                    chunk[..8].copy_from_slice(&number.to_le_bytes());
                    stream.write_all(&chunk)?;
                    stream.read_exact(&mut chunk)?;
                }
            }
            Work::Udp(datagrams) => {
                let socket = $udp(&peers.udp)?;
                let (mut sent, mut reply) = ([7; DATAGRAM], [0; 2_048]);
                for number in 0..datagrams {
                    sent[..8].copy_from_slice(&number.to_le_bytes());
                    socket.send(&sent)?;
                    let len = socket.recv(&mut reply)?;
                    if reply[..len] != sent {
                        return Err("another datagram came back".into());
                    }
                }
            }
        }
        Ok(start.elapsed())
    }};
}

fn std_net(work: Work) -> Result<Duration> {
    let udp = |address: &str| -> std::io::Result<std::net::UdpSocket> {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(address)?;
        socket.set_read_timeout(Some(Duration::from_secs(5)))?;
        Ok(socket)
    };
    native!(work, std::net::TcpStream, udp)
}

fn library(work: Work) -> Result<Duration> {
    native!(work, harness_wasi_sockets::TcpStream, |address: &str| {
        harness_wasi_sockets::UdpSocket::connect(address)
    })
}
