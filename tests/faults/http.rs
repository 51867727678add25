//! HTTP requests over a host with every possible fault.

use crate::host::{Call, Clock, Fault, Scripted};
use data_encoding::BASE64;
use harness_wasi_sockets::Error;
use harness_wasi_sockets::host::Http;
use harness_wasi_sockets::http::types::{self, HeaderValue, Method, Request};
use harness_wasi_sockets::http::{self, Client, RequestBuilder, Response};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};

impl Http for Scripted {
    fn http_request(&self, method: u64, url: u64, headers: u64, body: u64) -> u64 {
        self.state().request([method, url, headers, body])
    }
}

const URL: &str = "http://peer.example/";

/// Creates a host with these responses.
fn host<T: Into<Vec<u8>>>(answers: impl IntoIterator<Item = T>) -> Scripted {
    let host = Scripted::new(Clock::Absent);
    host.state()
        .responses
        .extend(answers.into_iter().map(Into::into));
    host
}

fn answer(body: &[u8]) -> String {
    let body = BASE64.encode(body);
    format!(
        r#"{{"body":"{body}","headers":{{"Content-Type":["text/plain"],"Set-Cookie":["a=1","b=2"]}},"status":200}}"#
    )
}

fn get(host: &Scripted) -> io::Result<Response> {
    Client::new_in(host.clone()).get(URL).send()
}

/// Makes the request in both ways, whose results must agree. Checks the state afterwards.
#[track_caller]
fn decoded(answer: impl Into<Vec<u8>>) -> io::Result<Response> {
    let answer = answer.into();
    let start = String::from_utf8_lossy(answer.get(..100).unwrap_or(&answer)).into_owned();
    let host = host([answer.clone(), answer]);
    let response = get(&host);
    let types = http::send_in(host.clone(), Request::get(URL).body([]).unwrap());
    host.finish(&start);
    match (&response, types) {
        (Ok(response), Ok(types)) => {
            assert_eq!(response.status(), types.status().as_u16());
            assert_eq!(response.bytes(), types.body());
            let values = response.headers().values().map(Vec::len).sum::<usize>();
            assert_eq!(values, types.headers().len());
        }
        (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string()),
        // The types cannot represent such a header.
        (Ok(_), Err(error)) => assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}"),
        (Err(error), Ok(_)) => panic!("{start}: {error}"),
    }
    response
}

#[track_caller]
fn refused(answer: impl Into<Vec<u8>>) {
    let answer = answer.into();
    let start = String::from_utf8_lossy(answer.get(..100).unwrap_or(&answer)).into_owned();
    match decoded(answer) {
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidData, "{start}: {error}"),
        Ok(response) => panic!("{start}: {response:?}"),
    }
}

/// Returns the library's own error in an `io::Error`.
#[track_caller]
fn reason(error: &io::Error) -> Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    *inner.unwrap_or_else(|| panic!("{error:?}"))
}

