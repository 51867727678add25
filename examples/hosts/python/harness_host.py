#!/usr/bin/env python3
"""A harness host: it runs Extism plugins, and opens their connections through ten host functions.

    python3 harness_host.py PLUGIN.wasm FUNCTION INPUT --allow 127.0.0.1:6000

As a library: `Harness("plugin.wasm", allow=["loopback"])`, and `call` it.
"""

import argparse
import json
import sys
from collections import Counter

import extism

from allow import Allow
from connections import TCP, UDP, Connections
from icmp import Icmp

I32, I64, PTR = extism.ValType.I32, extism.ValType.I64, extism.ValType.PTR

# What one receive may ask for. A host that allocates whatever it is asked for can be made to run out.
MOST = 16 * 1024 * 1024
# The longest that a plugin may wait for a packet, whatever it asks for.
LONGEST_ICMP_WAIT = 60.0

FUNCTIONS = []


def host_function(arguments, results):
    """Registers a function of module `env`. Its state is that of the plugin that calls it."""

    def register(function):
        def call(plugin, inputs, outputs, *_):
            harness = plugin.host_context()
            harness.calls[function.__name__] += 1
            answer = function(harness, plugin, *(value.value for value in inputs))
            if outputs:
                outputs[0].value = answer

        named = extism.host_fn(function.__name__, "env", (arguments, results))
        FUNCTIONS.append(named(call))
        return function

    return register


@host_function([PTR], [I32])
def tcp_connect(harness, plugin, address):
    return harness.connections.connect(TCP, text(plugin, address))


@host_function([I32, PTR, I64], [I32])
def tcp_send(harness, plugin, id, data, length):
    return harness.connections.send(TCP, u32(id), block(plugin, data)[: u64(length)])


@host_function([I32, I32], [PTR])
def tcp_recv(harness, plugin, id, most):
    received = harness.connections.receive(TCP, u32(id), min(u32(most), MOST))
    offset = new_block(plugin, received)
    if received and not offset:
        harness.connections.break_off(u32(id))
    return offset


@host_function([I32], [])
def tcp_close(harness, plugin, id):
    harness.connections.close(TCP, u32(id))


@host_function([PTR], [I32])
def udp_connect(harness, plugin, address):
    return harness.connections.connect(UDP, text(plugin, address))


@host_function([I32, PTR, I64], [I32])
def udp_send(harness, plugin, id, data, length):
    return harness.connections.send(UDP, u32(id), block(plugin, data)[: u64(length)])


@host_function([I32, I32], [PTR])
def udp_recv(harness, plugin, id, most):
    return new_block(plugin, harness.connections.receive(UDP, u32(id), min(u32(most), MOST)))


@host_function([I32], [])
def udp_close(harness, plugin, id):
    harness.connections.close(UDP, u32(id))


@host_function([PTR, PTR, I64, I32], [I32])
def icmp_send(harness, plugin, target, payload, length, seq):
    payload = block(plugin, payload)[: u64(length)]
    return harness.icmp.send(text(plugin, target), payload, seq & 0xFFFF)


@host_function([I32], [PTR])
def icmp_recv(harness, plugin, milliseconds):
    seconds = min(u32(milliseconds) / 1000, LONGEST_ICMP_WAIT)
    return new_block(plugin, harness.icmp.receive(seconds))


def u32(value):
    """Numbers come from wasm with a sign."""
    return value & 0xFFFFFFFF


def u64(value):
    return value & 0xFFFFFFFFFFFFFFFF


def block(plugin, offset):
    """All bytes of a block; none if there is no such block."""
    memory = plugin.memory_at_offset(u64(offset))
    return plugin.memory(memory)[:] if is_inside(plugin, memory) else b""


def text(plugin, offset):
    """A block as text. What is no text is no address either."""
    return block(plugin, offset).decode(errors="replace")


def new_block(plugin, data):
    """Hands bytes to the plugin, which owns the block from then on; 0 for none, and without memory."""
    if not data:
        return 0
    memory = plugin.alloc(len(data))
    # Not `return_bytes`: where nothing could be allocated it writes over the kernel's own bytes.
    if not is_inside(plugin, memory):
        return 0
    plugin.memory(memory)[:] = data
    return memory.offset


def is_inside(plugin, memory):
    """Whether a block is one, inside the kernel's memory. A plugin can overwrite what the kernel notes
    of a block's length, and the SDK does not look: without this it would read wherever that leads.

    How much memory the kernel has it notes in eight bytes at 17, where no plugin can write; the first 64
    bytes are not counted.
    """
    size = 64 + int.from_bytes(plugin.memory(extism.Memory(17, 8))[:], "little")
    return 0 < memory.offset and 0 < memory.length and memory.offset + memory.length <= size


class Harness:
    """A plugin with the ten functions. Connections outlive a call, and close with this."""

    def __init__(self, wasm, allow=(), wait=5.0, send_wait=5.0, config=None, wasi=True,
                 icmp_reports=None):
        rules = Allow(allow)
        self.calls = Counter()
        self.connections = Connections(rules, wait, send_wait)
        self.icmp = Icmp(rules, send_wait, icmp_reports)
        with open(wasm, "rb") as file:
            wasm = file.read()
        self._plugin = extism.Plugin(wasm, wasi=wasi, config=config, functions=FUNCTIONS)

    def call(self, function, data):
        """Calls an exported function. A plugin's error is an `extism.Error`."""
        return self._plugin.call(function, data, host_context=self)

    def close(self):
        """Closes everything."""
        self.connections.close_all()
        self.icmp.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    parser = argparse.ArgumentParser(description="Runs a plugin against real sockets.")
    parser.add_argument("plugin", help="the wasm file")
    parser.add_argument("function", help="the exported function to call")
    parser.add_argument("input", help="its input")
    parser.add_argument("--allow", metavar="NET", action="append", default=[],
                        help="what the plugin may reach (default: nothing): all, loopback, ADDRESS or "
                        "ADDRESS/BITS, and :PORT or :FROM-TO behind it; may be repeated")
    parser.add_argument("--wait", metavar="MS", type=int, default=5000,
                        help="how long a receive waits (default: 5000; at least 100)")
    parser.add_argument("--send-wait", metavar="MS", type=int, default=5000,
                        help="how long connecting and sending may take (default: 5000)")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[],
                        help="a configuration value for the plugin; may be repeated")
    parser.add_argument("--no-wasi", action="store_true", help="run without WASI")
    parser.add_argument("--icmp-reports", metavar="FILE",
                        help="packets that icmp_recv answers with, as JSON, one a line; none is real then")
    parser.add_argument("--report", action="store_true",
                        help="say as JSON on standard error what the plugin called and left open")
    arguments = parser.parse_args()

    reports = None
    if arguments.icmp_reports:
        with open(arguments.icmp_reports, encoding="utf-8") as file:
            reports = file.read().splitlines()
    config = dict(pair.split("=", 1) for pair in arguments.set)
    with Harness(arguments.plugin, arguments.allow, arguments.wait / 1000, arguments.send_wait / 1000,
                 config, not arguments.no_wasi, reports) as harness:
        try:
            output, error = harness.call(arguments.function, arguments.input), None
        except extism.Error as failure:
            output, error = b"", failure
        sys.stdout.buffer.write(output)
        sys.stdout.flush()
        if arguments.report:
            report = {"calls": harness.calls, "left_open": len(harness.connections)}
            print(json.dumps(report), file=sys.stderr)
        if error:
            sys.exit(f"the plugin failed: {error}")


if __name__ == "__main__":
    main()
