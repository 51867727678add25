//! Counts a plugin's calls of its kernel.
//!
//! The kernel is another wasm module, so its calls are invisible to the host. So a small module is put between the two.
//! It has the kernel functions that are worth counting; each reports its number to the host and then calls the
//! kernel's. The plugin's imports are renamed to lead to it. Only the plugin's calls are counted, not the host's.

use std::fmt::Write;

use extism::{EXTISM_ENV_MODULE, Function, UserData, Val, ValType};
use wasmparser::{Parser, Payload};

use super::{Host, lock};
use crate::report::KERNEL_FUNCTIONS;

/// The name of the module in between. It has the length of the kernel's name, so that it can replace that name in a
/// module without moving anything.
pub(crate) const MODULE: &str = "counting/kernel";
/// The import module of the counting function.
const HOST: &str = "harness:host/count";
const COUNT: &str = "count";

/// Returns the signature of a kernel function, in WebAssembly text.
fn signature(name: &str) -> (&'static [&'static str], &'static str) {
    match name {
        "free" => (&["i64"], ""),
        "store_u64" | "output_set" => (&["i64", "i64"], ""),
        "store_u8" => (&["i64", "i32"], ""),
        "load_u8" | "input_load_u8" => (&["i64"], "(result i32)"),
        "input_length" => (&[], "(result i64)"),
        _ => (&["i64"], "(result i64)"),
    }
}

/// Returns the module in between, in text form.
pub(crate) fn module() -> String {
    let (mut imports, mut functions) = (String::new(), String::new());
    for (number, name) in KERNEL_FUNCTIONS.into_iter().enumerate() {
        let (params, result) = signature(name);
        let types = format!("(param {}) {result}", params.join(" "));
        let arguments: String = (0..params.len())
            .map(|i| format!("(local.get {i}) "))
            .collect();
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            imports,
            r#"(import "{EXTISM_ENV_MODULE}" "{name}" (func ${name} {types}))"#
        );
        let _ = writeln!(
            functions,
            r#"(func (export "{name}") {types}
                (call $count (i32.const {number})) (call ${name} {arguments}))"#
        );
    }
    format!(
        r#"(module (import "{HOST}" "{COUNT}" (func $count (param i32))) {imports} {functions})"#
    )
}

/// Returns the function that the module in between calls.
pub(crate) fn function(host: &UserData<Host>) -> Function {
    let run = |_: &mut _, inputs: &[Val], _: &mut [Val], host: UserData<Host>| {
        let number = inputs.first().and_then(Val::i32).unwrap_or(-1);
        let host = host.get()?;
        if let Ok(number) = usize::try_from(number) {
            lock(&host).report.kernel_calls.count(number);
        }
        Ok(())
    };
    Function::new(COUNT, [ValType::I32], [], host.clone(), run).with_namespace(HOST)
}

/// Returns a plugin's module with its imports of those kernel functions redirected to the module in between. The error
/// is text.
pub(crate) fn behind(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let mut changed = wasm.to_vec();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::ImportSection(section) = payload.map_err(|e| e.to_string())? else {
            continue;
        };
        for name in KERNEL_FUNCTIONS {
            let range = section.range();
            replace(
                &mut changed[range],
                &import(EXTISM_ENV_MODULE, name),
                &import(MODULE, name),
            );
        }
    }
    Ok(changed)
}

/// Returns the start of an import: two names, each preceded by its length. (None is longer than 127 bytes, so each
/// length is one byte.)
fn import(module: &str, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in [module, name] {
        bytes.push(part.len() as u8);
        bytes.extend(part.as_bytes());
    }
    bytes
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    if let Some(at) = bytes.windows(from.len()).position(|window| window == from) {
        bytes[at..at + from.len()].copy_from_slice(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_names_are_of_one_length() {
        assert_eq!(MODULE.len(), EXTISM_ENV_MODULE.len());
    }
}
