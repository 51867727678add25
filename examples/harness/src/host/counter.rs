//! Counting a plugin's calls of its kernel.
//!
//! The kernel is a wasm module beside the plugin's: a call of it is not seen from outside. So a
//! small module is put between the two. It has the functions of the kernel that are worth counting;
//! each says its number to the host and goes on to the kernel's. The plugin is led to it by another
//! name in its imports. Only the plugin's calls are counted, not the host's own.

use std::fmt::Write;

use extism::{EXTISM_ENV_MODULE, Function, UserData, Val, ValType};
use wasmparser::{Parser, Payload};

use super::{Host, lock};
use crate::report::KERNEL_FUNCTIONS;

/// The module in between. As long as the kernel's name, so that the one can take the other's place
/// in a module and nothing else moves.
pub(crate) const MODULE: &str = "counting/kernel";
/// Where the function that counts comes from.
const HOST: &str = "harness:host/count";
const COUNT: &str = "count";

/// The signature of a kernel function, as WebAssembly text has it.
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

/// The module in between, in text form.
pub(crate) fn module() -> String {
    let (mut imports, mut functions) = (String::new(), String::new());
    for (number, name) in KERNEL_FUNCTIONS.into_iter().enumerate() {
        let (params, result) = signature(name);
        let types = format!("(param {}) {result}", params.join(" "));
        let arguments: String = (0..params.len())
            .map(|i| format!("(local.get {i}) "))
            .collect();
        // Writing to a `String` does not fail.
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

/// The function that the module in between calls.
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

/// A plugin's module, with its imports of those kernel functions led to the module in between. The
/// error is in words.
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

/// How an import starts: two names, each with its length before it. (None is longer than 127 bytes,
/// so the lengths are a byte each.)
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
