//! Reads the body of a response to its end.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

/// Why a body is incomplete.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    TooLong,
    Failed,
}

const PIECE: usize = 64 * 1024;

/// Reads the whole body, decoded if necessary, up to a limit. An error includes what was read before it. With `short` a
/// body that ends early counts as complete.
pub(super) fn read(
    body: impl Read + 'static,
    gzip: bool,
    most: u64,
    short: bool,
) -> Result<Vec<u8>, (Vec<u8>, Cut)> {
    let mut body: Box<dyn Read> = match gzip {
        true => {
            let mut body = BufReader::new(body);
            // An empty body is not compressed either. (If this read fails, the next one returns the error again.)
            if body.fill_buf().is_ok_and(<[u8]>::is_empty) {
                return Ok(Vec::new());
            }
            Box::new(MultiGzDecoder::new(body))
        }
        false => Box::new(body),
    };
    let (mut all, mut piece) = (Vec::new(), vec![0; PIECE]);
    loop {
        match body.read(&mut piece) {
            Ok(0) => return Ok(all),
            Ok(n) if (all.len() + n) as u64 > most => return Err((all, Cut::TooLong)),
            Ok(n) => all.extend_from_slice(&piece[..n]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) if short && ends_early(&e) => return Ok(all),
            Err(_) => return Err((all, Cut::Failed)),
        }
    }
}

fn ends_early(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted
    )
}
