//! A plugin that asks a dictionary server for a word, and is tested in two ways.
//!
//! Input: `ADDRESS WORD`. Output: the meaning of the word.

use harness_wasi_sockets::{TcpStream, ToSocketAddrs};
use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};

/// The longest meaning, in bytes.
const LONGEST: u64 = 4096;

/// Asks the server for a word: sends `WORD` as a line, and receives `ok MEANING` or `unknown`.
pub fn look_up(server: impl ToSocketAddrs, word: &str) -> io::Result<Option<String>> {
    match ask(&server, word) {
        // A restarted server has dropped its connections: retry once.
        Err(e) if matches!(e.kind(), ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe) => {
            ask(&server, word)
        }
        answer => answer,
    }
}

fn ask(server: &impl ToSocketAddrs, word: &str) -> io::Result<Option<String>> {
    let mut stream = TcpStream::connect(server)?;
    // In one write: each is a host call.
    stream.write_all(format!("{word}\n").as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST)).read_line(&mut line)?;
    // A line without its end may be incomplete.
    let line = line.strip_suffix('\n').ok_or(ErrorKind::UnexpectedEof)?;
    match line.split_once(' ') {
        Some(("ok", meaning)) => Ok(Some(meaning.to_owned())),
        None if line == "unknown" => Ok(None),
        _ => Err(Error::new(ErrorKind::InvalidData, "that is no dictionary")),
    }
}

/// The function that the host calls. It is small because only the tests in the real runtime reach it.
#[cfg(target_family = "wasm")]
mod plugin {
    use extism_pdk::{Error, FnResult, plugin_fn};

    #[plugin_fn]
    pub fn run(input: String) -> FnResult<String> {
        let (server, word) = input
            .split_once(' ')
            .ok_or_else(|| Error::msg("the input is ADDRESS WORD"))?;
        let meaning = super::look_up(server, word)?;
        Ok(meaning.ok_or_else(|| Error::msg(format!("nobody knows what {word} means")))?)
    }
}

/// In these tests the library uses the operating system's sockets.
#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{SocketAddr, TcpListener};
    use std::thread;

    /// Starts a server that sends these replies, one per connection.
    fn server(answers: &'static [&'static str]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for (answer, stream) in answers.iter().zip(listener.incoming()) {
                let mut stream = stream.unwrap();
                let mut question = String::new();
                BufReader::new(&stream).read_line(&mut question).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    #[test]
    fn a_word_has_a_meaning_or_none() {
        let meaning = look_up(server(&["ok a decapod\n"]), "crab").unwrap();
        assert_eq!(meaning.as_deref(), Some("a decapod"));
        assert_eq!(look_up(server(&["unknown\n"]), "crab").unwrap(), None);
    }

    #[test]
    fn half_an_answer_is_asked_for_again_once() {
        let meaning = look_up(server(&["ok a deca", "ok a decapod\n"]), "crab").unwrap();
        assert_eq!(meaning.as_deref(), Some("a decapod"));
        let error = look_up(server(&["", "ok a deca"]), "crab").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn another_server_is_no_dictionary() {
        let error = look_up(server(&["220 ready\n"]), "crab").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }
}
