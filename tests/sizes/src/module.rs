//! Reads the imports of a finished wasm module.

use crate::Result;
use crate::guests::Guest;
use harness_host::HOST_FUNCTIONS;
use std::collections::BTreeSet;
use wasmparser::{Parser, Payload};

/// The function that the guests without std call only in a panic.
const PANIC: &str = "log_error";
/// The prefix of the modules of WASI's functions.
const WASI: &str = "wasi";

/// A guest's imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imports {
    /// The host's and the kernel's functions, as `module name`.
    pub host: BTreeSet<String>,
    /// WASI's functions, by name.
    pub wasi: BTreeSet<String>,
    /// Whether the guest can panic. (Unknown for guests with std.)
    pub panic: bool,
}

impl Imports {
    /// Reads them from a module.
    pub fn of(wasm: &[u8]) -> Result<Imports> {
        let mut imports = Imports {
            host: BTreeSet::new(),
            wasi: BTreeSet::new(),
            panic: false,
        };
        for payload in Parser::new(0).parse_all(wasm) {
            if let Payload::ImportSection(section) = payload? {
                for import in section.into_imports() {
                    let import = import?;
                    imports.add(import.module, import.name);
                }
            }
        }
        Ok(imports)
    }

    /// Returns their total number.
    #[must_use]
    pub fn count(&self) -> usize {
        self.host.len() + self.wasi.len() + usize::from(self.panic)
    }

    fn add(&mut self, module: &str, name: &str) {
        if module.starts_with(WASI) {
            self.wasi.insert(name.to_owned());
        } else if name == PANIC {
            self.panic = true;
        } else {
            self.host.insert(format!("{module} {name}"));
        }
    }
}

/// Returns the imports that a guest should have.
#[must_use]
pub fn expected(guest: &Guest) -> BTreeSet<String> {
    let names = guest.uses.iter().copied().flatten().chain(guest.input);
    names.map(|name| format!("{} {name}", home(name))).collect()
}

/// Returns the module that a function is imported from.
fn home(name: &str) -> &'static str {
    if HOST_FUNCTIONS.contains(&name) {
        "env"
    } else {
        "extism:host/env"
    }
}
