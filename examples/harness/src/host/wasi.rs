//! WASI as in the production host: a clock that is not real, sleeps that take no time, and random bytes that are the
//! same in every process.
//!
//! WASI writes its results into the plugin's own memory, which a host function cannot reach in this runtime. So the
//! plugin's module is rewritten: its calls of these WASI functions are redirected to functions appended to it.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, Function, FunctionSection, GlobalSection, GlobalType,
    MemArg, Module, ValType,
};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, FunctionSectionReader, GlobalSectionReader, Parser,
    Payload, TypeRef,
};

use crate::{Clock, Config, Randomness};

/// The module that they are all imported from.
const WASI: &str = "wasi_snapshot_preview1";
/// How far the clock advances at each reading, in nanoseconds: 1 ms.
const TICK: i64 = 1_000_000;
/// The clock's initial time of day: 2022-01-01 00:00 UTC, in nanoseconds.
const BEGIN: i64 = 1_640_995_200_000_000_000;
/// The initial state of the random bytes. Any number would do.
const SEED: i64 = 42;
/// WASI's error numbers.
const INVALID: i32 = 28;
const NOT_SUPPORTED: i32 = 58;

/// A function that replaces one of WASI's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StandIn {
    /// `clock_time_get(clock, precision, out)`.
    Clock,
    /// `poll_oneoff(in, out, how many, how many happened)`, with which a plugin sleeps.
    Sleep,
    /// `random_get(out, length)`.
    Random,
}

impl StandIn {
    /// Returns the replacement for an imported function, if any.
    fn of(name: &str, config: &Config) -> Option<Self> {
        match name {
            "clock_time_get" if config.clock == Clock::Fake => Some(Self::Clock),
            "poll_oneoff" if !config.sleep => Some(Self::Sleep),
            "random_get" if config.randomness == Randomness::Fixed => Some(Self::Random),
            _ => None,
        }
    }

    /// Returns the initial value of its variable.
    fn begin(self) -> i64 {
        match self {
            Self::Clock => BEGIN,
            Self::Random => SEED,
            Self::Sleep => 0,
        }
    }

    fn body(self, variable: u32) -> Function {
        match self {
            Self::Clock => clock(variable),
            Self::Sleep => sleep(),
            Self::Random => random(variable),
        }
    }
}

/// Returns a plugin's module with WASI as configured. The error is text.
pub(crate) fn as_configured(wasm: &[u8], config: &Config) -> Result<Vec<u8>, String> {
    if config.clock == Clock::Real && config.sleep && config.randomness == Randomness::Real {
        return Ok(wasm.to_vec());
    }
    // The runtime accepts the text form too.
    let wasm = wat::Parser::new()
        .parse_bytes(None, wasm)
        .map_err(|e| e.to_string())?;
    let mut places = Places::of(&wasm, config).map_err(|e| e.to_string())?;
    if places.replaced.is_empty() {
        return Ok(wasm.into_owned());
    }
    let mut module = Module::new();
    places
        .parse_core_module(&mut module, Parser::new(0), &wasm)
        .map_err(|e| e.to_string())?;
    Ok(module.finish())
}

/// A replaced import of a module.
struct Replaced {
    by: StandIn,
    /// Its index among the functions.
    function: u32,
    /// The index of its type.
    of_type: u32,
}

/// The positions of existing and new items in a module.
struct Places {
    replaced: Vec<Replaced>,
    /// The first free function index, used for the first replacement.
    function: u32,
    /// The first free global index, used for its variable.
    global: u32,
}

