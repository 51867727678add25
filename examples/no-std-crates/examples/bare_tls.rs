//! TLS 1.3 without std, with `embedded-tls`: connects, sends a request, and returns the server's response. The crate
//! requires `embedded-io`, which the library's streams implement.
//!
//! Input: `ADDRESS NAME REQUEST`, for example `127.0.0.1:4433 localhost GET / HTTP/1.0`; the request is sent as a line,
//! followed by an empty line. The server's certificate must be for NAME. The configuration value `authority` is the
//! certificate of the authority that signed it, with a key of the curve P-256, in PEM. `seed` is 32 random bytes, in
//! hexadecimal digits: see `random`. The production host passes no configuration.
//!
//! There is no clock, so an expired certificate is accepted. A plugin that can get the time should return it from its
//! own `TlsClock`.

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

/// The longest TLS record.
const RECORD: usize = 16 * 1024 + 256;

fn ask(input: &str) -> Result<(), Failed> {
    let mut words = input.splitn(3, ' ');
    let (Some(address), Some(name), Some(request)) = (words.next(), words.next(), words.next())
    else {
        return Err(no("the input is ADDRESS NAME REQUEST"));
    };
    let mut der = [0; MOST];
    let authority = pem::decode(&config("authority")?, &mut der)?;

    // Check before anything is sent: without random numbers nothing is secret.
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
            // Both mean that the server has closed the connection.
            Ok(0) | Err(TlsError::ConnectionClosed) => break,
            Ok(n) => answer
                .extend_from_slice(&buf[..n])
                .map_err(|_| no("the answer is too long"))?,
            Err(why) => return Err(failed("receiving", why)),
        }
    }
    output(&answer)
}

/// What the crate requires from its user: random numbers, and the trusted certificate.
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