#[test]
fn a_request_is_handed_over_as_it_was_made() {
    let host = host([answer(b"hello"), answer(b""), answer(b"")]);
    let client = Client::new_in(host.clone());
    let response = client
        .post("http://peer.example/ä?q=1#part")
        .header("x-twice", "1")
        .json(&["ü", "\u{1}"])
        .header("X-Twice", String::from("ü"))
        .send()
        .unwrap();
    assert_eq!(response.text().unwrap(), "hello");
    let request = Request::builder()
        .method("SEARCH")
        .uri(URL)
        .header("x-twice", "1")
        .header("accept", "a, b")
        .header("X-Twice", "2");
    http::send_in(host.clone(), request.body("find").unwrap()).unwrap();
    client.get(URL).send().unwrap();

    let text = |text: &str| Some(text.as_bytes().to_vec());
    let expected = [
        [
            text("POST"),
            text("http://peer.example/%C3%A4?q=1"),
            text(r#"["X-Twice: 1","X-Twice: ü","Content-Type: application/json"]"#),
            text("[\"ü\",\"\\u0001\"]"),
        ],
        [
            text("SEARCH"),
            text(URL),
            text(r#"["X-Twice: 1","X-Twice: 2","Accept: a, b"]"#),
            text("find"),
        ],
        [text("GET"), text(URL), None, None],
    ];
    assert_eq!(host.state().requests, expected);
    host.finish("requests");
}

#[test]
fn a_content_type_that_was_set_stays_the_only_one() {
    type Make = fn(RequestBuilder<Scripted>) -> RequestBuilder<Scripted>;
    let cases: [(Make, &str); 4] = [
        (|request| request.json(&1), "Content-Type: application/json"),
        (
            |request| request.header("content-type", "text/x").json(&1),
            "Content-Type: text/x",
        ),
        (
            |request| request.json(&1).header("CONTENT-TYPE", "text/x"),
            "Content-Type: text/x",
        ),
        (
            |request| request.json(&1).body(b"1".to_vec()).header("A", "b"),
            "A: b",
        ),
    ];
    for (make, line) in cases {
        let host = host([answer(b"")]);
        make(Client::new_in(host.clone()).put(URL)).send().unwrap();
        let headers = host.state().requests[0][2].clone().unwrap();
        assert_eq!(headers, format!("[{line:?}]").as_bytes());
        host.finish(line);
    }
}

#[test]
fn each_method_is_called_by_its_name() {
    let host = host([(); 6].map(|()| answer(b"")));
    let client = Client::new_in(host.clone());
    let requests = [
        client.get(URL),
        client.post(URL),
        client.put(URL),
        client.delete(URL),
        client.patch(URL),
        client.request(Method::HEAD, URL),
    ];
    for request in requests {
        request.send().unwrap();
    }
    let state = host.state();
    let methods = state.requests.iter().map(|request| request[0].clone());
    let methods: Vec<_> = methods
        .map(|name| String::from_utf8(name.unwrap()).unwrap())
        .collect();
    assert_eq!(methods, ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]);
}

/// None of the plugin's input may end up in a wrong part of the request.
#[test]
fn what_is_no_request_never_reaches_the_host() {
    let host = host([answer(b"")]);
    let client = Client::new_in(host.clone());
    for url in [
        "",
        "/",
        "peer.example",
        "ftp://peer.example/",
        "http://",
        "http://peer.example:99999/",
        "http://peer.example/a b",
        "http://peer.example/\r\nX: y",
        "http://peer.example/\n",
        "http://peer.example/\0",
        "http://peer\u{7f}.example/",
    ] {
        let error = client.get(url).header("A", "b").send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{url:?}");
        assert_eq!(reason(&error), Error::InvalidUrl, "{url:?}");
    }
    for (name, value) in [
        ("", "value"),
        ("na me", "value"),
        ("name:", "value"),
        ("näme", "value"),
        ("name\r\nX", "value"),
        ("name\0", "value"),
        ("name", "value\r\nX: y"),
        ("name", "value\r"),
        ("name", "value\n"),
        ("name", "value\0"),
        ("name", "\u{1b}[0m"),
        ("name", "\u{7f}"),
    ] {
        let error = client
            .get(URL)
            .header(name, value)
            .json(&1)
            .send()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name:?} {value:?}");
        assert_eq!(reason(&error), Error::InvalidHeader, "{name:?} {value:?}");
    }
    let opaque = HeaderValue::from_bytes(b"\xff").unwrap();
    let error = client.get(URL).header("name", opaque).send().unwrap_err();
    assert_eq!(reason(&error), Error::InvalidHeader);
    let relative = Request::get("/").body([]).unwrap();
    let error = http::send_in(host.clone(), relative).unwrap_err();
    assert_eq!(reason(&error), Error::InvalidUrl);
    let no_json = BTreeMap::from([([1], 2)]);
    let error = client.post(URL).json(&no_json).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);

    assert_eq!(host.calls(Call::HttpRequest), 0);
    assert_eq!(host.allocations(), 0);
    host.finish("no requests");
}

#[test]
fn no_answer_is_an_error_that_claims_no_reason() {
    for fault in [Fault::Zero, Fault::Dangling, Fault::Inside, Fault::Empty] {
        let host = host([answer(b"second")]).fault(Call::HttpRequest, 1, fault);
        let error = get(&host).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Other, "{fault:?}");
        assert_eq!(reason(&error), Error::RequestFailed, "{fault:?}");
        assert_eq!(get(&host).unwrap().bytes(), b"second");
        host.finish("no answer");
    }
}

