"""The limits of a plugin's sockets, one by one."""

import sys

sys.path.insert(0, sys.argv[1])

import extism

from harness_sockets import Sockets

with open(sys.argv[2], "rb") as file:
    WASM = file.read()
ADDRESS = sys.argv[3]


def plugin(**limits):
    sockets = Sockets(**{"allow": ["loopback"], "wait": 60.0, **limits})
    return sockets, extism.Plugin(WASM, wasi=True, functions=sockets.functions())


def run(plugin, address=ADDRESS):
    return plugin.call("run", address + " sideways").decode()


def denied(name, address=ADDRESS, **limits):
    heard = []
    sockets, limited = plugin(on_denied=lambda *denied: heard.append(denied), **limits)
    try:
        run(limited, address)
    except extism.Error:
        pass
    assert sockets.denied == len(heard) > 0
    function, _, why = heard[0]
    print(f"{name}: {function}, {why}")
    sockets.close()
    assert sockets.open() == 0


(first_sockets, first), (second_sockets, second) = plugin(), plugin()
print(f"first: {run(first)}, second: {run(second)}")
assert first_sockets.bytes_sent == second_sockets.bytes_received == 8
denied("connections", max_connections=0)
denied("bytes", max_bytes=7)
denied("time", max_waiting=0)
denied("names", address="localhost:80", allow=[])
