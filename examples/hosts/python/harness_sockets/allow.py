"""The addresses that a plugin may reach, and name resolution.

The check applies to addresses: a name is resolved first, and the connection goes to one of its allowed addresses. So a
name cannot lead to a forbidden address.
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
    """The rules, each as text: `all`, `loopback`, ADDRESS or ADDRESS/BITS, followed by :PORT or :FROM-TO if not for all
    ports (then an IPv6 address is in brackets). Without rules nothing is allowed.
    """

    def __init__(self, rules=()):
        self._rules = [parsed for rule in rules for parsed in _parse(rule)]

    def nothing(self):
        """Returns whether there are no rules."""
        return not self._rules

    def address(self, ip, ports):
        """Returns whether every port from the first to the last may be reached at this address."""
        return any(
            ip.version == net.version and ip in net and low <= ports[0] and ports[1] <= high
            for net, (low, high) in self._rules
        )

    def find(self, host, port, limit):
        """Returns the addresses of a host that may be reached at a port, or without a port may be pinged: pairs of a
        socket family and what `connect` takes. ICMP has no ports, so all ports must be allowed. Also returns why there
        is none, if the rules are the reason.
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
                # Keeps the scope of an IPv6 address, and its number.
                rest = address[1:] if ip.version == 6 and len(address) == 4 else (port or 0,)
                found.append((family, (str(ip), *rest)))
        return found, "not allowed" if looked_up and not found else None


def plain(text):
    """Returns the address that a connection to this one would reach, in canonical form."""
    ip = ipaddress.ip_address(text)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_unspecified:
        return ipaddress.ip_address("127.0.0.1" if ip.version == 4 else "::1")
    return ip


def split(address):
    """Splits `host:port`; None if it is invalid. An IPv6 address must be in brackets."""
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
    """Returns whether a host has no white space or control characters, such as a NUL that was counted in."""
    return not any(c.isspace() or not c.isprintable() for c in host)


def _look_up(host, port, limit):
    """Resolves a name. The operating system's resolver has no time limit, so it runs on a thread that is abandoned when
    it takes too long.
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
    """Resolves an IPv6 address with an interface, given by number or name. The resolver knows names only for link-local
    addresses.
    """
    ip, _, zone = host.partition("%")
    try:
        scope = int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
        return [(str(ipaddress.IPv6Address(ip)), port, 0, scope)]
    except (OSError, ValueError):
        return []


# A network, optionally with ports. The end of an IPv6 network is recognizable only by brackets.
_RULE = re.compile(r"(?:\[([^]]+)\](/\d+)?|([^][:]+))(?::(\d+)(?:-(\d+))?)?")


def _parse(rule):
    if rule in ("all", "loopback"):
        nets = EVERYTHING if rule == "all" else LOOPBACK
        return [(ipaddress.ip_network(net), EVERY_PORT) for net in nets]
    parts = _RULE.fullmatch(rule)
    if parts is None:
        # An IPv6 network without brackets, or an invalid rule.
        return [(ipaddress.ip_network(rule, strict=False), EVERY_PORT)]
    ip6, bits, ip4, low, high = parts.groups()
    net = ipaddress.ip_network(ip4 or ip6 + (bits or ""), strict=False)
    return [(net, (int(low), int(high or low)) if low else EVERY_PORT)]