impl Places {
    fn of(wasm: &[u8], config: &Config) -> Result<Self, BinaryReaderError> {
        let (mut replaced, mut function, mut global) = (Vec::new(), 0, 0);
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        match import.ty {
                            TypeRef::Func(of_type) => {
                                let by = (import.module == WASI)
                                    .then(|| StandIn::of(import.name, config))
                                    .flatten();
                                replaced.extend(by.map(|by| Replaced {
                                    by,
                                    function,
                                    of_type,
                                }));
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
        Ok(Places {
            replaced,
            function,
            global,
        })
    }
}

/// Copies everything unchanged, except the additions. A plugin that calls WASI has each of these sections: it has
/// functions, and its first global is the stack pointer.
impl Reencode for Places {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        let stand_in = self.replaced.iter().position(|r| r.function == index);
        Ok(stand_in.map_or(index, |at| self.function + at as u32))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_function_section(self, functions, section)?;
        for replaced in &self.replaced {
            functions.function(replaced.of_type);
        }
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
        for replaced in &self.replaced {
            globals.global(variable, &ConstExpr::i64_const(replaced.by.begin()));
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        utils::parse_code_section(self, code, section)?;
        for (at, replaced) in self.replaced.iter().enumerate() {
            code.function(&replaced.by.body(self.global + at as u32));
        }
        Ok(())
    }
}

/// Returns a position in the plugin's memory, at this offset from an address.
fn at(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 0,
        memory_index: 0,
    }
}

/// Advances the variable, and writes it to the address in the third argument.
fn clock(variable: u32) -> Function {
    let mut function = Function::new([]);
    function
        .instructions()
        .local_get(2)
        .global_get(variable)
        .i64_const(TICK)
        .i64_add()
        .global_set(variable)
        .global_get(variable)
        .i64_store(at(0))
        .i32_const(0)
        .end();
    function
}

/// Reports that everything waited for has happened, without a wait. Only waiting for time is supported: plugins have
/// nothing else to wait for.
fn sleep() -> Function {
    const SUBSCRIPTION: i32 = 48;
    const EVENT: i32 = 32;
    // The local after the four parameters counts down; the next one is the kind of event.
    let mut function = Function::new([(2, ValType::I32)]);
    let (subscriptions, events, how_many, happened, left, kind) = (0, 1, 2, 3, 4, 5);
    function
        .instructions()
        .local_get(how_many)
        .i32_eqz()
        .if_(BlockType::Empty)
        .i32_const(INVALID)
        .return_()
        .end()
        .local_get(how_many)
        .local_set(left)
        .loop_(BlockType::Empty)
        // The plugin's own identifier of the event.
        .local_get(events)
        .local_get(subscriptions)
        .i64_load(at(0))
        .i64_store(at(0))
        .local_get(subscriptions)
        .i32_load8_u(at(8))
        .local_set(kind)
        // An error for any kind except a clock, which is number 0.
        .local_get(events)
        .i32_const(NOT_SUPPORTED)
        .i32_const(0)
        .local_get(kind)
        .select()
        .i32_store16(at(8))
        .local_get(events)
        .local_get(kind)
        .i32_store8(at(10))
        .local_get(subscriptions)
        .i32_const(SUBSCRIPTION)
        .i32_add()
        .local_set(subscriptions)
        .local_get(events)
        .i32_const(EVENT)
        .i32_add()
        .local_set(events)
        .local_get(left)
        .i32_const(1)
        .i32_sub()
        .local_tee(left)
        .br_if(0)
        .end()
        .local_get(happened)
        .local_get(how_many)
        .i32_store(at(0))
        .i32_const(0)
        .end();
    function
}

/// Writes bytes that depend only on how many there were before (Knuth's linear congruential generator).
fn random(variable: u32) -> Function {
    let mut function = Function::new([]);
    let (out, left) = (0, 1);
    function
        .instructions()
        .block(BlockType::Empty)
        .loop_(BlockType::Empty)
        .local_get(left)
        .i32_eqz()
        .br_if(1)
        .global_get(variable)
        .i64_const(6_364_136_223_846_793_005)
        .i64_mul()
        .i64_const(1_442_695_040_888_963_407)
        .i64_add()
        .global_set(variable)
        .local_get(out)
        .global_get(variable)
        .i64_const(56)
        .i64_shr_u()
        .i64_store8(at(0))
        .local_get(out)
        .i32_const(1)
        .i32_add()
        .local_set(out)
        .local_get(left)
        .i32_const(1)
        .i32_sub()
        .local_set(left)
        .br(0)
        .end()
        .end()
        .i32_const(0)
        .end();
    function
}
