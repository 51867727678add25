"""One plugin's connections, and the operations of the functions `tcp_*` and `udp_*`.

This module knows nothing about wasm: bytes go in and out. Every failure returns 0, or no bytes: the plugin gets no
reason.
"""

import socket
import time

from .allow import split

TCP = socket.SOCK_STREAM
UDP = socket.SOCK_DGRAM
# The shortest wait of a receive, in seconds: twice the library's limit for an immediate return, which means EOF.
SHORTEST_WAIT = 0.1


class Connections:
    """The connections, at most `room` of them, each with an id. Ids are never reused. `wait` is the longest wait of a
    receive in seconds, at least 0.1; `send_wait` that of connecting and of sending.
    """

    def __init__(self, allow, wait, send_wait, room=1024):
        self._allow = allow
        self._wait = max(wait, SHORTEST_WAIT)
        self._send_wait = send_wait
        self._room = room
        self._open = {}
        self._last = 0

    def __len__(self):
        return len(self._open)

    def is_full(self):
        """Returns whether there is no room for another."""
        return len(self._open) >= self._room

    def connect(self, kind, address):
        """Connects, if allowed. Returns the connection's id, or 0 and the rule or limit that denied it, if any."""
        deadline = time.monotonic() + self._send_wait
        target = split(address)
        if target is None:
            return 0, None
        if self.is_full():
            return 0, "too many connections"
        addresses, why = self._allow.find(*target, self._send_wait)
        for tried, (family, to) in enumerate(addresses):
            left = max(deadline - time.monotonic(), 0.001)
            try:
                connection = socket.socket(family, kind)
            except OSError:
                continue
            try:
                # Each address gets a share of the remaining time.
                connection.settimeout(left / (len(addresses) - tried))
                # As production does for every connection.
                if kind == TCP:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                else:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                connection.connect(to)
            except OSError:
                connection.close()
                continue
            self._last += 1
            self._open[self._last] = connection
            return self._last, None
        return 0, why

    def send(self, kind, id, data):
        """Sends all bytes, and returns how many."""
        connection = self._get(kind, id)
        if connection is None:
            return 0
        try:
            connection.settimeout(self._send_wait)
            # For TCP the limit covers all bytes, however many pieces are sent.
            connection.sendall(data) if kind == TCP else connection.send(data)
            return len(data)
        except OSError:
            return 0

    def receive(self, kind, id, most):
        """Waits for data. Returns no bytes for EOF, an empty datagram, a failure, or silence."""
        connection = self._get(kind, id)
        if connection is None or most == 0:
            return b""
        try:
            connection.settimeout(self._wait)
            # The rest of a longer datagram is lost.
            return connection.recv(most)
        except OSError:
            return b""

    def break_off(self, id):
        """Marks a connection that has lost bytes: later ones must not take their place. The id stays."""
        # Shutting it down is not enough: data that has already arrived could still be received.
        self._open[id].close()

    def close(self, kind, id):
        """Closes a connection."""
        if self._get(kind, id) is not None:
            self._open.pop(id).close()

    def close_all(self):
        """Closes all open connections."""
        while self._open:
            self._open.popitem()[1].close()

    def _get(self, kind, id):
        """Returns a connection. A TCP id is unknown to the UDP functions, and vice versa."""
        connection = self._open.get(id)
        return connection if connection and connection.type == kind else None
