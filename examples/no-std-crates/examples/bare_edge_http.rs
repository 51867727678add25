//! HTTP without std, with `edge-http`: fetches pages of one site over one connection. The crate requires `edge-nal`,
//! which the library's `Stack` implements.
//!
//! Input: `HOST:PORT`, then one path per line. The host may be a name: the stack returns a placeholder address for it,
//! and the harness host resolves it. Output: each page's status and length, then the page; 16 KiB in total.

#![cfg(target_family = "wasm")]
#![no_std]

use core::fmt::Write;
use core::net::SocketAddr;
use edge_http::Method;
use edge_http::io::client::Connection;
use edge_nal::{AddrType, Dns};
use embassy_futures::block_on;
use embedded_io_async::Read;
use harness_wasi_sockets::embedded::{Names, Stack};
use heapless::{String, Vec};
use no_std_crate_guests::guest;
use no_std_crate_guests::plugin::{Failed, failed, no, output};

guest!(fetch);

const MOST: usize = 16 * 1024;

fn fetch(input: &str) -> Result<(), Failed> {
    let (site, paths) = input
        .split_once('\n')
        .ok_or_else(|| no("the input is HOST:PORT and paths"))?;
    // All futures here are ready at the first poll.
    let pages = block_on(pages(site, paths))?;
    output(&pages)
}

async fn pages(site: &str, paths: &str) -> Result<Vec<u8, MOST>, Failed> {
    let (host, port) = site
        .rsplit_once(':')
        .ok_or_else(|| no("there is no port"))?;
    let port = port.parse().map_err(|why| failed("the port", why))?;
    let names = Names::new();
    let stack = Stack::with_names(&names);
    let ip = stack.get_host_by_name(host, AddrType::Either).await;
    let ip = ip.map_err(|why| failed("the host", why))?;

    let mut buf = [0; 4096];
    let mut connection: Connection<_> =
        Connection::new(&mut buf, &stack, SocketAddr::new(ip, port));
    let mut pages = Vec::new();
    for path in paths.lines() {
        let headers = [("Host", site)];
        let asked = connection.initiate_request(true, Method::Get, path, &headers);
        asked.await.map_err(|why| failed("asking", why))?;
        let answered = connection.initiate_response().await;
        answered.map_err(|why| failed("the answer", why))?;
        let (headers, body) = connection.split();
        let status = headers.code;

        let mut page = Vec::<u8, MOST>::new();
        loop {
            let mut part = [0; 512];
            let n = body.read(&mut part).await;
            let n = n.map_err(|why| failed("the page", why))?;
            if n == 0 {
                break;
            }
            let long = |_| no("the page is too long");
            page.extend_from_slice(&part[..n]).map_err(long)?;
        }
        let mut head = String::<32>::new();
        let _ = writeln!(head, "{status} {}", page.len());
        let long = |_| no("the pages are too long");
        pages.extend_from_slice(head.as_bytes()).map_err(long)?;
        pages.extend_from_slice(&page).map_err(long)?;
    }
    let closed = connection.close().await;
    closed.map_err(|why| failed("closing", why))?;
    Ok(pages)
}
