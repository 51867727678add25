"""One plugin's connections, and what the functions `tcp_*` and `udp_*` do with them.

Nothing here knows of wasm: bytes come in and go out. Whatever fails answers 0, or no bytes: the plugin is
told no reason.
"""

import socket
import time

from .allow import split

TCP = socket.SOCK_STREAM
UDP = socket.SOCK_DGRAM
# The shortest wait of a receive, in seconds: twice what the library takes for "at once", which means the end.
SHORTEST_WAIT = 0.1


class Connections:
    """The connections, at most `room` of them, each by its id. An id is never used again. `wait` is how many
    seconds a receive takes at most, and at least 0.1; `send_wait` how many it takes to connect or to send.
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
        """Whether there is no room for another."""
        return len(self._open) >= self._room

    def connect(self, kind, address):
        """Connects, where that is allowed. Answers the connection's id, or 0 and which rule or limit stood
        against it, if one did.
        """
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
                # Each address gets its share of the time that is left.
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
        """Sends all of the bytes, and answers how many they are."""
        connection = self._get(kind, id)
        if connection is None:
            return 0
        try:
            connection.settimeout(self._send_wait)
            # For TCP this is a limit on all of it, however many pieces it goes out in.
            connection.sendall(data) if kind == TCP else connection.send(data)
            return len(data)
        except OSError:
            return 0

    def receive(self, kind, id, most):
        """Waits for bytes. None at all: the end, an empty datagram, a break, or a silent peer."""
        connection = self._get(kind, id)
        if connection is None or most == 0:
            return b""
        try:
            connection.settimeout(self._wait)
            # What is longer than this of a datagram is lost.
            return connection.recv(most)
        except OSError:
            return b""

    def break_off(self, id):
        """Bytes of this connection are lost. No later ones may pass for them; the id stays."""
        # To shut it down is not enough: what has come already could still be received.
        self._open[id].close()

    def close(self, kind, id):
        """Closes a connection."""
        if self._get(kind, id) is not None:
            self._open.pop(id).close()

    def close_all(self):
        """Closes what is still open."""
        while self._open:
            self._open.popitem()[1].close()

    def _get(self, kind, id):
        """An id of TCP's is unknown to UDP's functions, and the other way round."""
        connection = self._open.get(id)
        return connection if connection and connection.type == kind else None
