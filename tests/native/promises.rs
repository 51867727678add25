//! Guarantees about the sources themselves.

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

/// The lint is denied for the whole crate, and allowed in one file, whose blocks state the reason.
#[test]
fn unsafe_code_is_in_one_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let crate_root = fs::read_to_string(root.join("lib.rs")).unwrap();
    assert!(crate_root.contains("#![deny(unsafe_code"));
    let lifting: Vec<_> = sources(&root)
        .into_iter()
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            let mut code = text.lines().filter(|line| !line.trim().starts_with("//"));
            code.any(|line| line.contains("unsafe")) && !path.ends_with("lib.rs")
        })
        .collect();
    assert_eq!(lifting, [root.join("host/extism.rs")]);
    let text = fs::read_to_string(&lifting[0]).unwrap();
    let blocks = text.matches("unsafe extern ").count();
    assert_eq!(blocks, 4);
    assert_eq!(text.matches("// SAFETY:").count(), blocks);
}