#[test]
fn every_allocation_of_a_request_fails_once() {
    let post = |host: &Scripted| {
        let request = Client::new_in(host.clone()).post(URL);
        request.header("A", "b").body(b"content".to_vec()).send()
    };
    let well = host([answer(b"hello")]);
    post(&well).unwrap();
    let allocations = well.allocations();
    assert_eq!(allocations, 5, "method, URL, headers, body, answer");
    for nth in 1..=allocations {
        for for_good in [false, true] {
            let host = host([answer(b"hello")]);
            host.out_of_memory(nth, for_good);
            let error = post(&host).unwrap_err();
            let (expected, calls) = match nth {
                5 => (Error::RequestFailed, 1),
                _ => (Error::OutOfMemory, 0),
            };
            assert_eq!(reason(&error), expected, "allocation {nth}");
            assert_eq!(host.calls(Call::HttpRequest), calls);
            host.finish("no memory");
        }
    }
}

#[test]
fn an_answer_is_read_however_its_json_is_written() {
    for text in [
        r#"{"status":200,"headers":{"Set-Cookie":["a=1","b=2"]},"body":"SGk="}"#,
        r#"{"body":"SGk=","headers":{"Set-Cookie":["a=1","b=2"]},"status":200}"#,
        " {\n\"status\" :\t200 , \"body\" :\r\"SGk=\",\"headers\":{\"set-cookie\":[\"a=1\"],\"SET-COOKIE\":[\"b=2\"]} } ",
        r#"{"status":200,"headers":{"Set-Cookie":["a=1","b=2"],"X":null,"Y":[]},"body":"SGk="}"#,
        r#"{"x":{"body":"not this"},"y":["body",":","x"],"status":200,"body":"SGk\u003d","headers":{"S\u0065t-Cookie":["a=1","b\u003d2"]}}"#,
    ] {
        let response = decoded(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(response.status(), 200);
        assert!(response.status_is_success());
        assert_eq!(response.text().unwrap(), "Hi");
        let cookies = response.header("sEt-cookIe").unwrap();
        assert_eq!(cookies, &["a=1", "b=2"], "{text}");
        assert_eq!(response.headers()["Set-Cookie"], *cookies);
        assert_eq!(response.header("cookie"), None);
    }
    for text in [
        r#"{"status":204}"#,
        r#"{"status":204,"headers":null,"body":null}"#,
        r#"{"status":204,"headers":{},"body":""}"#,
    ] {
        let response = decoded(text).unwrap();
        assert_eq!((response.status(), response.bytes()), (204, &b""[..]));
        assert!(response.headers().is_empty());
    }
    let slashes = decoded(r#"{"status":200,"body":"\/\/\/\/"}"#).unwrap();
    assert_eq!(slashes.into_bytes(), [0xff; 3]);
}

#[test]
fn what_is_no_answer_is_refused() {
    for text in [
        " ",
        "null",
        "200",
        "[]",
        "{}",
        "garbage",
        "\0",
        r#"{"status":200"#,
        r#"{"status":200}}"#,
        r#"{"status":200} {}"#,
        "{\"status\":200}\0",
        r#"{"status":"200"}"#,
        r#"{"status":200,"status":200}"#,
        r#"{"status":200,"headers":[]}"#,
        r#"{"status":200,"headers":"A: b"}"#,
        r#"{"status":200,"headers":{"A":"b"}}"#,
        r#"{"status":200,"headers":{"A":[1]}}"#,
        r#"{"status":200,"body":{}}"#,
        r#"{"status":200,"body":[72]}"#,
        r#"{"status":200,"body":"SGk=","body":"SGk="}"#,
        r#"{"status":200,"bod\u0079":"SGk="}"#,
        r#"{"status":200,"body":"SGk="#,
        r#"{"status":200,"body"}"#,
        r#"{"status":200,"body","SGk="}"#,
        r#"{"status":200,"body":"SGk="SGk="}"#,
    ] {
        refused(text);
    }
    let whole = answer(b"hello");
    for end in 1..whole.len() {
        refused(&whole[..end]);
    }
}

#[test]
fn a_status_out_of_range_is_refused() {
    for status in [
        "0", "99", "1000", "65535", "65536", "-200", "200.5", "2e2", "null",
    ] {
        refused(format!(r#"{{"status":{status}}}"#));
    }
    for status in [100, 199, 200, 299, 300, 404, 500, 999] {
        let response = decoded(format!(r#"{{"status":{status}}}"#)).unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.status_is_success(), status / 100 == 2);
    }
}

/// It is read in pieces that end anywhere: before, inside or after its padding.
#[test]
fn a_body_of_any_length_is_whole() {
    for len in (0..10).chain(700..800).chain(1_500..1_600) {
        let body: Vec<u8> = (0..len).map(|i| (i ^ (i >> 8)) as u8).collect();
        assert_eq!(decoded(answer(&body)).unwrap().bytes(), body, "{len}");
        let slashes = answer(&body).replace('/', "\\/").replace('=', "\\u003d");
        assert_eq!(decoded(slashes).unwrap().bytes(), body, "{len}");
    }
}

#[test]
fn a_body_that_is_no_base64_is_refused() {
    for body in [
        "S",
        "SG",
        "SGk",
        "SGk=SGk=",
        "SGk==",
        "=",
        "====",
        "SG k",
        "SGk=\\n",
        "SG-_",
        "SGl=",
        "ä",
        "SGk\\u00e4",
        "SG\\u0000k",
        "\\",
        "\\u00",
        "\\\"",
    ] {
        refused(format!(r#"{{"status":200,"body":"{body}"}}"#));
        let long = "SGkh".repeat(1_000);
        refused(format!(r#"{{"status":200,"body":"{long}{body}"}}"#));
    }
}

#[test]
fn a_header_that_is_none_is_refused_where_there_are_types() {
    for header in [
        r#""na me":["v"]"#,
        r#""":["v"]"#,
        r#""A":["v\r\nB: w"]"#,
        r#""A":["\u0000"]"#,
    ] {
        let answer = format!(r#"{{"status":200,"headers":{{{header}}}}}"#);
        // As text it is harmless.
        assert_eq!(decoded(answer.clone()).unwrap().headers().len(), 1);
        let host = host([answer]);
        let request = Request::get(URL).body([]).unwrap();
        let error = http::send_in(host.clone(), request).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{header}");
        host.finish(header);
    }
}

#[test]
fn a_body_that_the_host_has_cut_is_an_error_where_it_shows() {
    let cut = |status: u16, headers: &str| {
        format!(r#"{{"status":{status},"headers":{{{headers}}},"body":"SGk="}}"#)
    };
    let error = decoded(cut(200, r#""content-length":["3"]"#)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    assert!(error.to_string().contains("2 of 3 bytes"), "{error}");
    for whole in [
        cut(200, r#""Content-Length":["2"]"#),
        // Decompressed by the host.
        cut(200, r#""Content-Length":["9"],"Content-Encoding":["gzip"]"#),
        cut(304, r#""Content-Length":["9"]"#),
        cut(200, r#""Content-Length":["1"]"#),
        cut(200, r#""Content-Length":["-1"]"#),
        cut(200, r#""Content-Length":["many"]"#),
        cut(200, r#""Content-Length":["9","9"]"#),
        cut(200, ""),
    ] {
        assert_eq!(decoded(whole).unwrap().bytes(), b"Hi");
    }
    let host = host([cut(200, r#""Content-Length":["9"]"#)]);
    let head = Client::new_in(host.clone()).request(Method::HEAD, URL);
    assert!(
        head.send().is_ok(),
        "the length of what HEAD does not bring"
    );
    host.finish("a body that was cut");
}

#[test]
fn an_answer_with_more_behind_it_is_refused() {
    for by in [1, 1_000, 1 << 20] {
        let host = host([answer(b"hello")]).fault(Call::HttpRequest, 1, Fault::Longer(by));
        assert_eq!(get(&host).unwrap_err().kind(), ErrorKind::InvalidData);
        host.finish("more behind it");
    }
}

#[test]
fn a_hundred_thousand_brackets_are_no_answer() {
    let on_small_stack = || {
        for bracket in [
            "[",
            "{",
            "]",
            "{\"x\":",
            "{\"headers\":",
            "{\"body\":",
            "\"",
            "\\",
        ] {
            refused(bracket.repeat(100_000));
            refused(format!("{{\"x\":{}", bracket.repeat(100_000)));
            refused(format!("{{\"body\":\"{}", bracket.repeat(100_000)));
        }
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(decoded(format!(r#"{{"status":200,"x":{nested}}}"#)).is_ok());
    };
    let thread = std::thread::Builder::new().stack_size(128 * 1_024);
    thread.spawn(on_small_stack).unwrap().join().unwrap();
}

#[test]
fn a_body_that_is_no_text_or_no_json_says_so_and_is_still_there() {
    let response = decoded(answer(b"\xffgarbage")).unwrap();
    assert_eq!(response.text().unwrap_err().kind(), ErrorKind::InvalidData);
    let json = response.json::<serde_json::Value>();
    assert_eq!(json.unwrap_err().kind(), ErrorKind::InvalidData);
    assert_eq!(response.bytes(), b"\xffgarbage");
    let response = decoded(answer(b"[1,2]")).unwrap();
    assert_eq!(response.json::<Vec<u8>>().unwrap(), [1, 2]);
    assert!(response.json::<String>().is_err());
}

#[test]
fn what_debug_shows_of_a_request_and_a_response_is_not_their_content() {
    let host = host([answer(b"secret")]);
    let request = Client::new_in(host).get("http://peer.example/?secret");
    let request = request.header("A", "secret").body(b"secret".to_vec());
    let shown = format!("{request:?}");
    assert!(
        shown.contains("GET") && shown.contains("peer.example"),
        "{shown}"
    );
    let response = request.send().unwrap();
    let both = shown + &format!("{response:?}");
    assert!(both.contains("Set-Cookie") && both.contains('6'), "{both}");
    assert!(!both.contains("secret") && !both.contains("a=1"), "{both}");
}

/// Status, headers and body.
type Answer = (u16, BTreeMap<String, Vec<String>>, Vec<u8>);

/// Parses a response with `serde_json`, without the library.
fn reference(text: &[u8]) -> Option<Answer> {
    #[derive(serde::Deserialize)]
    struct Whole {
        status: u16,
        #[serde(default)]
        headers: Option<BTreeMap<String, Option<Vec<String>>>>,
        #[serde(default)]
        body: Option<String>,
    }
    let whole: Whole = serde_json::from_slice(text).ok()?;
    types::StatusCode::from_u16(whole.status).ok()?;
    let headers = whole.headers.unwrap_or_default().into_iter();
    let headers = headers.map(|(name, values)| (name, values.unwrap_or_default()));
    let body = BASE64
        .decode(whole.body.unwrap_or_default().as_bytes())
        .ok()?;
    Some((whole.status, headers.collect(), body))
}

proptest! {
    #[test]
    fn an_answer_comes_as_it_was_sent(
        body in proptest::collection::vec(any::<u8>(), 0..5_000),
        headers in proptest::collection::btree_map("[A-Z][a-z]{0,5}", proptest::collection::vec(".{0,20}", 0..3), 0..5),
        status in 100_u16..1_000,
        body_first in any::<bool>(),
    ) {
        let headers_json = serde_json::to_string(&headers).unwrap();
        let body_json = BASE64.encode(&body);
        let text = if body_first {
            format!(r#"{{"body":"{body_json}","headers":{headers_json},"status":{status}}}"#)
        } else {
            format!(r#"{{"status":{status},"headers":{headers_json},"body":"{body_json}"}}"#)
        };
        let response = decoded(text).unwrap();
        prop_assert_eq!(response.status(), status);
        prop_assert_eq!(response.headers(), &headers);
        prop_assert_eq!(response.bytes(), body);
    }

    /// One byte of a valid response is replaced. If it is accepted, the result is that of `serde_json`.
    #[test]
    fn a_damaged_answer_is_refused_or_read_as_it_stands(
        at in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
        len in 0_usize..60,
    ) {
        let mut text = answer(&vec![0xfb; len]).into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        match decoded(text.clone()) {
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::InvalidData),
            Ok(response) => {
                let (status, headers, body) = reference(&text).expect("an answer");
                prop_assert_eq!(response.status(), status);
                prop_assert_eq!(response.bytes(), body);
                let values = |headers: &BTreeMap<String, Vec<String>>| headers.values().map(Vec::len).sum::<usize>();
                prop_assert_eq!(values(response.headers()), values(&headers));
            }
        }
    }

    #[test]
    fn arbitrary_bytes_are_survived(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(response) = decoded(text.clone()) {
            prop_assert_eq!(response.status(), reference(&text).expect("an answer").0);
        }
    }
}
