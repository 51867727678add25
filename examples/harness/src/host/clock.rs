//! A clock that is not real, as the production host's is not.
//!
//! WASI writes the time into the plugin's own memory, which a host function cannot reach in this
//! runtime. So the plugin's module is written anew: its calls of WASI's clock are led to a function
//! that is put at its end.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    CodeSection, ConstExpr, Function, FunctionSection, GlobalSection, GlobalType, MemArg, Module,
    ValType,
};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, FunctionSectionReader, GlobalSectionReader, Parser,
    Payload, TypeRef,
};

/// The module and the name that the clock is imported by.
const CLOCK: (&str, &str) = ("wasi_snapshot_preview1", "clock_time_get");
/// What the clock advances by at each reading, in nanoseconds: 1 ms.
const TICK: i64 = 1_000_000;
/// What it begins with, as the time of day: the midnight before 2022-01-01, in nanoseconds.
const BEGIN: i64 = 1_640_995_200_000_000_000;

/// A plugin's module with such a clock, if it reads one at all. The error is in words.
pub(crate) fn faked(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let Some(mut indices) = Indices::of(wasm).map_err(|e| e.to_string())? else {
        return Ok(wasm.to_vec());
    };
    let mut module = Module::new();
    indices
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|e| e.to_string())?;
    Ok(module.finish())
}

/// Where in a module things stand, and where the new ones will.
struct Indices {
    /// WASI's clock, among the functions.
    clock: u32,
    /// The type of that, among the types.
    clock_type: u32,
    /// The first free place among the functions, which becomes ours.
    function: u32,
    /// The first free place among the globals: what the clock showed last.
    global: u32,
}

impl Indices {
    /// `None` if there is no clock.
    fn of(wasm: &[u8]) -> Result<Option<Self>, BinaryReaderError> {
        let (mut clock, mut function, mut global) = (None, 0, 0);
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(of_type) => {
                                if (import.module, import.name) == CLOCK {
                                    clock = Some((function, of_type));
                                }
                                function += 1;
                            }
                            TypeRef::Global(_) => global += 1,
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(section) => function += section.count(),
                Payload::GlobalSection(section) => global += section.count(),
                _ => {}
            }
        }
        Ok(clock.map(|(clock, clock_type)| Indices {
            clock,
            clock_type,
            function,
            global,
        }))
    }

    /// Moves the global on, and writes it where the third argument says.
    fn tick(&self) -> Function {
        let mut function = Function::new([]);
        let at_third = MemArg {
            offset: 0,
            align: 3,
            memory_index: 0,
        };
        function
            .instructions()
            .local_get(2)
            .global_get(self.global)
            .i64_const(TICK)
            .i64_add()
            .global_set(self.global)
            .global_get(self.global)
            .i64_store(at_third)
            .i32_const(0)
            .end();
        function
    }
}

/// Everything as it was, but for the additions. A plugin that reads a clock has each of these
/// sections: it has functions, and the first global is its stack's.
impl Reencode for Indices {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(if index == self.clock {
            self.function
        } else {
            index
        })
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_function_section(self, functions, section)?;
        functions.function(self.clock_type);
        Ok(())
    }

    fn parse_global_section(
        &mut self,
        globals: &mut GlobalSection,
        section: GlobalSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_global_section(self, globals, section)?;
        let variable = GlobalType {
            val_type: ValType::I64,
            mutable: true,
            shared: false,
        };
        globals.global(variable, &ConstExpr::i64_const(BEGIN));
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_code_section(self, code, section)?;
        code.function(&self.tick());
        Ok(())
    }
}
