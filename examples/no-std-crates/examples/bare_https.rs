//! HTTPS without std, with `reqwless` and the `embedded-tls` that it brings: fetches a page over TLS 1.3.
//!
//! Input: a URL. Its site may be a name: the stack gives it an address that stands for it, the harness host resolves
//! it, and the certificate has to be for it. Output: the page, up to 8 KiB.
//!
//! The configuration has `authority`, the certificate that is trusted, as a PEM file. `seed` is 32 random bytes, in
//! hexadecimal digits: see `random`. **The crate takes 8 bytes of it, and no more**: anybody who can try so many numbers
//! can read along. There is no clock, so certificates do not expire here.

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

/// Room for a record as long as TLS allows.
const RECORD: usize = 16 * 1024 + 256;

fn fetch(url: &str) -> Result<(), Failed> {
    // All that is asynchronous here is ready when it is first asked.
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
