"""Runs the kit in a host that is wrong in one way: one that is named on the command line."""

import socket
import sys
import time

sys.path.insert(0, sys.argv[1])

import extism

import harness_sockets
from harness_sockets import http
from harness_sockets.allow import Allow
from harness_sockets.connections import TCP, UDP, Connections

_, _, PLUGIN, INPUT, BREAKAGE = sys.argv

connect, send, receive, close = (
    Connections.connect, Connections.send, Connections.receive, Connections.close)
text, find = harness_sockets._text, Allow.find


def in_function(name, broken):
    """Puts another in the place of a function, which is given it as its first argument."""
    names = [function[0] for function in harness_sockets._FUNCTIONS]
    _, arguments, results, call, _ = harness_sockets._FUNCTIONS[names.index(name)]

    def function(plugin, inputs, outputs, sockets=None):
        broken(call, plugin, inputs, outputs, sockets)

    extism.host_fn(name, "env", (arguments, results))(function)
    place = (len(extism.extism.HOST_FN_REGISTRY) - 1).to_bytes(length=4, byteorder="big")
    harness_sockets._FUNCTIONS[names.index(name)] = (name, arguments, results, function, place)


def tcp_close_does_nothing():
    Connections.close = lambda self, kind, id: close(self, kind, id) if kind == UDP else None


def udp_close_does_nothing():
    Connections.close = lambda self, kind, id: close(self, kind, id) if kind == TCP else None


def the_length_is_not_looked_at():
    def send_all_of_it(call, plugin, inputs, outputs, sockets):
        inputs[2].value = 1 << 40
        call(plugin, inputs, outputs, sockets)

    in_function("tcp_send", send_all_of_it)
    in_function("udp_send", send_all_of_it)


def an_address_ends_with_a_nul():
    def until_nul(plugin, offset):
        memory = plugin.memory_at_offset(offset & 0xFFFFFFFFFFFFFFFF)
        behind = extism.Memory(memory.offset, memory.length + 64)
        return plugin.memory(behind)[:].split(b"\0")[0].decode(errors="replace")

    harness_sockets._text = until_nul


def no_name_is_looked_up():
    def numbers_alone(self, host, port, limit):
        return find(self, host, port, limit) if host[:1].isdigit() or ":" in host else ([], None)

    Allow.find = numbers_alone


def no_ipv6():
    def v4_alone(self, host, port, limit):
        return ([], None) if ":" in host else find(self, host, port, limit)

    Allow.find = v4_alone


def every_connect_is_said_to_work():
    def connect_always(self, kind, address):
        id, why = connect(self, kind, address)
        return id or 77, why

    Connections.connect = connect_always


def every_id_is_the_same():
    def the_same(self, kind, address):
        id, why = connect(self, kind, address)
        if kind == TCP and id:
            self._open[1] = self._open.pop(id)
            id = 1
        return id, why

    Connections.connect = the_same


def a_block_is_freed_that_was_lent():
    def free_it(call, plugin, inputs, outputs, sockets):
        call(plugin, inputs, outputs, sockets)
        plugin.free(plugin.memory_at_offset(inputs[1].value))

    in_function("tcp_send", free_it)


def a_silence_is_short():
    def impatient(self, kind, id, most):
        self._wait = 0.005
        return receive(self, kind, id, most)

    Connections.receive = impatient


def a_silence_costs_a_byte():
    silent = set()

    def forgetful(self, kind, id, most):
        received = receive(self, kind, id, most)
        if not received:
            silent.add(id)
        elif kind == TCP and id in silent:
            silent.remove(id)
            return received[1:]
        return received

    Connections.receive = forgetful


def the_end_is_late():
    def late(self, kind, id, most):
        start = time.monotonic()
        received = receive(self, kind, id, most)
        if kind == TCP and not received:
            time.sleep(max(0.3 - (time.monotonic() - start), 0))
        return received

    Connections.receive = late


def datagrams_are_joined():
    def joined(self, kind, id, most):
        received = receive(self, kind, id, most)
        connection = self._get(kind, id)
        if kind == UDP and received and connection:
            connection.settimeout(0.05)
            try:
                received += connection.recv(most)
            except OSError:
                pass
        return received

    Connections.receive = joined


def long_datagrams_are_cut():
    Connections.receive = lambda self, kind, id, most: receive(
        self, kind, id, min(most, 8_192) if kind == UDP else most)


def a_refusal_is_kept_secret():
    def silent(self, kind, id, data):
        sent = send(self, kind, id, data)
        return sent or (len(data) if kind == UDP and self._get(kind, id) else 0)

    Connections.send = silent


def bytes_come_out_of_order():
    Connections.receive = lambda self, kind, id, most: (
        receive(self, kind, id, most)[::-1] if kind == TCP else receive(self, kind, id, most))


def credentials_are_passed_on():
    http.CREDENTIALS = ()


def no_redirect_is_followed():
    # The response of a redirect is handed over as it is.
    http._Hop.__enter__ = lambda self: (setattr(
        self.response, "getheader", lambda name: None), self)[1]


def a_redirect_is_always_a_get():
    follow = http._Request.follow
    http._Request.follow = lambda self, status, location: follow(self, 303, location)


def gzip_is_left_as_it_is():
    http._unpacked = http._pieces


def a_short_body_is_whole():
    def pieces(response):
        while piece := response.read(http.PIECE):
            yield piece

    http._pieces = pieces


def each_read_has_a_limit_of_its_own():
    began = {}

    def recv_into(self, buffer):
        # The kit waits for half a minute; it need not wait forever.
        if time.monotonic() > began.setdefault(self, time.monotonic()) + 35:
            raise TimeoutError
        self._stream.settimeout(2.0)
        return self._stream.recv_into(buffer)

    http._Until.recv_into = recv_into


def only_the_last_header_counts():
    parsed = http._parsed
    http._parsed = lambda headers: list({
        name.lower(): (name, value) for name, value in parsed(headers)}.values())


def a_block_of_a_request_is_freed():
    def freed(call, plugin, inputs, outputs, sockets):
        call(plugin, inputs, outputs, sockets)
        plugin.free(plugin.memory_at_offset(inputs[3].value & 0xFFFFFFFFFFFFFFFF))

    in_function("http_request", freed)


globals()[BREAKAGE]()
with open(PLUGIN, "rb") as file:
    wasm = file.read()
with harness_sockets.Sockets(allow=["loopback"], wait=0.5, send_wait=2.0, http_wait=2.0) as sockets:
    plugin = extism.Plugin(wasm, functions=sockets.functions())
    sys.stdout.buffer.write(plugin.call("run", INPUT))
