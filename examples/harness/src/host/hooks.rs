//! How the host sees the kernel's memory at the end of a call.
//!
//! Between two calls nobody can read that memory, and the start of each call clears it. But when a plugin function has
//! returned or trapped, Extism asks its kernel for the length of the output and for the error message, through two
//! functions of the module `extism:host/env`. In the linker a later definition replaces an earlier one. So the host
//! defines these two itself: they return the same, and inspect the memory.
//!
//! They also return 0 if a plugin has written invalid values into the kernel's memory, which Extism itself would
//! follow.

use extism::{CurrentPlugin, EXTISM_ENV_MODULE, Error, Function, PTR, UserData, Val};

use super::{Host, lock};
use crate::kernel::Kernel;

/// Returns both replacements, bound to one plugin's state.
pub(crate) fn all(host: &UserData<Host>) -> Vec<Function> {
    let define = |name: &str, f: fn(&mut CurrentPlugin, &mut Host) -> u64| {
        let run = move |plugin: &mut CurrentPlugin,
                        _: &[Val],
                        outputs: &mut [Val],
                        host: UserData<Host>|
              -> Result<(), Error> {
            let host = host.get()?;
            let answer = f(plugin, &mut lock(&host));
            if let Some(output) = outputs.first_mut() {
                *output = Val::I64(answer as i64);
            }
            Ok(())
        };
        Function::new(name, [], [PTR], host.clone(), run).with_namespace(EXTISM_ENV_MODULE)
    };
    vec![
        define("output_length", output_length),
        define("error_get", error_get),
    ]
}

fn output_length(plugin: &mut CurrentPlugin, host: &mut Host) -> u64 {
    let kernel = Kernel::of(plugin);
    host.census = kernel.as_ref().and_then(Kernel::census);
    kernel.map_or(0, |kernel| kernel.output_length())
}

fn error_get(plugin: &mut CurrentPlugin, host: &mut Host) -> u64 {
    let error = Kernel::of(plugin).and_then(|kernel| kernel.error());
    host.message = error.map(|(_, text)| String::from_utf8_lossy(text).into_owned());
    error.map_or(0, |(offset, _)| offset)
}
