//! Runs the component. Arguments: the guest's module, and the guest's own arguments. Prints the duration of its `run`
//! in nanoseconds.

use std::time::Instant;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let module = std::fs::read(arguments.next().ok_or("which module?")?)?;
    let component = wit_component::ComponentEncoder::default()
        .module(&module)?
        .validate(true)
        .encode()?;
    let engine = Engine::default();
    let component = Component::new(&engine, component)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
    let arguments: Vec<String> = arguments.collect();
    let state = State {
        wasi: WasiCtx::builder()
            .args(&arguments)
            .inherit_network()
            .build(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(&engine, state);
    let command = Command::instantiate(&mut store, &component, &linker)?;
    let start = Instant::now();
    command
        .wasi_cli_run()
        .call_run(&mut store)?
        .map_err(|()| "the guest failed")?;
    println!("{}", start.elapsed().as_nanos());
    Ok(())
}
