//! The peers' HTTP responses.

use std::io::{self, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::peers::{line, read};
use crate::peers::Stop;

/// Only a broken host sends a longer request.
const LONGEST: usize = 64 * 1024;
/// "unpacked", compressed with gzip.
const PACKED: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 43, 205, 43, 72, 76, 206, 78, 77, 1, 0, 150, 98, 47, 202, 8,
    0, 0, 0,
];

/// Responds to the request that begins with this line. Closing ends the response.
pub(super) fn serve(
    stream: &mut TcpStream,
    first: &str,
    path: &str,
    stop: &Stop,
) -> io::Result<()> {
    let request = rest(stream, first, stop)?;
    let address = stream.local_addr()?;
    let redirect = |status: &str, to: &str| respond(status, &format!("Location: {to}\r\n"), b"");
    let response = match path.trim_start_matches('/').split_once('/') {
        Some(("count", "0")) => respond("200", "", b"there"),
        Some(("count", left)) => {
            let left = left.parse().unwrap_or(1_u32) - 1;
            redirect("302", &format!("/count/{left}"))
        }
        Some(("to", status)) => redirect(status, "/echo"),
        _ => match path {
            "/cookies" => {
                let headers = "Set-Cookie: a=1\r\nx-kit-id: 7\r\nset-cookie: b=2\r\n";
                respond("200", headers, b"cookies")
            }
            "/elsewhere" => redirect("307", &format!("http://localhost:{}/echo", address.port())),
            "/packed" => respond("200", "Content-Encoding: gzip\r\n", PACKED),
            "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort".to_vec(),
            "/silent" | "/drip" => return keep(stream, path == "/drip", stop),
            path if path.starts_with("/echo") => respond("200", "", &request),
            _ => respond("404", "", b"nothing"),
        },
    };
    stream.write_all(&response)
}

fn respond(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} Kit\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Returns the whole request, with a line feed after each line of its head.
fn rest(stream: &mut TcpStream, first: &str, stop: &Stop) -> io::Result<Vec<u8>> {
    let mut request = format!("{}\n", first.trim_end()).into_bytes();
    let mut length = 0;
    loop {
        let line = line(stream, LONGEST, stop)?;
        let line = line.trim_end();
        request.extend_from_slice(format!("{line}\n").as_bytes());
        if line.is_empty() || request.len() > LONGEST {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; LONGEST.min(length)];
    let mut got = 0;
    while got < body.len() {
        match read(stream, &mut body[got..], stop)? {
            Some(more) => got += more,
            None => break,
        }
    }
    request.extend_from_slice(&body[..got]);
    Ok(request)
}

/// Sends nothing, or one byte now and then, until the host gives up.
fn keep(stream: &mut TcpStream, drips: bool, stop: &Stop) -> io::Result<()> {
    if !drips {
        while read(stream, &mut [0; 1], stop)?.is_some() {}
        return Ok(());
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
    while !stop.is_set() {
        stream.write_all(b"x")?;
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
