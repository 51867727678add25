"""The limits of a plugin's sockets, one by one."""

import sys

sys.path.insert(0, sys.argv[1])

import extism

from harness_sockets import Sockets

def read(path):
    with open(path, "rb") as file:
        return file.read()


ECHO, ADDRESS, HTTP = read(sys.argv[2]), sys.argv[3], read(sys.argv[4])


def plugin(wasm=ECHO, **limits):
    sockets = Sockets(**{"allow": ["loopback"], "wait": 60.0, **limits})
    return sockets, extism.Plugin(wasm, wasi=True, functions=sockets.functions())


def run(plugin, address=ADDRESS):
    return plugin.call("run", address + " sideways").decode()


def get(plugin):
    return plugin.call("http_request", f"GET\nhttp://{ADDRESS}/\n\nten bytes.")


def denied(name, use=run, **limits):
    heard = []
    sockets, limited = plugin(on_denied=lambda *denied: heard.append(denied), **limits)
    try:
        use(limited)
    except extism.Error:
        pass
    assert sockets.denied == len(heard) > 0
    function, target, why = heard[0]
    print(f"{name}: {function}, {why}" + (f", {str(target == ADDRESS).lower()}" if use == get else ""))
    sockets.close()
    assert sockets.open() == 0


(first_sockets, first), (second_sockets, second) = plugin(), plugin()
print(f"first: {run(first)}, second: {run(second)}")
assert first_sockets.bytes_sent == second_sockets.bytes_received == 8
denied("connections", max_connections=0)
denied("bytes", max_bytes=7)
denied("time", max_waiting=0)
denied("names", use=lambda plugin: run(plugin, "localhost:80"), allow=[])
denied("http", use=get, wasm=HTTP, allow=[])
denied("http bytes", use=get, wasm=HTTP, max_bytes=9)
denied("http body", use=get, wasm=HTTP, max_request_body=9)
