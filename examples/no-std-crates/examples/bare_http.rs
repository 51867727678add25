//! HTTP without std, with `reqwless`: fetches pages of one site over one connection. The crate requires
//! `embedded-nal-async`, which the library's `Stack` implements.
//!
//! Input: a site's URL, then one path per line. The site may be a name: the stack returns a placeholder address for it,
//! and the harness host resolves it. Output: each page's status and length, then the page; 16 KiB in total.

#![cfg(target_family = "wasm")]
#![no_std]

use core::fmt::Write;
use embassy_futures::block_on;
use harness_wasi_sockets::embedded::{Names, Stack};
use heapless::{String, Vec};
use no_std_crate_guests::guest;
use no_std_crate_guests::plugin::{Failed, failed, no, output};
use reqwless::client::HttpClient;

guest!(fetch);

const MOST: usize = 16 * 1024;

fn fetch(input: &str) -> Result<(), Failed> {
    let (site, paths) = input
        .split_once('\n')
        .ok_or_else(|| no("the input is a URL and paths"))?;
    // All futures here are ready at the first poll.
    let pages = block_on(pages(site, paths))?;
    output(&pages)
}

async fn pages(site: &str, paths: &str) -> Result<Vec<u8, MOST>, Failed> {
    let names = Names::new();
    let stack = Stack::with_names(&names);
    let mut client = HttpClient::new(&stack, &stack);
    let resource = client.resource(site).await;
    let mut site = resource.map_err(|why| failed("connecting", why))?;

    let mut pages = Vec::new();
    for path in paths.lines() {
        let mut buf = [0; MOST];
        let answer = site.get(path).send(&mut buf).await;
        let answer = answer.map_err(|why| failed("the answer", why))?;
        let status = answer.status.0;
        let page = answer.body().read_to_end().await;
        let page = page.map_err(|why| failed("the page", why))?;

        let mut head = String::<32>::new();
        let _ = writeln!(head, "{status} {}", page.len());
        let long = |_| no("the pages are too long");
        pages.extend_from_slice(head.as_bytes()).map_err(long)?;
        pages.extend_from_slice(page).map_err(long)?;
    }
    Ok(pages)
}
