//! The default methods of `Write`, and vectored writes.

use super::{Digest, Peers, differences, outcome, pattern, until};
use std::io::{BufWriter, IoSlice, Read, Write};

/// Reads the server's output until it closes.
fn answer(mut stream: impl Read) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

pub fn write_vectored_sends_the_slices_in_order(peers: &Peers) {
    let mut stream = peers.tell("take 10007");
    let sent = pattern(10_007);
    let mut done = 0;
    // It may write less than everything, like any write.
    while done < sent.len() {
        let rest = &sent[done..];
        let (first, second) = rest.split_at(rest.len().min(7));
        let slices = [first, &[], second].map(IoSlice::new);
        let n = stream.write_vectored(&slices).unwrap();
        assert!(n > 0);
        done += n;
    }
    assert_eq!(answer(stream), Digest::of(&sent).to_string());
}

pub fn write_macros_send_their_text(peers: &Peers) {
    let sent = "one-    2 Some(\"end\")\n!!";
    let mut stream = peers.tell(format!("take {}", sent.len()));
    let (one, end) = ("one", Some("end"));
    write!(stream, "{one}-{:>5}", 2).unwrap();
    writeln!(stream, " {end:?}").unwrap();
    write!(&stream, "!!").unwrap();
    assert_eq!(answer(stream), Digest::of(sent.as_bytes()).to_string());
}

pub fn buffered_writes_arrive_when_flushed(peers: &Peers) {
    let stream = peers.tell("take 1000");
    let mut writer = BufWriter::with_capacity(64, &stream);
    let sent = pattern(1_000);
    for part in sent.chunks(9) {
        writer.write_all(part).unwrap();
    }
    writer.flush().unwrap();
    assert_eq!(answer(&stream), Digest::of(&sent).to_string());
}

pub fn an_empty_buffer_writes_nothing(peers: &Peers) {
    let mut stream = peers.tell("echo");
    assert_eq!(stream.write(&[]).unwrap(), 0);
    assert_eq!(stream.write_vectored(&[]).unwrap(), 0);
    let empty = [IoSlice::new(&[]), IoSlice::new(&[])];
    assert_eq!(stream.write_vectored(&empty).unwrap(), 0);
    stream.write_all(&[]).unwrap();
    stream.flush().unwrap();
    // The stream still works.
    stream.write_all(b"x").unwrap();
    let mut back = [0; 1];
    stream.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"x");
}

pub fn a_write_answers_how_much_it_took(peers: &Peers) {
    let mut stream = peers.tell("take 100000");
    let sent = pattern(100_000);
    let n = stream.write(&sent).unwrap();
    assert!((1..=sent.len()).contains(&n), "{n}");
    stream.write_all(&sent[n..]).unwrap();
    assert_eq!(answer(stream), Digest::of(&sent).to_string());
}

pub fn a_peer_that_takes_nothing(peers: &Peers) {
    let mut stream = peers.tell("hold it 0 0");
    stream.set_write_timeout(Some(super::SHORT)).unwrap();
    let bytes = vec![0; 65_536];
    // Buffers in between take the first of them.
    let error = until("an error", || stream.write(&bytes).err());
    let kind = format!("{:?}", error.kind());
    differences::WRITE_TIMEOUT.check(kind, "WouldBlock".into(), "BrokenPipe".to_owned());
    // By now there may be room again.
    let next = outcome(stream.write(&bytes));
    differences::WRITE_TIMEOUT.check(next == "BrokenPipe", false, true);
    // The other half is unchanged.
    stream.set_read_timeout(Some(super::SHORT)).unwrap();
    super::silences::is_silent(&outcome(stream.read(&mut [0; 8])));
}
