"""ICMP over a raw socket, for `icmp_send` and `icmp_recv`. Only for IPv4.

A raw socket receives all ICMP of the machine: replies to others, and on loopback the requests themselves. The plugin
sees all of it.
"""

import base64
import json
import socket
import struct
import time

from .allow import EVERY_PORT, clean, plain

ECHO_ID = 1
ECHO_REPLY = 0
ECHO_REQUEST = 8


class Icmp:
    """One plugin's ICMP. Without permission for raw sockets nothing is sent and nothing received.

    With `reports`, a list of JSON texts, no packet is real: each request counts as sent, and the reports are received
    one after the other.
    """

    def __init__(self, allow, wait, reports=None):
        self._allow = allow
        self._wait = wait
        self._reports = reports
        self._socket = None

    def send(self, target, payload, seq):
        """Sends an echo request, if allowed. Returns 1, or 0 and the rule that denied it."""
        if not target or not clean(target):
            return 0, None
        found, why = self._allow.find(target, None, self._wait)
        to = next((to for family, to in found if family == socket.AF_INET), None)
        if to is None:
            return 0, why
        if self._reports is not None:
            return 1, None
        try:
            # Open before the request is sent, so that the fastest reply is received.
            self._open()
            self._socket.settimeout(self._wait)
            self._socket.sendto(echo_request(payload, seq), (to[0], 0))
            return 1, None
        except OSError:
            return 0, None

    def receive(self, seconds):
        """Returns the next packet from an allowed address, as JSON; no bytes if none arrives in time."""
        if self._reports is not None:
            return self._reports.pop(0).encode() if self._reports else b""
        if self._allow.nothing():
            return b""
        deadline = time.monotonic() + seconds
        try:
            self._open()
            while (left := deadline - time.monotonic()) > 0:
                self._socket.settimeout(left)
                packet, (source, _) = self._socket.recvfrom(1500)
                report = as_report(source, packet)
                if report and self._allow.address(plain(source), EVERY_PORT):
                    return report
        except OSError:
            pass
        return b""

    def close(self):
        """Stops receiving."""
        if self._socket:
            self._socket.close()
        self._socket = None

    def _open(self):
        if self._socket is None:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


def echo_request(payload, seq):
    """Returns the bytes of an echo request."""
    header = struct.pack("!BBHHH", ECHO_REQUEST, 0, 0, ECHO_ID, seq)
    checksum = _checksum(header + payload)
    return struct.pack("!BBHHH", ECHO_REQUEST, 0, checksum, ECHO_ID, seq) + payload


def as_report(source, packet):
    """Returns a packet in the production host's form: sorted keys, the payload in base64. The IPv4 header precedes the
    packet. None if it is too short.
    """
    icmp = packet[(packet[0] & 15) * 4 :] if packet else b""
    if len(icmp) < 8:
        return None
    kind, code, _, id, seq = struct.unpack("!BBHHH", icmp[:8])
    report = {"source": source, "type": kind, "code": code}
    if kind in (ECHO_REPLY, ECHO_REQUEST):
        report |= {"id": id, "seq": seq, "data": base64.b64encode(icmp[8:]).decode()}
    return json.dumps(report, sort_keys=True, separators=(",", ":")).encode()


def _checksum(data):
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2))
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
