"""Sockets for Extism plugins: the ten functions and the eleventh, `http_request`, for plugins that you build yourself.

    sockets = Sockets(allow=["93.184.216.34:443"])
    plugin = extism.Plugin(manifest, wasi=True, functions=sockets.functions())
    plugin.call("run", "93.184.216.34:443")
    sockets.close()
"""

import time
from collections import Counter

import extism
from extism.extism import HOST_FN_REGISTRY, ExplicitFunction

from .allow import Allow
from .connections import TCP, UDP, Connections
from .http import Denied, Http
from .icmp import Icmp

__all__ = ["Sockets"]

I32, I64, PTR = extism.ValType.I32, extism.ValType.I64, extism.ValType.PTR

# The most that one receive may request: a plugin must not make the host allocate any amount.
MOST = 16 * 1024 * 1024
# The longest wait for a packet, whatever the plugin asks for.
LONGEST_ICMP_WAIT = 60.0
# The longest body of an HTTP request, and of a response.
LONGEST_BODY = 32 * 1024 * 1024

# Each function with its index in the SDK's list, and its types.
_FUNCTIONS = []


def _host_function(arguments, results):
    """Defines a function of module `env`. The SDK registers each only once; a plugin's copy of the function says whose
    state to use. Without one it returns 0.
    """

    def define(function):
        name = function.__name__

        def call(plugin, inputs, outputs, sockets=None):
            answer = 0
            if sockets is not None:
                answer = sockets._run(name, function, plugin, (value.value for value in inputs))
            if outputs:
                outputs[0].value = answer

        extism.host_fn(name, "env", (arguments, results))(call)
        place = (len(HOST_FN_REGISTRY) - 1).to_bytes(length=4, byteorder="big")
        _FUNCTIONS.append((name, arguments, results, call, place))
        return function

    return define


@_host_function([PTR], [I32])
def tcp_connect(sockets, plugin, address):
    return sockets._connect(TCP, _text(plugin, address))


@_host_function([I32, PTR, I64], [I32])
def tcp_send(sockets, plugin, id, data, length):
    return sockets._send(TCP, _u32(id), _block(plugin, data)[: _u64(length)])


@_host_function([I32, I32], [PTR])
def tcp_recv(sockets, plugin, id, most):
    received = sockets._receive(TCP, _u32(id), _u32(most))
    offset = _new_block(plugin, received)
    if received and not offset:
        sockets.connections.break_off(_u32(id))
    return offset


@_host_function([I32], [])
def tcp_close(sockets, plugin, id):
    sockets.connections.close(TCP, _u32(id))


@_host_function([PTR], [I32])
def udp_connect(sockets, plugin, address):
    return sockets._connect(UDP, _text(plugin, address))


@_host_function([I32, PTR, I64], [I32])
def udp_send(sockets, plugin, id, data, length):
    return sockets._send(UDP, _u32(id), _block(plugin, data)[: _u64(length)])


@_host_function([I32, I32], [PTR])
def udp_recv(sockets, plugin, id, most):
    return _new_block(plugin, sockets._receive(UDP, _u32(id), _u32(most)))


@_host_function([I32], [])
def udp_close(sockets, plugin, id):
    sockets.connections.close(UDP, _u32(id))


@_host_function([PTR, PTR, I64, I32], [I32])
def icmp_send(sockets, plugin, target, payload, length, seq):
    payload = _block(plugin, payload)[: _u64(length)]
    return sockets._ping(_text(plugin, target), payload, seq & 0xFFFF)


@_host_function([I32], [PTR])
def icmp_recv(sockets, plugin, milliseconds):
    seconds = min(_u32(milliseconds) / 1000, LONGEST_ICMP_WAIT)
    return _new_block(plugin, sockets.icmp.receive(seconds))


@_host_function([PTR, PTR, PTR, PTR], [PTR])
def http_request(sockets, plugin, method, url, headers, body):
    blocks = (_block(plugin, offset) for offset in (method, url, headers, body))
    return _new_block(plugin, sockets._request(*blocks))


