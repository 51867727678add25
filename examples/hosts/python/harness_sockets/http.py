"""The HTTP client behind `http_request`: one request, and its redirects.

`http.client` implements HTTP. This module does what a host must control itself: which addresses it connects to, for how
long, how much it reads, and what a redirect sends along.
"""

import base64
import http.client
import io
import json
import re
import socket
import ssl
import time
import zlib
from urllib.parse import quote, unquote, urljoin, urlsplit

REDIRECTS = 10
PIECE = 64 * 1024
PORTS = {"http": 80, "https": 443}
# The characters of a method and a header's name.
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# The characters that are sent unchanged in a URL; all others are encoded.
IN_A_URL = "%/:=&?~+!$,;'@()*[]"
# The headers that the client writes itself.
IGNORED = ("host", "content-length", "transfer-encoding", "trailer")
# The headers that identify the client to a server.
CREDENTIALS = ("authorization", "cookie", "proxy-authorization")
# The headers that describe a body, which is not sent again.
OF_THE_BODY = ("content-type", "content-encoding", "content-language", "content-location")


class Denied(Exception):
    """A rule or a limit denied this host and port."""

    def __init__(self, target, why):
        super().__init__(target, why)
        self.target = target
        self.why = why


class Http:
    """One plugin's HTTP client. `wait` is the maximum duration of a request in seconds, including redirects. The bodies
    are limited in bytes. `ca` is a PEM file with authorities that are trusted in addition to the system's.

    `sent` and `received` are the body bytes of the last request.
    """

    def __init__(self, allow, wait, most_sent, most_received, ca=None):
        self._allow = allow
        self._wait = wait
        self._most_sent = most_sent
        self._most_received = most_received
        self._ca = ca
        self._tls = None
        self.sent = self.received = 0
        if ca is not None:
            # A file that cannot be read fails now, not at the first request.
            self._context()

    def request(self, method, url, headers, body, bytes_left):
        """Returns the response as JSON; no bytes for any failure. At most `bytes_left` bytes are sent and received."""
        self.sent = self.received = 0
        try:
            request = _Request(method, url, headers, body)
            deadline = time.monotonic() + self._wait
            for _ in range(REDIRECTS + 1):
                with self._hop(request, deadline, bytes_left) as hop:
                    location = hop.response.getheader("location")
                    if hop.response.status in (301, 302, 303, 307, 308) and location is not None:
                        request.follow(hop.response.status, location)
                        continue
                    return self._read(request, hop.response, bytes_left)
        except (OSError, ValueError, UnicodeError, http.client.HTTPException, zlib.error,
                RecursionError):
            pass
        return b""

    def _hop(self, request, deadline, bytes_left):
        if len(request.body) > min(self._most_sent, bytes_left - self.sent):
            raise Denied(request.target, "too many bytes")
        stream = self._connect(request, deadline)
        self.sent += len(request.body)
        return _Hop(stream, deadline, request)

    def _connect(self, request, deadline):
        """Connects to one of the allowed addresses. Nothing is resolved again after this."""
        found, why = self._allow.find(request.host, request.port, _left(deadline))
        if why:
            raise Denied(request.target, why)
        for tried, (family, to) in enumerate(found):
            stream = socket.socket(family, socket.SOCK_STREAM)
            try:
                # Each address gets a share of the remaining time.
                stream.settimeout(_left(deadline) / (len(found) - tried))
                stream.connect(to)
                stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if request.scheme == "https":
                    stream = self._context().wrap_socket(
                        stream, server_hostname=request.host, do_handshake_on_connect=False)
                    stream.settimeout(_left(deadline))
                    stream.do_handshake()
                return stream
            except (OSError, ValueError) as error:
                stream.close()
                # Another address would not be trusted either.
                if isinstance(error, (ssl.SSLError, ValueError)):
                    raise
        raise ConnectionError("nobody answers")

    def _context(self):
        if self._tls is None:
            self._tls = ssl.create_default_context()
            if self._ca is not None:
                self._tls.load_verify_locations(self._ca)
        return self._tls

    def _read(self, request, response, bytes_left):
        """Reads the response to its end."""
        headers = {}
        for name, value in response.getheaders():
            # http.client decodes bytes as Latin 1. Invalid UTF-8 is replaced.
            value = value.encode("latin-1").decode(errors="replace")
            headers.setdefault(_canonical(name), []).append(value)
        # It described the transfer; the body is returned in one piece.
        headers.pop("Transfer-Encoding", None)
        packed = request.asks_for_gzip and headers.get("Content-Encoding", [""])[0].lower() == "gzip"
        if packed:
            headers.pop("Content-Encoding")
            headers.pop("Content-Length", None)
        most = min(self._most_received, bytes_left - self.sent)
        body = bytearray()
        for piece in _unpacked(response) if packed else _pieces(response):
            if len(body) + len(piece) > most:
                raise Denied(request.target, "too many bytes")
            body += piece
            self.received = len(body)
        head = json.dumps({"status": response.status, "headers": headers}, separators=(",", ":"))
        return b"".join([head[:-1].encode(), b',"body":"', base64.b64encode(body), b'"}'])


