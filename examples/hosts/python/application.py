#!/usr/bin/env python3
"""A complete application that gives its plugins sockets:

    python3 application.py PLUGIN.wasm INPUT --allow 93.184.216.34:443

The plugins, their manifests and its functions are the application's own; the sockets take three lines.
"""

import argparse
import sys

import extism

from harness_sockets import Sockets

GREETINGS = []


@extism.host_fn(name="greet", namespace="application", signature=([extism.ValType.PTR], []))
def greet(plugin, inputs, outputs):
    """The application's own function, in addition to the ten."""
    GREETINGS.append(plugin.input_string(inputs[0]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("plugin")
    parser.add_argument("input")
    parser.add_argument("--allow", action="append", default=[])
    arguments = parser.parse_args()
    with open(arguments.plugin, "rb") as file:
        manifest = {"wasm": [{"data": file.read()}], "timeout_ms": 60_000}

    def denied(function, target, why):
        print(f"denied: {function} to {target}: {why}", file=sys.stderr)

    with Sockets(allow=arguments.allow, max_connections=16, on_denied=denied) as sockets:
        plugin = extism.Plugin(manifest, wasi=True, functions=[*sockets.functions(), greet])
        try:
            sys.stdout.buffer.write(plugin.call("run", arguments.input))
        except extism.Error as error:
            sys.exit(f"the plugin failed: {error}")
        finally:
            print(f"{sockets.bytes_sent} bytes sent, {sockets.denied} denied", file=sys.stderr)


if __name__ == "__main__":
    main()