class Sockets:
    """The sockets of one plugin, closed with this object.

    `allow` lists the addresses that it may reach, each as text: `all`, `loopback`, ADDRESS or ADDRESS/BITS, followed by
    :PORT or :FROM-TO; by default none. `wait` is the longest wait of a receive in seconds (at least 0.1), `send_wait`
    that of connecting and of sending. At most `max_connections` are open, and at most `max_bytes` are sent and received
    in total; after `max_waiting` seconds inside the functions they fail at once. `on_denied(function, target, why)` is
    called for each denial.

    An HTTP request takes at most `http_wait` seconds, and its bodies have at most `max_request_body` and
    `max_response_body` bytes. `ca` is a PEM file with certificate authorities that are trusted in addition to the
    system's.

    `icmp_reports` are packets, as JSON, that replace real ones.

    The counters are `calls` by function, `bytes_sent`, `bytes_received`, `denied`, and `open()`.
    """

    def __init__(self, allow=(), wait=5.0, send_wait=5.0, max_connections=1024, max_bytes=None,
                 max_waiting=None, on_denied=None, icmp_reports=None, http_wait=10.0,
                 max_request_body=LONGEST_BODY, max_response_body=LONGEST_BODY, ca=None):
        rules = Allow(allow)
        self.calls = Counter()
        self.bytes_sent = self.bytes_received = self.denied = 0
        self.connections = Connections(rules, wait, send_wait, max_connections)
        self.icmp = Icmp(rules, send_wait, icmp_reports)
        self.http = Http(rules, http_wait, max_request_body, max_response_body, ca)
        self._rules = rules
        self._send_wait = send_wait
        self._max_bytes = max_bytes
        self._max_waiting = max_waiting
        self._waited = 0.0
        self._on_denied = on_denied
        self._function = ""

    def functions(self):
        """Returns the functions, for the `functions` of one `extism.Plugin`."""
        return [
            ExplicitFunction("env", name, arguments, results, call, [self, place])
            for name, arguments, results, call, place in _FUNCTIONS
        ]

    def open(self):
        """Returns the number of open connections."""
        return len(self.connections)

    def close(self):
        """Closes everything."""
        self.connections.close_all()
        self.icmp.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _run(self, name, function, plugin, values):
        self.calls[name] += 1
        self._function = name
        if self._max_waiting is not None and self._waited >= self._max_waiting and not name.endswith("_close"):
            return self._deny("", "too much time")
        start = time.monotonic()
        try:
            return function(self, plugin, *values) or 0
        finally:
            self._waited += time.monotonic() - start

    def _connect(self, kind, address):
        id, why = self.connections.connect(kind, address)
        return id or self._deny(address, why)

    def _send(self, kind, id, data):
        if len(data) > self._bytes_left():
            return self._deny("", "too many bytes")
        sent = self.connections.send(kind, id, data)
        self.bytes_sent += sent
        return sent

    def _receive(self, kind, id, most):
        most = min(most, MOST, self._bytes_left())
        if self._bytes_left() == 0:
            self._deny("", "too many bytes")
        received = self.connections.receive(kind, id, most)
        self.bytes_received += len(received)
        return received

    def _ping(self, target, payload, seq):
        sent, why = self.icmp.send(target, payload, seq)
        return sent or self._deny(target, why)

    def _request(self, method, url, headers, body):
        try:
            if self.connections.is_full():
                raise Denied("", "too many connections")
            return self.http.request(method, url, headers, body, self._bytes_left())
        except Denied as denied:
            self._deny(denied.target, denied.why)
            return b""
        finally:
            self.bytes_sent += self.http.sent
            self.bytes_received += self.http.received

    def _bytes_left(self):
        if self._max_bytes is None:
            return 2**64
        return max(self._max_bytes - self.bytes_sent - self.bytes_received, 0)

    def _deny(self, target, why):
        """Counts and reports a denial by a rule or a limit. Returns 0."""
        if why:
            self.denied += 1
            if self._on_denied:
                self._on_denied(self._function, target, why)
        return 0


def _u32(value):
    """Converts a number from wasm, which is signed."""
    return value & 0xFFFFFFFF


def _u64(value):
    return value & 0xFFFFFFFFFFFFFFFF


def _block(plugin, offset):
    """Returns all bytes of a block; none if there is no such block."""
    memory = plugin.memory_at_offset(_u64(offset))
    return plugin.memory(memory)[:] if _is_inside(plugin, memory) else b""


def _text(plugin, offset):
    """Returns a block as text. Invalid UTF-8 is replaced: it is not a valid address anyway."""
    return _block(plugin, offset).decode(errors="replace")


def _new_block(plugin, data):
    """Copies bytes into a new block, which the plugin then owns; returns 0 for no bytes, and without memory."""
    if not data:
        return 0
    memory = plugin.alloc(len(data))
    # Not `return_bytes`: if the allocation fails, it overwrites the kernel's own bytes.
    if not _is_inside(plugin, memory):
        return 0
    plugin.memory(memory)[:] = data
    return memory.offset


def _is_inside(plugin, memory):
    """Returns whether a block is valid and inside the kernel's memory. A plugin can overwrite the length that the
    kernel stores for a block, and the SDK does not check it: without this it would read outside.

    The kernel stores its memory size in eight bytes at 17, which plugins cannot write; the first 64 bytes are not
    counted.
    """
    size = 64 + int.from_bytes(plugin.memory(extism.Memory(17, 8))[:], "little")
    return 0 < memory.offset and 0 < memory.length and memory.offset + memory.length <= size
