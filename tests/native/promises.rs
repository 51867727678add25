//! Promises about the sources themselves.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The lint is denied for the whole crate, and lifted in one file, whose blocks say why.
#[test]
fn unsafe_code_is_in_one_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let crate_root = fs::read_to_string(root.join("lib.rs")).unwrap();
    assert!(crate_root.contains("#![deny(unsafe_code"));
    let lifting: Vec<_> = sources(&root)
        .into_iter()
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.contains("unsafe_code") && !path.ends_with("lib.rs")
        })
        .collect();
    assert_eq!(lifting, [root.join("host/extism.rs")]);
    let text = fs::read_to_string(&lifting[0]).unwrap();
    let blocks = text.matches("unsafe extern ").count();
    assert_eq!(blocks, 3);
    assert_eq!(text.matches("// SAFETY:").count(), blocks);
}

/// Whether a line of source declares something that the documentation shows. Inside a module that is
/// private, `pub` stands for that here: whatever stays in the crate says `pub(crate)` or `pub(super)`.
fn declares(line: &str, in_a_trait: bool) -> bool {
    let Some(item) = line.trim_start().strip_prefix("pub ") else {
        return in_a_trait && line.starts_with("    fn ");
    };
    let item = item.strip_prefix("const ").unwrap_or(item);
    // Modules have their documentation inside.
    let kinds = ["fn ", "struct ", "enum ", "trait ", "type "];
    kinds.iter().any(|kind| item.starts_with(kind)) || line.starts_with("pub const ")
}

#[test]
fn every_public_item_has_an_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut items, mut without) = (0, Vec::new());
    for path in sources(&root) {
        let text = fs::read_to_string(&path).unwrap();
        let (mut example, mut hidden, mut in_a_trait) = (false, false, false);
        for line in text.lines() {
            let start = line.trim_start();
            if start == "#[cfg(test)]" {
                // Tests are at the foot of a file.
                break;
            }
            if start.starts_with("///") || start.starts_with("#[") {
                example |= start.starts_with("/// ```");
                hidden |= start == "#[doc(hidden)]";
                continue;
            }
            // A sealed trait cannot be named.
            if declares(line, in_a_trait) && !hidden && !line.contains("trait Sealed") {
                items += 1;
                if !example {
                    without.push(format!("{}: {start}", path.display()));
                }
            }
            in_a_trait = match line {
                "}" => false,
                _ => in_a_trait || line.starts_with("pub trait "),
            };
            (example, hidden) = (false, false);
        }
    }
    assert!(items > 100, "{items} items");
    assert_eq!(without, <[String; 0]>::default());
}
