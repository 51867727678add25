"""Bytes of a stream are lost at the host. What came behind them must not pass for them."""

import socket
import sys

sys.path.insert(0, sys.argv[1])

from harness_sockets.allow import Allow
from harness_sockets.connections import TCP, Connections

with socket.create_server(("127.0.0.1", 0)) as server:
    connections = Connections(Allow(["loopback"]), 5, 5)
    id, _ = connections.connect(TCP, "127.0.0.1:%d" % server.getsockname()[1])
    peer, _ = server.accept()
    # In one piece: with the first byte all are there.
    peer.sendall(b"0123456789")
    print("before:", connections.receive(TCP, id, 3).decode())
    connections.break_off(id)
    print("after:", len(connections.receive(TCP, id, 3)), connections.send(TCP, id, b"x"))
    connections.close(TCP, id)
