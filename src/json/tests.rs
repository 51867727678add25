use super::payload::base64;
use super::*;

fn echo(data: &[u8]) -> IcmpResponse {
    IcmpResponse {
        source: "8.8.8.8".try_into().unwrap(),
        icmp_type: 0,
        code: 0,
        id: Some(1),
        seq: Some(1),
        data: Vec::from_slice(data).unwrap(),
    }
}

fn encoded(encoding: &data_encoding::Encoding, data: &[u8]) -> std::string::String {
    let mut text = vec![0; encoding.encode_len(data.len())];
    encoding.encode_mut(data, &mut text);
    std::string::String::from_utf8(text).unwrap()
}

#[test]
fn what_hosts_send() {
    for text in [
        r#"{"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}"#,
        r#"{"code":0,"data":"SGk=","id":1,"seq":1,"source":"8.8.8.8","type":0}"#,
        r#"{"code":0,"data":"SGk","id":1,"seq":1,"source":"8.8.8.8","type":0}"#,
        " {\n\t\"source\" : \"8.8.8.8\" , \"type\": 0, \"code\": 0,\r\n \"id\": 1, \"seq\": 1, \"data\": [ 72 , 105 ] } ",
        r#"{"s\u006furce":"8.8.8\u002e8","type":0,"code":0,"id":1,"seq":1,"\u0064ata":"SG\u006b="}"#,
        r#"{"ttl":64,"source":"8.8.8.8","via":["a",{"b":[null,true,-1.5e3]},"}]\""],"type":0,"code":0,"id":1,"seq":1,"data":[72,105],"data ":7}"#,
        r#"{"x":{"data":"nested"},"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1,"data":[72,105],"y":{"data":1}}"#,
        r#"{"x":"data","source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1,"data":[72,105],"y":"data"}"#,
    ] {
        assert_eq!(decode(text.as_bytes()), Ok(echo(b"Hi")), "{text}");
    }
}

