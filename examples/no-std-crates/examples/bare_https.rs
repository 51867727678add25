//! HTTPS without std, with `reqwless` and its `embedded-tls`: fetches a page over TLS 1.3.
//!
//! Input: a URL. Its site may be a name: the stack returns a placeholder address for it, the harness host resolves it,
//! and the certificate must be for the name. Output: the page, up to 8 KiB.
//!
//! The configuration has `authority`, the trusted certificate, as a PEM file. `seed` is 32 random bytes, in hexadecimal
//! digits: see `random`. **The crate uses only 8 bytes of it**: anybody who can try that many numbers can decrypt the
//! connection. There is no clock, so certificates do not expire here.

#![cfg(target_family = "wasm")]
#![no_std]

use embassy_futures::block_on;
use harness_wasi_sockets::embedded::{Names, Stack};
use no_std_crate_guests::plugin::{Failed, MOST, config, failed, output};
use no_std_crate_guests::{guest, pem, random};
use rand_core::RngCore;
use reqwless::client::{HttpClient, TlsConfig, TlsVerify};
use reqwless::request::Method;

guest!(fetch);

/// Room for the longest TLS record.
const RECORD: usize = 16 * 1024 + 256;

fn fetch(url: &str) -> Result<(), Failed> {
    // All futures here are ready at the first poll.
    block_on(page(url))
}

async fn page(url: &str) -> Result<(), Failed> {
    let authority = config("authority")?;
    let mut der = [0; MOST];
    let ca = pem::decode(&authority, &mut der)?;
    let seed = random::generator()?.next_u64();
    let (mut from, mut to) = ([0; RECORD], [0; 4096]);
    let verify = TlsVerify::Certificate {
        ca,
        cert: None,
        key: None,
    };
    let tls = TlsConfig::new(seed, &mut from, &mut to, verify);

    let names = Names::new();
    let stack = Stack::with_names(&names);
    let mut client = HttpClient::new_with_tls(&stack, &stack, tls);
    let request = client.request(Method::GET, url).await;
    let mut request = request.map_err(|why| failed("connecting", why))?;
    let mut buf = [0; 8 * 1024];
    let answer = request.send(&mut buf).await;
    let answer = answer.map_err(|why| failed("the answer", why))?;
    let page = answer.body().read_to_end().await;
    output(page.map_err(|why| failed("the page", why))?)
}
