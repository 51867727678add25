//! Names of headers.

/// Converts a header's name to canonical form: `content-type` becomes `Content-Type`.
pub(crate) fn canonical(name: &str) -> String {
    let mut first = true;
    let letter = |letter: char| {
        let canonical = if first {
            letter.to_ascii_uppercase()
        } else {
            letter.to_ascii_lowercase()
        };
        first = letter == '-';
        canonical
    };
    name.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn a_name_is_written_as_hosts_write_it() {
        for (name, expected) in [
            ("content-type", "Content-Type"),
            ("SET-COOKIE", "Set-Cookie"),
            ("Etag", "Etag"),
            ("x--y-", "X--Y-"),
            ("", ""),
            ("naïve-é", "Naïve-é"),
        ] {
            assert_eq!(canonical(name), expected);
        }
    }
}
