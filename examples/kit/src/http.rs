//! Checks the optional eleventh function, `http_request`. This is a separate plugin, because a host without the
//! function cannot load a plugin that imports it.
//!
//! Input and output are those of the other plugin.

#![cfg(target_family = "wasm")]

#[allow(dead_code)] // The other plugin uses all of it.
mod calls;
#[allow(dead_code)]
mod peers;
mod report;

use calls::Block;
use peers::Peers;
use report::{Behaviour, Report, Verdict};
use serde_json::Value;

// SAFETY: the signature matches the contract. All arguments are plain numbers.
#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn http_request(method: u64, url: u64, headers: u64, body: u64) -> u64;
}

/// The function that the host calls.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> i32 {
    let input = calls::input();
    let Some(peers) = Peers::parse(&String::from_utf8_lossy(&input)) else {
        calls::output(b"expected the line that `kit peers` prints as the input\n");
        return 1;
    };
    let mut report = Report::default();
    for behaviour in ALL {
        report.add(behaviour, (behaviour.check)(&peers));
    }
    calls::output(report.to_string().as_bytes());
    0
}

const ALL: &[Behaviour] = &[
    Behaviour {
        function: "http_request",
        does: "returns the status, all headers by canonical name, and the body in base64",
        costs: "`InvalidData`, or headers that are not found",
        row: "",
        check: |peers| {
            let asked = get(peers, "/cookies");
            Verdict::of(asked.as_ref().is_some_and(is_cookies), || seen(&asked))
        },
    },
    Behaviour {
        function: "http_request",
        does: "sends the method, each header and the body",
        costs: "wrong requests",
        row: "",
        check: sends,
    },
    Behaviour {
        function: "http_request",
        does: "accepts 0 for no headers and for no body",
        costs: "simple requests fail",
        row: "",
        check: |peers| {
            let (method, url) = (
                Block::new(b"GET"),
                Block::new(url(peers, "/echo").as_bytes()),
            );
            let asked = answer(http_request(method.offset(), url.offset(), 0, 0));
            Verdict::of(text(&asked).starts_with("GET /echo"), || seen(&asked))
        },
    },
    Behaviour {
        function: "http_request",
        does: "does not free the plugin's blocks",
        costs: "freed memory that another part of the plugin still uses",
        row: "",
        check: leaves_blocks,
    },
    Behaviour {
        function: "http_request",
        does: "returns a response of any status",
        costs: "an error instead of a response",
        row: "",
        check: |peers| {
            let asked = get(peers, "/missing");
            Verdict::of(status(&asked) == 404 && text(&asked) == "nothing", || {
                seen(&asked)
            })
        },
    },
    Behaviour {
        function: "http_request",
        does: "follows ten redirects, and returns 0 for more",
        costs: "a redirect instead of its target, or a call that never returns",
        row: "",
        check: |peers| {
            let (ten, eleven) = (get(peers, "/count/10"), get(peers, "/count/11"));
            let holds = text(&ten) == "there" && eleven.is_none();
            Verdict::of(holds, || format!("{}, and {}", seen(&ten), seen(&eleven)))
        },
    },
    Behaviour {
        function: "http_request",
        does: "turns a POST into a GET on 303, and repeats it on 307",
        costs: "a repeated request, or one without its body",
        row: "",
        check: |peers| {
            let after = |status| ask("POST", &url(peers, &format!("/to/{status}")), "", b"body");
            let (other, same) = (after(303), after(307));
            let holds = text(&other).starts_with("GET ") && !text(&other).ends_with("body");
            let holds = holds && text(&same).starts_with("POST ") && text(&same).ends_with("body");
            Verdict::of(holds, || format!("{}, and {}", seen(&other), seen(&same)))
        },
    },
    Behaviour {
        function: "http_request",
        does: "does not send credentials to another origin after a redirect",
        costs: "the plugin's password goes to another server",
        row: "",
        check: keeps_credentials,
    },
    Behaviour {
        function: "http_request",
        does: "decodes gzip that the plugin did not ask for",
        costs: "a body that is still compressed",
        row: "",
        check: |peers| {
            let asked = get(peers, "/packed");
            let coded = asked
                .as_ref()
                .is_some_and(|r| !r["headers"]["Content-Encoding"].is_null());
            Verdict::of(text(&asked) == "unpacked" && !coded, || seen(&asked))
        },
    },
    Behaviour {
        function: "http_request",
        does: "refuses URLs that are not HTTP, and headers with a line feed",
        costs: "a plugin can read the host's files, or smuggle a second request",
        row: "",
        check: |peers| {
            let wrong = ["file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1", ""];
            let wrong = wrong.iter().find_map(|url| ask("GET", url, "", b""));
            let header = ask("GET", &url(peers, "/echo"), r#"["A: b\r\nC: d"]"#, b"");
            let none = wrong.is_none() && header.is_none();
            Verdict::of(none, || format!("{}, and {}", seen(&wrong), seen(&header)))
        },
    },
    Behaviour {
        function: "http_request",
        does: "returns 0 for a truncated body",
        costs: "a truncated response without an error",
        row: "",
        check: |peers| {
            let asked = get(peers, "/short");
            Verdict::of(asked.is_none(), || seen(&asked))
        },
    },
    Behaviour {
        function: "http_request",
        does: "returns 0 for a silent server within seconds",
        costs: "the plugin hangs as long as the server",
        row: "",
        check: |peers| ends(peers, "/silent"),
    },
    Behaviour {
        function: "http_request",
        does: "returns 0 within seconds for a server that sends a byte now and then",
        costs: "the server can block the plugin forever",
        row: "",
        check: |peers| ends(peers, "/drip"),
    },
];

/// The longest duration of a request, in milliseconds.
const LONGEST: u64 = 30_000;

fn ends(peers: &Peers, path: &str) -> Verdict {
    let Some(start) = peers.now() else {
        return Verdict::needs("asking the peers for the time");
    };
    let asked = get(peers, path);
    let Some(end) = peers.now() else {
        return Verdict::needs("asking the peers for the time");
    };
    let took = end.saturating_sub(start);
    let holds = asked.is_none() && took <= LONGEST;
    Verdict::of(holds, || format!("{} after {took} ms", seen(&asked)))
}

fn sends(peers: &Peers) -> Verdict {
    let headers = r#"["X-Kit: one","x-kit: two","Content-Type: text/kit"]"#;
    let asked = ask("PUT", &url(peers, "/echo?a=b"), headers, b"the body");
    let lines = text(&asked).to_ascii_lowercase();
    let has = |part| lines.lines().any(|line| line == part);
    let holds = lines.starts_with("put /echo?a=b http/1.1\n")
        && [
            "x-kit: one",
            "x-kit: two",
            "content-type: text/kit",
            "content-length: 8",
        ]
        .into_iter()
        .all(has)
        && lines.ends_with("\nthe body");
    Verdict::of(holds, || seen(&asked))
}

fn leaves_blocks(peers: &Peers) -> Verdict {
    let url = url(peers, "/echo");
    let lent =
        ["POST", &url, r#"["X-Kit: one"]"#, "the body"].map(|part| Block::new(part.as_bytes()));
    let before = lent.each_ref().map(Block::bytes);
    let [method, url, headers, body] = lent.each_ref().map(Block::offset);
    if answer(http_request(method, url, headers, body)).is_none() {
        return Verdict::needs("a request");
    }
    // The kernel may reuse freed blocks.
    let others = [4, url_length(&before[1]), 14, 8].map(Block::empty);
    let taken = others
        .iter()
        .any(|other| lent.iter().any(|own| own.offset() == other.offset()));
    let holds = !taken && lent.each_ref().map(Block::bytes) == before;
    Verdict::of(holds, || "blocks that were freed or changed".to_owned())
}

fn url_length(url: &[u8]) -> u64 {
    url.len() as u64
}

fn keeps_credentials(peers: &Peers) -> Verdict {
    let headers = r#"["Authorization: secret","Cookie: secret","X-Kit: one"]"#;
    let elsewhere = ask("GET", &url(peers, "/elsewhere"), headers, b"");
    if elsewhere.is_none() {
        return Verdict::needs("a redirect to `localhost`");
    }
    let elsewhere_has = text(&elsewhere).contains("secret");
    let here = ask("GET", &url(peers, "/to/307"), headers, b"");
    let here_has = text(&here).matches("secret").count() == 2;
    Verdict::of(!elsewhere_has && here_has, || match elsewhere_has {
        true => "they were passed on".to_owned(),
        false => "they were kept from the same origin too".to_owned(),
    })
}

fn is_cookies(response: &Value) -> bool {
    let headers = &response["headers"];
    let once = |name: &str| {
        headers[name]
            .as_array()
            .is_some_and(|values| values.len() == 1)
    };
    response["status"] == 200
        && headers["Set-Cookie"] == Value::from(vec!["a=1", "b=2"])
        && headers["X-Kit-Id"] == Value::from(vec!["7"])
        && once("Content-Length")
        && body(response).as_deref() == Some(b"cookies")
}

fn url(peers: &Peers, path: &str) -> String {
    format!("http://{}{path}", peers.tcp)
}

fn get(peers: &Peers, path: &str) -> Option<Value> {
    ask("GET", &url(peers, path), "", b"")
}

fn ask(method: &str, url: &str, headers: &str, body: &[u8]) -> Option<Value> {
    let (method, url) = (Block::new(method.as_bytes()), Block::new(url.as_bytes()));
    let (headers, body) = (Block::new(headers.as_bytes()), Block::new(body));
    let offsets = [&method, &url, &headers, &body].map(Block::offset);
    answer(http_request(offsets[0], offsets[1], offsets[2], offsets[3]))
}

/// Parses the host's result; `None` for 0. A result that is not JSON is kept as text.
fn answer(offset: u64) -> Option<Value> {
    let json = Block::given(offset)?;
    Some(serde_json::from_slice(&json).unwrap_or_else(|_| {
        let start = String::from_utf8_lossy(&json[..json.len().min(60)]).into_owned();
        Value::String(start)
    }))
}

fn status(response: &Option<Value>) -> u64 {
    response
        .as_ref()
        .and_then(|r| r["status"].as_u64())
        .unwrap_or(0)
}

/// Returns the body as text.
fn text(response: &Option<Value>) -> String {
    let body = response.as_ref().and_then(body).unwrap_or_default();
    String::from_utf8_lossy(&body).into_owned()
}

/// Decodes the body: base64, standard and padded.
fn body(response: &Value) -> Option<Vec<u8>> {
    let coded = response["body"].as_str()?.as_bytes();
    let mut bytes = Vec::new();
    if !coded.len().is_multiple_of(4) {
        return None;
    }
    let padding = coded.iter().rev().take_while(|byte| **byte == b'=').count();
    if padding > 2 {
        return None;
    }
    for group in coded[..coded.len() - padding].chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            let digit = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(digit);
        }
        let missing = 4 - group.len();
        let three = (bits << (6 * missing)).to_be_bytes();
        bytes.extend_from_slice(&three[1..4 - missing]);
    }
    Some(bytes)
}

/// Summarizes the result.
fn seen(response: &Option<Value>) -> String {
    let Some(response) = response else {
        return "0".to_owned();
    };
    let text = match body(response) {
        Some(body) => format!(
            "{} {:?}",
            response["status"],
            String::from_utf8_lossy(&body)
        ),
        None => response.to_string(),
    };
    text.chars().take(120).collect()
}