#[test]
fn no_data_in_each_form() {
    for data in [
        "\"data\":\"\",",
        "\"data\":[],",
        "\"data\":null,",
        "\"data\": [ ] ,",
        "",
    ] {
        let text = format!(r#"{{{data}"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1}}"#);
        assert_eq!(decode(text.as_bytes()), Ok(echo(b"")), "{text}");
    }
}

#[test]
fn no_echo() {
    let unreachable = IcmpResponse {
        icmp_type: 3,
        code: 255,
        id: None,
        seq: None,
        ..echo(b"")
    };
    for text in [
        r#"{"code":255,"data":"","source":"8.8.8.8","type":3}"#,
        r#"{"code":255,"data":null,"id":null,"seq":null,"source":"8.8.8.8","type":3}"#,
    ] {
        assert_eq!(decode(text.as_bytes()), Ok(unreachable.clone()), "{text}");
    }
}

#[test]
fn the_largest_packets() {
    let data: std::vec::Vec<u8> = (0..MOST_DATA).map(|i| 255 - i as u8).collect();
    let head = r#"{"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1"#;
    let array = format!("{head},\"data\":{data:?}}}");
    let text = format!(
        "{head},\"data\":\"{}\"}}",
        encoded(&data_encoding::BASE64, &data)
    );
    for report in [array, text] {
        assert_eq!(decode(report.as_bytes()).unwrap().data[..], data);
    }
    let longer: std::vec::Vec<u8> = data.iter().copied().chain([0]).collect();
    let array = format!("{head},\"data\":{longer:?}}}");
    let text = format!(
        "{head},\"data\":\"{}\"}}",
        encoded(&data_encoding::BASE64, &longer)
    );
    for report in [array, text] {
        assert_eq!(decode(report.as_bytes()), Err(Error::InvalidData));
    }
}

#[test]
fn every_length_of_base64() {
    for len in 0..70 {
        let data: std::vec::Vec<u8> = (0..len).map(|i: u8| i.wrapping_mul(37)).collect();
        for encoding in [data_encoding::BASE64, data_encoding::BASE64_NOPAD] {
            let mut decoded = Vec::new();
            let text = encoded(&encoding, &data) + "\"";
            assert_eq!(base64(text.as_bytes(), &mut decoded), Some(&[][..]));
            assert_eq!(decoded[..], data);
        }
    }
}

/// At any position: one does not hide another.
#[test]
fn bytes_that_are_not_of_base64() {
    let good = b"SGVsbG8hSGVsbG8h";
    for first in 0..good.len() {
        for second in first..good.len() {
            for bad in [[b'!', b'!'], [0xff, 0xff], [b' ', 0x7f], [b'-', b'_']] {
                let mut text = [good, &b"\""[..]].concat();
                (text[first], text[second]) = (bad[0], bad[1]);
                let decoded = base64(&text, &mut Vec::new());
                assert_eq!(decoded, None, "{bad:?} at {first} and {second}");
            }
        }
    }
}

#[test]
fn what_is_no_report() {
    let good = r#"{"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}"#;
    for len in 0..good.len() {
        assert_eq!(
            decode(&good.as_bytes()[..len]),
            Err(Error::InvalidData),
            "cut at {len}"
        );
    }
    let change = |from, to| good.replacen(from, to, 1);
    for text in [
        change("\"type\":0", "\"type\":256"),
        change("\"type\":0", "\"type\":-1"),
        change("\"type\":0", "\"type\":0.5"),
        change("\"type\":0", "\"type\":\"0\""),
        change("\"type\":0", "\"type\":null"),
        change("\"type\":0", "\"tipe\":0"),
        change("\"id\":1", "\"id\":65536"),
        change("\"seq\":1", "\"seq\":99999999999999999999999999"),
        change("\"seq\":1", "\"seq\":NaN"),
        change("\"seq\":1", "\"id\":1"),
        change("[72,105]", "[72,256]"),
        change("[72,105]", "[72,-1]"),
        change("[72,105]", "[72,]"),
        change("[72,105]", "[72 105]"),
        change("[72,105]", "[[72],105]"),
        change("[72,105]", "{\"0\":72}"),
        change("[72,105]", "7"),
        change("[72,105]", "nul"),
        change("[72,105]", "\"SGk==\""),
        change("[72,105]", "\"S\""),
        change("[72,105]", "\"S G k\""),
        change("[72,105]", "\"SGl=\""),
        change("[72,105]", "\"SGk=SGkh\""),
        change("[72,105]", "\"SGk=SGk=\""),
        change("[72,105]", "[72,105],\"data\":[72,105]"),
        change("[72,105]", "[72,105],\"data\":\"SGk=\""),
        change("\"id\"", "\"x\":[},\"id\""),
        change("\"id\"", "\"x\":{],\"id\""),
        change("\"id\"", "\"x\":[{]},\"id\""),
        change("8.8.8.8", &"8".repeat(MOST_SOURCE + 1)),
        change("8.8.8.8", "\\ud800"),
        change("8.8.8.8", "\\x"),
        change("\"8.8.8.8\"", "null"),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("[{good}]"),
        r#"["8.8.8.8",0,0,1,1,[72,105]]"#.to_owned(),
        "null".to_owned(),
        "\"\\".to_owned(),
    ] {
        assert_eq!(decode(text.as_bytes()), Err(Error::InvalidData), "{text}");
    }
    assert_eq!(decode(b"{\"source\":\"\xff\"}"), Err(Error::InvalidData));
}

#[test]
fn nesting_has_an_end() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"x":{open}{close},"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1}}"#)
    };
    assert_eq!(decode(nested(15).as_bytes()), Ok(echo(b"")));
    assert_eq!(decode(nested(16).as_bytes()), Err(Error::InvalidData));
    assert_eq!(
        decode("[".repeat(1_000_000).as_bytes()),
        Err(Error::InvalidData)
    );
    assert_eq!(
        decode("{\"x\":".repeat(1_000_000).as_bytes()),
        Err(Error::InvalidData)
    );
}
