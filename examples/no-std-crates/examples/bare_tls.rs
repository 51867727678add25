//! TLS 1.3 without std, with `embedded-tls`: connects, sends a request, and returns what the server
//! answers. It asks for `embedded-io`, which the library's streams are.
//!
//! Input: `ADDRESS NAME REQUEST`, say `127.0.0.1:4433 localhost GET / HTTP/1.0`; the request is
//! sent as a line with an empty one behind it. NAME is whom the certificate must be for. The
//! authority that signed it, with a key of the curve P-256, is the configuration value `authority`,
//! as PEM. `seed` is 32 random bytes, in hexadecimal digits: see `random`. In production there is nobody to
//! give one.
//!
//! There is no clock, so a certificate that has expired is taken. A plugin that can ask for the
//! time has its own `TlsClock` answer with it.

#![cfg(target_family = "wasm")]
#![no_std]

use embedded_io::Write;
use embedded_tls::blocking::TlsConnection;
use embedded_tls::pki::CertVerifier;
use embedded_tls::{
    Aes128GcmSha256, Certificate, CryptoProvider, CryptoRngCore, NoClock, TlsConfig, TlsContext,
    TlsError, TlsVerifier,
};
use harness_wasi_sockets::embedded::TcpStream;
use no_std_crate_guests::plugin::{Failed, MOST, config, failed, no, output};
use no_std_crate_guests::{guest, pem, random};
use p256::ecdsa::DerSignature;
use rand_chacha::ChaCha20Rng;

guest!(ask);

/// A record of TLS, at its longest.
const RECORD: usize = 16 * 1024 + 256;

fn ask(input: &str) -> Result<(), Failed> {
    let mut words = input.splitn(3, ' ');
    let (Some(address), Some(name), Some(request)) = (words.next(), words.next(), words.next())
    else {
        return Err(no("the input is ADDRESS NAME REQUEST"));
    };
    let mut der = [0; MOST];
    let authority = pem::decode(&config("authority")?, &mut der)?;

    // Before anything is sent: without random numbers of its own a plugin hides nothing.
    let random = random::generator()?;
    let stream = TcpStream::connect(address).map_err(|why| failed("connecting", why))?;
    let (mut reading, mut writing) = ([0; RECORD], [0; RECORD]);
    let mut tls = TlsConnection::new(stream, &mut reading, &mut writing);
    let config = TlsConfig::new().with_server_name(name);
    let provider = Provider {
        random,
        verifier: CertVerifier::new(Certificate::X509(authority)),
    };
    tls.open(TlsContext::new(&config, provider))
        .map_err(|why| failed("TLS", why))?;

    let sent = tls
        .write_all(request.as_bytes())
        .and_then(|()| tls.write_all(b"\r\n\r\n"))
        .and_then(|()| tls.flush());
    sent.map_err(|why| failed("sending", why))?;

    let mut answer = heapless::Vec::<u8, RECORD>::new();
    loop {
        let mut buf = [0; 1024];
        match tls.read(&mut buf) {
            // Either is the server's goodbye.
            Ok(0) | Err(TlsError::ConnectionClosed) => break,
            Ok(n) => answer
                .extend_from_slice(&buf[..n])
                .map_err(|_| no("the answer is too long"))?,
            Err(why) => return Err(failed("receiving", why)),
        }
    }
    output(&answer)
}

/// What the crate asks its user for: random numbers, and who is to be trusted.
struct Provider<'a> {
    random: ChaCha20Rng,
    verifier: CertVerifier<'a, Aes128GcmSha256, NoClock, MOST>,
}

impl CryptoProvider for Provider<'_> {
    type CipherSuite = Aes128GcmSha256;
    type Signature = DerSignature;

    fn rng(&mut self) -> impl CryptoRngCore {
        &mut self.random
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Aes128GcmSha256>, TlsError> {
        Ok(&mut self.verifier)
    }
}
