//! Invalid reports of a host that might confuse a decoder. Each is decoded on a small stack, and compared with the
//! result of serde_json.

use crate::host::{Call, Clock, Reply, Scripted};
use crate::{icmp, report};
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::IcmpResponse;

/// Enough for a debug build to decode valid reports, and far too little to recurse into values nested this deep.
const SMALL_STACK: usize = 128 * 1_024;

/// Decodes a report on a small stack, and checks it against the reference.
#[track_caller]
pub fn decode(text: impl Into<Vec<u8>>) -> Result<IcmpResponse, Error> {
    let text = text.into();
    let on_small_stack = {
        let text = text.clone();
        move || {
            let host = Scripted::new(Clock::Real).icmp([Reply::Packet(text)]);
            let decoded = icmp::socket(&host).recv(5_000);
            host.finish("a report");
            decoded
        }
    };
    let thread = std::thread::Builder::new().stack_size(SMALL_STACK);
    let decoded = thread.spawn(on_small_stack).unwrap().join().unwrap();
    report::check(&text, decoded.clone());
    decoded
}

/// Returns a report that contains this.
pub fn with(extra: &str) -> String {
    format!(r#"{{"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1{extra}}}"#)
}

#[track_caller]
pub fn refused(text: impl Into<Vec<u8>>) {
    let text = text.into();
    let start = String::from_utf8_lossy(text.get(..100).unwrap_or(&text)).into_owned();
    assert_eq!(decode(text), Err(Error::InvalidData), "{start}");
}

#[test]
fn a_million_brackets_are_refused() {
    for bracket in ["[", "{", "]", "}", "{\"x\":", "[[{\"data\":", "\"", "\\"] {
        refused(bracket.repeat(1_000_000));
        // As many as are parsed.
        refused(bracket.repeat(8_192 / bracket.len()));
        let inside = format!("{{\"x\":{}", bracket.repeat(8_180 / bracket.len()));
        refused(inside);
    }
}

#[test]
fn nesting_is_followed_as_deep_as_it_is_promised() {
    let nested = |open: &str, close: &str, depth: usize| {
        let value = format!("{}7{}", open.repeat(depth), close.repeat(depth));
        with(&format!(",\"x\":{value}"))
    };
    for (open, close) in [("[", "]"), ("{\"data\":", "}"), ("[ ", "\t]")] {
        for depth in 1..=15 {
            let decoded = decode(nested(open, close, depth));
            assert_eq!(decoded.map(|packet| packet.data().len()), Ok(0), "{depth}");
        }
        for depth in [16, 17, 100, 800] {
            refused(nested(open, close, depth));
        }
    }
}

#[test]
fn a_key_twice_is_refused() {
    for twice in [
        r#","type":0"#,
        r#","source":"8.8.8.8""#,
        r#","id":1"#,
        r#","\u0069d":1"#,
        r#","data":[],"data":[]"#,
        r#","data":"","data":null"#,
        r#","data":"SGk=","d\u0061ta":[72]"#,
    ] {
        refused(with(twice));
    }
    let unknown_twice = decode(with(r#","x":1,"x":2"#));
    assert!(unknown_twice.is_ok(), "an unknown key is nobody's business");
}

#[test]
fn escapes_are_undone_in_keys_and_in_strings() {
    let escaped = r#"{"\u0073\u006F\u0075rce":"8\u002e8.8.8","t\u0079pe":3,"cod\u0065":1,"\u0064ata":"SG\u006b="}"#;
    let decoded = decode(escaped).unwrap();
    assert_eq!(decoded.source(), "8.8.8.8");
    assert_eq!((decoded.icmp_type, decoded.code), (3, 1));
    assert_eq!(decoded.data(), b"Hi");
    let decoded = decode(r#"{"source":"\"\\\/","type":0,"code":0}"#).unwrap();
    assert_eq!(decoded.source(), "\"\\/");
    // No address contains white space or control characters.
    for bad in [
        r"\b", r"\f", r"\n", r"\r", r"\t", r"\u0020", r"\u0000", " ", "\u{7f}", "é",
    ] {
        refused(format!(r#"{{"source":"{bad}","type":0,"code":0}}"#));
    }
    for bad in [r"\x", r"\u", r"\u12", r"\u12g4", r"\U0041", r"\'", r"\0"] {
        refused(format!(r#"{{"source":"{bad}","type":0,"code":0}}"#));
    }
    for cut in ["\\", "\\u", "\\u00", "\\\""] {
        refused(format!("{{\"source\":\"{cut}"));
    }
}

/// A surrogate pair is a character that no address contains: it may be decoded or refused.
#[test]
fn half_a_character_is_refused() {
    for half in [
        r"\ud800",
        r"\udfff",
        r"\ud800x",
        r"\ud800\ud800",
        r"\udc00\ud800",
    ] {
        refused(format!(r#"{{"source":"{half}","type":0,"code":0}}"#));
    }
    let pair = decode(r#"{"source":"\ud83d\ude00","type":0,"code":0}"#);
    match pair {
        Ok(packet) => assert_eq!(packet.source(), "\u{1f600}"),
        Err(error) => assert_eq!(error, Error::InvalidData),
    }
}

#[test]
fn numbers_out_of_range_are_refused_and_do_not_wrap() {
    let huge = "9".repeat(5_000);
    for number in [
        "256",
        "65536",
        "4294967296",
        "18446744073709551616",
        "18446744073709551617",
        "340282366920938463463374607431768211456",
        &huge,
        "-1",
        "-256",
        "0.5",
        "0.0",
        "1e2",
        "1E400",
        "-0",
    ] {
        refused(format!(r#"{{"source":"a","type":{number},"code":0}}"#));
        refused(with(&format!(",\"data\":[{number}]")));
    }
    for number in ["65536", "-1", "1.0", "1e0", "99999999999999999999", &huge] {
        refused(format!(
            r#"{{"source":"a","type":0,"code":0,"seq":{number}}}"#
        ));
    }
    for number in ["1e400", "-0.0", "123456789012345678901234567890", "1E-7"] {
        assert!(
            decode(with(&format!(",\"x\":{number}"))).is_ok(),
            "{number}"
        );
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for number in [
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "inf",
        "1_0",
        "0x1",
        "+1",
        "- 1",
    ] {
        refused(format!(r#"{{"source":"a","type":{number},"code":0}}"#));
        refused(with(&format!(",\"data\":[{number}, 1]")));
    }
}

#[test]
fn trailing_bytes_are_refused() {
    for tail in [
        "x", "{}", "]", "}", ",", "null", " x", "\u{feff}", "#", "//", "/**/", "\x0c", "\u{a0}",
        "\u{2060}",
    ] {
        refused(with("") + tail);
    }
    refused(with("") + &with(""));
    refused(format!("\u{feff}{}", with("")));
    assert!(
        decode(with("") + " \t\r\n").is_ok(),
        "white space may stand there"
    );
}

/// In the form of hosts that end their texts with a NUL.
#[test]
fn nuls_at_the_very_end_are_no_part_of_a_report() {
    let report = with(",\"data\":\"SGk=\"");
    for tail in ["\0", "\0\0", " \n\0", &"\0".repeat(8_000)] {
        let decoded = decode(report.clone() + tail).unwrap();
        assert_eq!(decoded.data(), b"Hi");
    }
    for tail in ["\0 ", "\0x", "\0\n\0", "x\0"] {
        refused(report.clone() + tail);
    }
    refused(format!("\0{report}"));
    refused(report.replacen("8.8.8.8", "8.8.8.8\0", 1));
    refused(report.replacen("SGk=", "SGk=\0", 1));
    refused(report.replacen(",\"data", "\0,\"data", 1));
    let full = |nuls: usize| format!("{report:len$}{}", "\0".repeat(nuls), len = 8_192 - nuls);
    assert!(decode(full(1)).is_ok());
    refused(full(1) + "\0");
}

#[test]
fn a_report_of_nothing_but_nuls_is_none() {
    for nuls in [1, 2, 8_192] {
        for (clock, nothing) in [
            (Clock::Real, Error::NotHeard),
            (Clock::Absent, Error::TimedOut),
        ] {
            let host = Scripted::new(clock).icmp([Reply::Packet(vec![0; nuls])]);
            assert_eq!(icmp::socket(&host).recv(5_000), Err(nothing), "{nuls}");
            host.finish("an empty report");
        }
    }
    let host = Scripted::new(Clock::Absent).icmp([Reply::Packet(vec![0; 8_193])]);
    assert_eq!(icmp::socket(&host).recv(5_000), Err(Error::InvalidData));
}

#[test]
fn what_is_no_utf_8_is_refused_where_it_would_be_seen() {
    for bad in [
        &b"\xff"[..],
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xf5\x80\x80\x80",
        b"\xe2\x82",
    ] {
        let in_source = [&b"{\"source\":\""[..], bad, b"\",\"type\":0,\"code\":0}"].concat();
        refused(in_source);
        let in_data = [
            &b"{\"source\":\"a\",\"type\":0,\"code\":0,\"data\":\""[..],
            bad,
            b"\"}",
        ];
        refused(in_data.concat());
        let outside = [&b"{\"source\":\"a\",\"type\":0,\"code\":0}"[..], bad].concat();
        refused(outside);
    }
}

#[test]
fn every_byte_alone_and_in_place_of_another_is_survived() {
    let good = with(r#","data":"SGk=""#);
    for byte in 1..=255_u8 {
        refused(vec![byte]);
    }
    let host = Scripted::new(Clock::Real);
    for at in 0..good.len() {
        for byte in 0..=255_u8 {
            let mut text = good.clone().into_bytes();
            text[at] = byte;
            host.state().icmp.push_back(Reply::Packet(text.clone()));
            report::check(&text, icmp::socket(&host).recv(5_000));
        }
    }
    assert_eq!(host.calls(Call::IcmpRecv) as usize, good.len() * 256);
    host.finish("every byte");
}

/// Each limit can be reached, but not exceeded.
#[test]
fn what_is_too_large_is_refused() {
    let source = |len: usize| format!(r#"{{"source":"{}","type":0,"code":0}}"#, "8".repeat(len));
    assert!(decode(source(64)).is_ok());
    refused(source(65));
    let data = |len: usize| with(&format!(",\"data\":{:?}", vec![255_u8; len]));
    assert_eq!(decode(data(1_500)).unwrap().data().len(), 1_500);
    refused(data(1_501));
    let spaces = |len: usize| format!("{0:len$}", with(""));
    assert!(decode(spaces(8_192)).is_ok());
    refused(spaces(8_193));
}
