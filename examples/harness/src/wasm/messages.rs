//! Parses cargo's output: the artifacts on its standard output, one JSON object per line, and the messages for people
//! on its standard error.

use std::path::PathBuf;

/// Returns the wasm files that one line of `cargo build --message-format=json` reports, and the name of their target
/// (library, example).
///
/// This is not a JSON parser: it searches for keys as they appear outside strings. Inside a string cargo escapes the
/// quote before the colon, so the searched text cannot occur there.
pub(super) fn wasm_files(line: &str) -> Option<(String, Vec<PathBuf>)> {
    if !line.starts_with("{\"reason\":\"compiler-artifact\"") {
        return None;
    }
    let target = after(line, "\"target\":{")?;
    let (name, _) = string(after(target, "\"name\":")?)?;
    let mut rest = after(line, "\"filenames\":[")?;
    let mut files = Vec::new();
    while let Some((file, tail)) = string(rest) {
        if file.ends_with(".wasm") {
            files.push(PathBuf::from(file));
        }
        rest = tail.strip_prefix(',').unwrap_or(tail);
    }
    Some((name, files))
}

/// Returns the progress in a line of cargo's standard error, unless the line is part of a diagnostic.
///
/// Such lines have a verb that ends in the twelfth column: `   Compiling name v1.0.0`.
pub(super) fn progress(line: &str) -> Option<&str> {
    let verb = line.get(..12)?.trim_start();
    let is_verb = verb.len() > 3
        && verb.starts_with(|c: char| c.is_ascii_uppercase())
        && verb.bytes().all(|b| b.is_ascii_alphabetic());
    (is_verb && line.get(12..13) == Some(" ")).then(|| line.trim())
}

fn after<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.split_once(key).map(|(_, rest)| rest)
}

/// Parses the JSON string at the start of `text`; also returns the rest.
fn string(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match rest.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                'b' => value.push('\u{8}'),
                'f' => value.push('\u{c}'),
                'u' => {
                    // In a path that is valid text, only control characters are escaped like this.
                    let code = text.get(at + 2..at + 6)?;
                    value.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
                    rest.nth(3);
                }
                itself => value.push(itself),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = r#"{"reason":"compiler-artifact","package_id":"path+file:///g#my-guest@0.1.0","manifest_path":"/g/Cargo.toml","target":{"kind":["example"],"crate_types":["cdylib"],"name":"tcp-echo","src_path":"/g/examples/tcp-echo.rs"},"profile":{"opt_level":"0"},"features":[],"filenames":["/t/my \"dir\"/examples/tcp_echo.wasm","/t/libx.rlib"],"executable":null,"fresh":false}"#;

    #[test]
    fn the_files_of_an_artifact_are_found() {
        let (name, files) = wasm_files(EXAMPLE).expect("an artifact");
        assert_eq!(name, "tcp-echo");
        assert_eq!(
            files,
            [PathBuf::from("/t/my \"dir\"/examples/tcp_echo.wasm")]
        );
    }

    #[test]
    fn other_lines_are_none() {
        for line in [
            "",
            "{}",
            r#"{"reason":"build-finished","success":true}"#,
            r#"{"reason":"compiler-artifact""#,
            r#"{"reason":"compiler-artifact","target":{"name":"x"}}"#,
        ] {
            assert_eq!(wasm_files(line), None, "{line}");
        }
    }

    #[test]
    fn strings_are_unescaped() {
        let (text, rest) = string(r#""a\\b\/c\u0041\n",tail"#).expect("a string");
        assert_eq!((text.as_str(), rest), ("a\\b/cA\n", ",tail"));
        assert_eq!(string(r#""open"#), None);
        assert_eq!(string(r#""\u12"#), None);
        assert_eq!(string("bare"), None);
    }

    #[test]
    fn progress_is_told_from_diagnostics() {
        let shown = Some("Compiling my-guest v0.1.0");
        assert_eq!(progress("   Compiling my-guest v0.1.0"), shown);
        for line in [
            "warning: unused",
            "  --> src/lib.rs:1:1",
            "   |     let x",
            "",
            "    Finish",
        ] {
            assert_eq!(progress(line), None, "{line}");
        }
    }
}
