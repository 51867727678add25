//! What JSON's grammar allows and forbids, by kind: structures, numbers, words, strings, keys, white space, encodings.
//! Each is inserted both at a report's known values and elsewhere.

use crate::json::{decode, refused, with};
use harness_wasi_sockets::Error;

/// Valid JSON values, separated by a mark.
const VALUES: [&str; 4] = [
    r#"[]¦{}¦[[]]¦[{}]¦[null]¦[1,null,"a",{"b":[]}]¦ [ ] ¦{"":0}¦{"a":1,"a":2}¦{"\u0000":1}¦[ 1 , 2 ]"#,
    "0¦-0¦-1¦123¦0.1¦-1.5¦1e5¦1E+2¦1e-2¦0e+1¦-0.0e-0¦1e999¦-1e-9999¦100000000000000000000000000000000",
    "true¦false¦null",
    r#"""¦"a"¦" "¦"\"\\\/\b\f\n\r\t"¦"\u0000"¦"\uD83D\uDE00"¦"\uFFFF"¦"é😀"¦"]}{[,:"¦"\\"¦"\\\""¦"\"data\":\"QUFB\"""#,
];

/// Invalid JSON values, separated by a mark.
const NO_VALUES: [&str; 5] = [
    r#"¦[¦]¦{¦}¦[1¦[1,¦[,1]¦[1,]¦[1,,2]¦[,]¦[1 2]¦[1:2]¦[1}¦{1]¦[[1]¦[1]]¦[*]¦[-]¦["a"¦["a",4¦<null>¦(1)"#,
    r#"{"a"}¦{"a":}¦{"a":1,}¦{"a" 1}¦{"a",1}¦{"a"::1}¦{:1}¦{1:1}¦{null:null}¦{a:1}¦{'a':1}¦{[:"x"}¦{,}¦{"a":1,,"b":2}¦{"a":1 "b":2}¦{"a":1}/**/¦{"a":1}//¦{"a":1}#"#,
    "01¦-01¦00¦012¦+1¦++1¦--1¦-¦- 1¦.5¦-.5¦1.¦-2.¦1.e3¦0.1.2¦0e¦0e+¦1eE2¦1e1.5¦1 000¦1_000¦1,000¦0x1¦0xg¦1a¦-1x¦1+2¦NaN¦-NaN¦Infinity¦-Infinity¦Inf¦１¦١¦1å¦0\0¦1\x0c",
    "t¦tru¦truth¦True¦TRUE¦nul¦Null¦nil¦undefined¦a¦é¦*¦\\n¦@",
    r#""¦"a¦'a'¦'¦`a`¦a"¦"a"b¦"a""b"¦"a":1¦"\"¦"\¦\u0061¦\"a\"¦“a”"#,
];

fn each(values: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
    values.iter().flat_map(|values| values.split('¦'))
}

