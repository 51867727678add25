//! Decodes a PEM certificate.

use crate::plugin::{Failed, MOST, no};
use data_encoding::BASE64;

/// Decodes the first item in a PEM file, and returns it as DER.
pub fn decode<'a>(pem: &str, der: &'a mut [u8; MOST]) -> Result<&'a [u8], Failed> {
    let mut digits = heapless::Vec::<u8, MOST>::new();
    let mut lines = pem.lines().map(str::trim);
    lines.find(|line| line.starts_with("-----BEGIN "));
    for line in lines.take_while(|line| !line.starts_with("-----END ")) {
        digits
            .extend_from_slice(line.as_bytes())
            .map_err(|_| no("the PEM file is too long"))?;
    }
    let bad = || no("that is no PEM file");
    let most = BASE64.decode_len(digits.len()).map_err(|_| bad())?;
    let into = der.get_mut(..most).ok_or_else(bad)?;
    let length = BASE64.decode_mut(&digits, into).map_err(|_| bad())?;
    into.get(..length).ok_or_else(bad)
}