class _Request:
    """The request. A redirect changes it."""

    def __init__(self, method, url, headers, body):
        self.method = method.decode("ascii") or "GET"
        # CONNECT would lead to a proxy, and none is used.
        if not TOKEN.fullmatch(self.method) or self.method == "CONNECT":
            raise ValueError("not a method")
        self.headers = _parsed(headers)
        self.body = body
        self._go_to(url.decode())

    def _go_to(self, url):
        # The parser would remove these silently.
        if any(ord(c) < 32 or ord(c) == 127 for c in url):
            raise ValueError("not a URL")
        self.url = url
        parts = urlsplit(url)
        self.scheme = parts.scheme
        if self.scheme not in PORTS or not parts.hostname or "%" in parts.hostname:
            raise ValueError("not a URL of HTTP's")
        host = parts.hostname
        self.host = host if host.isascii() else host.encode("idna").decode()
        self.port = PORTS[self.scheme] if parts.port is None else parts.port
        bracketed = f"[{self.host}]" if ":" in self.host else self.host
        self.target = f"{bracketed}:{self.port}"
        self.authority = bracketed if self.port == PORTS[self.scheme] else self.target
        self.path = quote(parts.path or "/", safe=IN_A_URL)
        if parts.query:
            self.path += "?" + quote(parts.query, safe=IN_A_URL)
        self.login = None
        if parts.username is not None:
            self.login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"

    @property
    def asks_for_gzip(self):
        """Returns whether the host asks for gzip and decodes it: as in Go, unless the plugin sets the coding."""
        names = {name.lower() for name, _ in self.headers}
        return self.method != "HEAD" and not names & {"accept-encoding", "range"}

    def all_headers(self):
        """Yields the headers to send, except the length."""
        yield "Host", self.authority
        names = {name.lower() for name, _ in self.headers}
        if "user-agent" not in names:
            yield "User-Agent", "harness-host"
        if self.login and "authorization" not in names:
            yield "Authorization", "Basic " + base64.b64encode(self.login.encode()).decode()
        if self.asks_for_gzip:
            yield "Accept-Encoding", "gzip"
        yield from self.headers
        # Without a body these three methods send a length of 0; the others send no length.
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            yield "Content-Length", str(len(self.body))

    def follow(self, status, location):
        """Follows a redirect: 301, 302 and 303 turn everything except `HEAD` into a `GET` without a body; 307 and 308
        repeat it unchanged. Credentials are dropped at another origin, and stay dropped if a later redirect leads back.
        """
        before = (self.scheme, self.host, self.port)
        # http.client decodes bytes as Latin 1.
        self._go_to(urljoin(self.url, location.encode("latin-1").decode()))
        if status not in (307, 308):
            self.method = "HEAD" if self.method == "HEAD" else "GET"
            self.body = b""
            self._drop(OF_THE_BODY)
        if (self.scheme, self.host, self.port) != before:
            self._drop(CREDENTIALS)

    def _drop(self, names):
        self.headers = [(name, value) for name, value in self.headers if name.lower() not in names]


def _parsed(headers):
    """Parses `headers`: a JSON array of strings, each `Name: value`, or empty."""
    lines = json.loads(headers) if headers else []
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError("not a list of lines")
    parsed = []
    for line in lines:
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if not colon or not TOKEN.fullmatch(name) or any(c in value for c in "\r\n\0"):
            raise ValueError("not a header")
        if name.lower() not in IGNORED:
            parsed.append((name, value))
    return parsed


class _Hop:
    """One request, and the head of its response."""

    def __init__(self, stream, deadline, request):
        self._stream = stream
        try:
            connection = http.client.HTTPConnection(request.host, request.port)
            # It is connected, so http.client does not connect.
            connection.sock = _Until(stream, deadline)
            connection.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
            for name, value in request.all_headers():
                connection.putheader(name, value.encode())
            connection.endheaders(request.body or None)
            self.response = connection.getresponse()
        except BaseException:
            stream.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.response.close()
        self._stream.close()


class _Until:
    """A connection that fails after a deadline, however many operations it takes to get there. It has the methods of a
    socket that http.client uses.
    """

    def __init__(self, stream, deadline):
        self._stream = stream
        self._deadline = deadline

    def sendall(self, data):
        data = memoryview(data)
        while data:
            self._stream.settimeout(_left(self._deadline))
            data = data[self._stream.send(data[:PIECE]) :]

    def makefile(self, _):
        return io.BufferedReader(_Reader(self), PIECE)

    def recv_into(self, buffer):
        self._stream.settimeout(_left(self._deadline))
        return self._stream.recv_into(buffer)

    def close(self):
        """http.client closes after it has read the head. The rest is still needed."""


class _Reader(io.RawIOBase):
    def __init__(self, until):
        self._until = until

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._until.recv_into(buffer)


def _left(deadline):
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _pieces(response):
    while piece := response.read(PIECE):
        yield piece
    # http.client does not report that a body of known length ended early.
    if response.length:
        raise http.client.IncompleteRead(b"")


def _unpacked(response):
    """Decodes a body in gzip, which may have several members, in pieces of limited size."""
    member, rest, ended = None, b"", True
    for piece in _pieces(response):
        rest += piece
        while rest:
            if member is None:
                member = zlib.decompressobj(16 + zlib.MAX_WBITS)
            yield member.decompress(rest, PIECE)
            ended = member.eof
            rest = member.unused_data if ended else member.unconsumed_tail
            if ended:
                member = None
    if member is not None:
        # Output that it holds back: there is no more input to release it.
        yield member.flush()
        ended = member.eof
    if not ended:
        raise http.client.IncompleteRead(b"")


def _canonical(name):
    """Returns a header's name as Go writes it: `Content-Type`, `X-Request-Id`, `Etag`."""
    return "-".join(part.capitalize() for part in name.split("-"))
