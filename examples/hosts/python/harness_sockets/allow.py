"""Which addresses a plugin may reach, and how the names that it gives are looked up.

What counts is the address itself: a name is looked up first, and the connection goes to one of its
addresses that is allowed. So no name leads where its address may not.
"""

import ipaddress
import queue
import re
import socket
import threading

EVERY_PORT = (0, 65535)
LOOPBACK = ("127.0.0.0/8", "::1/128")
EVERYTHING = ("0.0.0.0/0", "::/0")


class Allow:
    """The rules, each as text: `all`, `loopback`, ADDRESS or ADDRESS/BITS, and :PORT or :FROM-TO behind
    it if not every port is meant (an IPv6 address in brackets then). Without rules nothing is allowed.
    """

    def __init__(self, rules=()):
        self._rules = [parsed for rule in rules for parsed in _parse(rule)]

    def nothing(self):
        """Whether there are no rules."""
        return not self._rules

    def address(self, ip, ports):
        """Whether every port from the first to the last may be reached at this address."""
        return any(
            ip.version == net.version and ip in net and low <= ports[0] and ports[1] <= high
            for net, (low, high) in self._rules
        )

    def find(self, host, port, limit):
        """The addresses of a host that may be reached at a port, or without one may be pinged: pairs of
        a socket family and what `connect` takes. ICMP has no ports, so all of them must be allowed. With them
        comes why there is none, if the rules are the reason.
        """
        if self.nothing():
            return [], "not allowed"
        found = []
        looked_up = _look_up(host, port or 0, limit)
        for address in looked_up:
            ip = plain(address[0])
            ports = EVERY_PORT if port is None else (port, port)
            if self.address(ip, ports):
                family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
                # The scope of an IPv6 address, and its number, stay.
                rest = address[1:] if ip.version == 6 and len(address) == 4 else (port or 0,)
                found.append((family, (str(ip), *rest)))
        return found, "not allowed" if looked_up and not found else None


def plain(text):
    """The address that a connection to this one would reach, in its plainest form."""
    ip = ipaddress.ip_address(text)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_unspecified:
        return ipaddress.ip_address("127.0.0.1" if ip.version == 4 else "::1")
    return ip


def split(address):
    """`host:port` in two, None if it is none. An IPv6 address stands in brackets."""
    host, colon, port = address.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        return None
    if not colon or not clean(host) or "[" in host or "]" in host:
        return None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535):
        return None
    return host, int(port)


def clean(host):
    """No host has white space or control characters in it, a NUL that was counted in included."""
    return not any(c.isspace() or not c.isprintable() for c in host)


def _look_up(host, port, limit):
    """The operating system's look-up has no time limit of its own, so it runs on a thread that is left
    to itself when it takes too long.
    """
    if "%" in host:
        return _scoped(host, port)
    answer = queue.SimpleQueue()

    def look_up():
        try:
            found = socket.getaddrinfo(host or "127.0.0.1", port, type=socket.SOCK_STREAM)
            answer.put([address for *_, address in found])
        except (OSError, UnicodeError):
            answer.put([])

    threading.Thread(target=look_up, daemon=True).start()
    try:
        return answer.get(timeout=limit)
    except queue.Empty:
        return []


def _scoped(host, port):
    """An IPv6 address with its interface, which has a number and a name. The look-up knows the names for
    link-local addresses only.
    """
    ip, _, zone = host.partition("%")
    try:
        scope = int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
        return [(str(ipaddress.IPv6Address(ip)), port, 0, scope)]
    except (OSError, ValueError):
        return []


# A network, and perhaps ports. Of an IPv6 network only brackets tell where it ends.
_RULE = re.compile(r"(?:\[([^]]+)\](/\d+)?|([^][:]+))(?::(\d+)(?:-(\d+))?)?")


def _parse(rule):
    if rule in ("all", "loopback"):
        nets = EVERYTHING if rule == "all" else LOOPBACK
        return [(ipaddress.ip_network(net), EVERY_PORT) for net in nets]
    parts = _RULE.fullmatch(rule)
    if parts is None:
        # An IPv6 network without brackets, or nothing of the kind.
        return [(ipaddress.ip_network(rule, strict=False), EVERY_PORT)]
    ip6, bits, ip4, low, high = parts.groups()
    net = ipaddress.ip_network(ip4 or ip6 + (bits or ""), strict=False)
    return [(net, (int(low), int(high or low)) if low else EVERY_PORT)]