/// Returns a report with this inserted before everything else in it.
fn with_in_front(extra: &str) -> String {
    format!("{{{extra},{}", &with(r#","data":"SGk=""#)[1..])
}

#[test]
fn any_value_may_stand_under_an_unknown_key() {
    let plain = decode(with(r#","data":"SGk=""#)).unwrap();
    for value in each(&VALUES) {
        for key in [
            "x",
            "",
            "sourc",
            "sources",
            "Type",
            "\\u0000",
            "é",
            "data\\u0000",
        ] {
            let extra = format!("\"{key}\":{value}");
            let behind = with(&format!(r#","data":"SGk=",{extra}"#));
            for text in [with_in_front(&extra), behind] {
                assert_eq!(decode(text.clone()), Ok(plain.clone()), "{text}");
            }
        }
    }
}

/// At a known value it is refused. Elsewhere it may be accepted, but changes nothing in the result.
#[test]
fn what_is_no_value_is_refused_or_changes_nothing() {
    let plain = decode(with(r#","data":"SGk=""#)).unwrap();
    for value in each(&NO_VALUES) {
        refused(format!(r#"{{"source":"a","code":0,"type":{value}}}"#));
        refused(format!(r#"{{"source":"a","type":{value},"code":0}}"#));
        refused(format!(r#"{{"type":0,"source":{value},"code":0}}"#));
        refused(format!(
            r#"{{"source":"a","type":0,"code":0,"seq":{value}}}"#
        ));
        refused(with(&format!(r#","data":{value}"#)));
        refused(with(&format!(r#","data":[{value},1,]"#)));
        let data = r#","data":"SGk=""#;
        for text in [
            with_in_front(&format!(r#""x":{value}"#)),
            with(&format!(r#"{data},"x":{value}"#)),
            with(&format!(r#"{data},"x":[{value}]"#)),
            with(&format!(r#"{data},"x":{{"y":{value}}},"z":1"#)),
        ] {
            let decoded = decode(text.clone());
            let same = decoded == Ok(plain.clone()) || decoded == Err(Error::InvalidData);
            assert!(same, "{text}: {decoded:?}");
        }
    }
}

#[test]
fn what_is_no_object_is_refused() {
    let texts = " ¦\n¦null¦true¦0¦-0.1¦\"\"¦\"source\"¦[]¦[{}]¦{}¦{ }¦{\"\":{}}¦[0,0]";
    texts.split('¦').for_each(refused);
    // Each mark removed, and with another before it or in its place, unless that is valid JSON.
    let good = with(r#","data":[7]"#);
    let marks = ['{', '}', '[', ']', ',', ':', '"', '\'', '=', ';', '/', '#'];
    let refused_if_none = |text: String| {
        if serde_json::from_str::<serde_json::Value>(&text).is_err() {
            refused(text);
        }
    };
    for (at, mark) in good.match_indices(marks) {
        let (front, behind) = (&good[..at], &good[at + 1..]);
        refused(format!("{front}{behind}"));
        for other in marks {
            refused_if_none(format!("{front}{other}{behind}"));
            refused_if_none(format!("{front}{other}{mark}{behind}"));
        }
    }
    // Brackets that do not match, and one that is never closed, at each depth.
    for value in ["[}]", "{]}", "[[1}]"] {
        refused(with_in_front(&format!("\"x\":{value}")));
    }
    for depth in 1..20 {
        let value = "[".repeat(depth) + &"]".repeat(depth - 1);
        refused(with_in_front(&format!("\"x\":{value}")));
    }
    for comment in ["/**/", "//\n", "#\n", "<!-- -->"] {
        for (at, _) in good.match_indices(['{', '}', ',', ':', '[', ']']) {
            refused(format!("{}{comment}{}", &good[..at], &good[at..]));
        }
    }
}

#[test]
fn a_key_that_is_nearly_one_is_another() {
    for key in [
        "Source",
        "SOURCE",
        "source ",
        "sourc",
        "source\\u0000",
        // So long that what comes first is shifted out of a key as a number.
        "\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0001source",
        "s\\ource",
        "\\u0173ource",
        "ѕource",
    ] {
        refused(format!(r#"{{"{key}":"a","type":0,"code":0}}"#));
    }
    for key in [
        "source",
        "'source'",
        "'source\"",
        "1",
        "null",
        "[]",
        "{}",
        "*",
    ] {
        refused(format!(r#"{{{key}:"a","type":0,"code":0}}"#));
        refused(with(&format!(",{key}:1")));
    }
}

#[test]
fn white_space_is_json_s_alone() {
    let tokens = r#"{¦"source"¦:¦"a"¦,¦"type"¦:¦0¦,¦"code"¦:¦0¦,¦"data"¦:¦[¦7¦,¦8¦]¦}"#;
    let tokens: Vec<&str> = tokens.split('¦').collect();
    for at in 0..=tokens.len() {
        let between =
            |space: &str| [&tokens[..at].concat(), space, &tokens[at..].concat()].concat();
        for space in [" ", "\t", "\n", "\r", "\r\n \t"] {
            assert!(
                decode(between(space)).is_ok(),
                "{space:?} before token {at}"
            );
        }
        let others = "\x08¦\x0b¦\x0c¦\x1f¦\x7f¦\u{85}¦\u{a0}¦\u{2028}¦\u{2060}¦\u{3000}¦\u{feff}";
        others.split('¦').for_each(|space| refused(between(space)));
    }
}

/// JSON is UTF-8, without a byte order mark.
#[test]
fn other_encodings_are_refused() {
    let good = with("");
    let wide = |order: fn(u16) -> [u8; 2]| good.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let texts = [
        good.clone().into_bytes(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
    ];
    let marks: [&[u8]; 5] = [
        b"\xef\xbb\xbf",
        b"\xef\xbb",
        b"\xef",
        b"\xff\xfe",
        b"\xfe\xff",
    ];
    for text in &texts {
        for mark in marks {
            refused([mark, text].concat());
        }
    }
    refused(texts[1].clone());
    refused(texts[2].clone());
    marks.into_iter().for_each(refused);
    refused(b"{\"source\":\"\xe9\",\"type\":0,\"code\":0}");
}
