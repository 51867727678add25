//! A plugin's input and output: the module `plugin`, called by `Native::call`.

use harness_wasi_sockets::embedded_io::{Read, Write};
use harness_wasi_sockets::host::Native;
use harness_wasi_sockets::plugin::{self, Input, Level, Output};
use harness_wasi_sockets::{Block, Error};

/// Calls a function on a separate thread, which has its own kernel, and checks that no block is leaked.
fn called<O: plugin::Outcome>(
    function: impl FnOnce() -> O + Send,
    input: &[u8],
) -> Result<Vec<u8>, String> {
    std::thread::scope(|scope| {
        let call = scope.spawn(|| {
            let returned = Native::call(function, input);
            assert_eq!(Native::live_blocks(), 0);
            returned
        });
        call.join().expect("no panic")
    })
}

#[test]
fn a_function_fails_with_the_text_of_its_error() {
    assert_eq!(called(|| (), b""), Ok(Vec::new()));
    assert_eq!(called(|| Ok::<(), Error>(()), b""), Ok(Vec::new()));
    let failed = called(|| Err::<(), _>(Error::ConnectFailed), b"");
    assert_eq!(failed, Err(Error::ConnectFailed.message().to_owned()));
    let converted = called(|| Err::<(), &'static str>(Error::TooLong.into()), b"");
    assert_eq!(converted, Err(Error::TooLong.message().to_owned()));
    let text = heapless::String::<16>::try_from("f\u{fc}nf").unwrap();
    assert_eq!(called(|| Err::<(), _>(text), b""), Err("f\u{fc}nf".into()));
}

#[test]
fn a_failure_without_a_text_is_one_all_the_same() {
    assert_eq!(called(|| Err::<(), _>(""), b""), Err("returned 1".into()));
}

#[test]
fn the_input_is_copied_if_it_fits() {
    let run = || {
        let mut buf = [0; 5];
        plugin::output(plugin::input(&mut buf)?)
    };
    assert_eq!(called(run, b"12345"), Ok(b"12345".into()));
    assert_eq!(called(run, b"1"), Ok(b"1".into()));
    assert_eq!(called(run, b""), Ok(Vec::new()));
    assert_eq!(called(run, b"123456"), Err(Error::TooLong.message().into()));
}

#[test]
fn the_input_is_a_block_that_stays_the_kernels() {
    assert!(called(|| assert!(plugin::input_block().is_none()), b"").is_ok());
    let run = || {
        for _ in 0..2 {
            let block = plugin::input_block().ok_or("no block")?;
            let mut bytes = [0; 8];
            assert_eq!(block.load(0, &mut bytes), 5);
            assert_eq!(&bytes[..5], b"twice");
        }
        Ok::<(), &'static str>(())
    };
    assert_eq!(called(run, b"twice"), Ok(Vec::new()));
}

#[test]
fn the_input_is_read_piece_by_piece() {
    let run = || {
        let mut input = Input::new();
        let mut buf = [0; 4];
        for (left, piece) in [(10, "0123"), (6, "4567"), (2, "89"), (0, "")] {
            assert_eq!(input.remaining(), left);
            let Ok(n) = input.read(&mut buf);
            assert_eq!(&buf[..n], piece.as_bytes());
        }
        assert_eq!(input.read(&mut buf), Ok(0));
        assert_eq!(input.remaining(), 0);
    };
    assert!(called(run, b"0123456789").is_ok());
    assert!(called(|| assert_eq!(Input::new().remaining(), 0), b"").is_ok());
}

#[test]
fn the_last_output_counts_and_an_empty_one_changes_nothing() {
    let run = || {
        plugin::output(b"first")?;
        plugin::output(b"last")?;
        plugin::output(b"")?;
        plugin::output_block(Block::new(0)?);
        Ok::<(), Error>(())
    };
    assert_eq!(called(run, b""), Ok(b"last".into()));
    let run = || {
        plugin::output(b"first")?;
        plugin::output_block(Block::copy_of(b"a block")?);
        Ok::<(), Error>(())
    };
    assert_eq!(called(run, b""), Ok(b"a block".into()));
}

#[test]
fn an_output_is_written_bit_by_bit() {
    // More than one chunk of the copy, less than it, and exactly the capacity.
    for (capacity, written) in [(1_000, 600), (600, 600), (10, 0), (1, 1), (257, 256)] {
        let run = || {
            let mut output = Output::with_capacity(capacity)?;
            for n in 0..written {
                output.write_all(&[(n % 251) as u8])?;
            }
            output.flush()?;
            output.finish()
        };
        let expected: Vec<_> = (0..written).map(|n| (n % 251) as u8).collect();
        assert_eq!(called(run, b""), Ok(expected), "{written} of {capacity}");
    }
}

#[test]
fn an_output_that_is_full_takes_no_more() {
    let run = || {
        let mut output = Output::with_capacity(5)?;
        assert_eq!(output.write(b"123"), Ok(3));
        assert_eq!(output.write(b"456"), Ok(2));
        assert_eq!(output.write(b"6"), Err(Error::TooLong));
        assert_eq!(output.write(b""), Ok(0));
        output.finish()
    };
    assert_eq!(called(run, b""), Ok(b"12345".into()));
}

#[test]
fn an_output_that_is_not_finished_is_none() {
    let run = || Output::with_capacity(5)?.write_all(b"123");
    assert_eq!(called(run, b""), Ok(Vec::new()));
}

#[test]
fn a_value_of_the_configuration_is_there_or_not() {
    let run = || {
        Native::set_config("server", "example.org:80");
        Native::set_config("empty", "");
        let mut buf = [0; 14];
        assert_eq!(plugin::config("other", &mut buf), Ok(None));
        assert_eq!(plugin::config("empty", &mut buf), Ok(None));
        let value = plugin::config("server", &mut buf);
        assert_eq!(value, Ok(Some(&b"example.org:80"[..])));
        let short = &mut [0; 13];
        assert_eq!(plugin::config("server", short), Err(Error::TooLong));
        let block = plugin::config_block("server")?.ok_or("no value")?;
        assert_eq!(block.len(), 14);
        assert!(plugin::config_block("other")?.is_none());
        Ok::<(), &'static str>(())
    };
    assert_eq!(called(run, b""), Ok(Vec::new()));
}

#[test]
fn lines_are_logged_in_order_with_their_levels() {
    let run = || {
        plugin::log(Level::Info, "");
        let lines = [
            (Level::Error, "an error"),
            (Level::Warn, "a warning"),
            (Level::Info, "news"),
            (Level::Debug, "details"),
        ];
        for (level, line) in lines {
            plugin::log(level, line);
        }
        let logged = Native::take_log();
        assert!(logged.iter().map(|(l, s)| (*l, s.as_str())).eq(lines));
        assert!(Native::take_log().is_empty());
    };
    assert!(called(run, b"").is_ok());
}
