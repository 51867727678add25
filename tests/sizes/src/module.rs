//! What a finished wasm module says of itself.

use crate::Result;
use crate::guests::Guest;
use harness_host::HOST_FUNCTIONS;
use std::collections::BTreeSet;
use wasmparser::{Parser, Payload};

/// What the guests without std call in a panic, and nowhere else.
const PANIC: &str = "log_error";
/// The modules that WASI's functions come from start with this.
const WASI: &str = "wasi";

/// A guest's imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imports {
    /// The host's functions and its kernel's, as `module name`.
    pub host: BTreeSet<String>,
    /// WASI's functions, by name.
    pub wasi: BTreeSet<String>,
    /// Whether the guest can panic. (Of those with std this is not known.)
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

    /// How many there are in all.
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

/// The imports that a guest should have.
#[must_use]
pub fn expected(guest: &Guest) -> BTreeSet<String> {
    let names = guest.uses.iter().copied().flatten().chain(guest.input);
    names.map(|name| format!("{} {name}", home(name))).collect()
}

/// The module that a function is imported from.
fn home(name: &str) -> &'static str {
    if HOST_FUNCTIONS.contains(&name) {
        "env"
    } else {
        "extism:host/env"
    }
}
