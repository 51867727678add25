//! DNS, with `simple-dns`: queries a name server over UDP, and over TCP if the response does not fit.
//!
//! Input: `SERVER NAME TYPE`, for example `127.0.0.1:53 example.org A`. Output: one record per line, for the types A,
//! AAAA, MX and TXT.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::{TcpStream, UdpSocket};
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, Question, RCODE, TYPE};
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write};
use std::net::SocketAddr;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let words: Vec<&str> = input.split(' ').collect();
    let &[server, name, kind] = words.as_slice() else {
        return Err(Error::msg("the input is SERVER NAME TYPE").into());
    };
    let server: SocketAddr = server.parse()?;
    let kind = match kind {
        "A" => TYPE::A,
        "AAAA" => TYPE::AAAA,
        "MX" => TYPE::MX,
        "TXT" => TYPE::TXT,
        _ => return Err(Error::msg("the type is A, AAAA, MX or TXT").into()),
    };

    // An unpredictable number: std gets its random numbers from WASI.
    let id = RandomState::new().hash_one(name) as u16;
    let mut query = Packet::new_query(id);
    query.set_flags(PacketFlag::RECURSION_DESIRED);
    query.questions.push(Question::new(
        Name::new(name)?,
        QTYPE::TYPE(kind),
        CLASS::IN.into(),
        false,
    ));
    let query = query.build_bytes_vec()?;

    let mut bytes = over_udp(server, &query, id)?;
    if Packet::parse(&bytes)?.has_flags(PacketFlag::TRUNCATION) {
        bytes = over_tcp(server, &query)?;
    }

    let reply = Packet::parse(&bytes)?;
    match reply.rcode() {
        _ if reply.id() != id => return Err(Error::msg("an answer to something else").into()),
        RCODE::NoError => {}
        RCODE::NameError => return Err(Error::msg("there is no such name").into()),
        rcode => return Err(Error::msg(format!("the server says {rcode:?}")).into()),
    }
    let answers = reply.answers.iter().map(|answer| text(&answer.rdata));
    Ok(answers.collect::<Result<Vec<_>, _>>()?.join("\n"))
}

fn over_udp(server: SocketAddr, query: &[u8], id: u16) -> Result<Vec<u8>, Error> {
    let any = if server.is_ipv4() {
        "0.0.0.0:0"
    } else {
        "[::]:0"
    };
    let socket = UdpSocket::bind(any)?;
    socket.send_to(query, server)?;
    let mut buf = [0; 1232];
    loop {
        let (n, from) = socket.recv_from(&mut buf)?;
        // A late response to an earlier query may arrive first.
        if from == server && buf[..n].starts_with(&id.to_be_bytes()) {
            return Ok(buf[..n].to_vec());
        }
    }
}

fn over_tcp(server: SocketAddr, query: &[u8]) -> Result<Vec<u8>, Error> {
    let mut stream = TcpStream::connect(server)?;
    let length = u16::try_from(query.len())?;
    stream.write_all(&[&length.to_be_bytes(), query].concat())?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut reply = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut reply)?;
    Ok(reply)
}

fn text(rdata: &RData) -> Result<String, Error> {
    Ok(match rdata {
        RData::A(a) => std::net::Ipv4Addr::from(a.address).to_string(),
        RData::AAAA(aaaa) => std::net::Ipv6Addr::from(aaaa.address).to_string(),
        RData::MX(mx) => format!("{} {}", mx.preference, mx.exchange),
        RData::CNAME(name) => format!("alias of {}", name.0),
        RData::TXT(txt) => String::try_from(txt.clone())?,
        other => format!("{other:?}"),
    })
}
