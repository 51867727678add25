"""The HTTP client behind `http_request`: one request, and the redirects that it leads to.

HTTP itself is `http.client`'s. What is done here is what a host must not leave to a client: which addresses are
connected to, for how long, how much is read, and what goes along on a redirect.
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
# What a method and a header's name are made of.
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# What is sent as it stands in a URL; all else is encoded.
IN_A_URL = "%/:=&?~+!$,;'@()*[]"
# What the client writes itself.
IGNORED = ("host", "content-length", "transfer-encoding", "trailer")
# What tells another server who is asking.
CREDENTIALS = ("authorization", "cookie", "proxy-authorization")
# What describes a body that is not sent again.
OF_THE_BODY = ("content-type", "content-encoding", "content-language", "content-location")


class Denied(Exception):
    """A rule or a limit stood against this host and port."""

    def __init__(self, target, why):
        super().__init__(target, why)
        self.target = target
        self.why = why


class Http:
    """One plugin's HTTP client. `wait` is how many seconds a request takes at most, redirects included. Each
    body has at most so many bytes. `ca` is a file in PEM with authorities that are trusted besides the system's.

    How many bytes of bodies went to and fro in the last request: `sent` and `received`.
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
            # A file that cannot be read is told of now, and not in the first request.
            self._context()

    def request(self, method, url, headers, body, bytes_left):
        """The response as JSON; no bytes for any failure. At most `bytes_left` bytes are sent and received."""
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
        """A connection to one of the addresses that are allowed. Nothing is looked up again after this."""
        found, why = self._allow.find(request.host, request.port, _left(deadline))
        if why:
            raise Denied(request.target, why)
        for tried, (family, to) in enumerate(found):
            stream = socket.socket(family, socket.SOCK_STREAM)
            try:
                # Each address gets its share of the time that is left.
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
                # Another address would not be trusted more.
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
        """The response, read to its end."""
        headers = {}
        for name, value in response.getheaders():
            # http.client takes bytes for Latin 1. What is no text is replaced.
            value = value.encode("latin-1").decode(errors="replace")
            headers.setdefault(_canonical(name), []).append(value)
        # That is how it came; the body is handed over in one piece.
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
    """What is asked for. A redirect changes it."""

    def __init__(self, method, url, headers, body):
        self.method = method.decode("ascii") or "GET"
        # CONNECT would be a way to a proxy, and none is used.
        if not TOKEN.fullmatch(self.method) or self.method == "CONNECT":
            raise ValueError("not a method")
        self.headers = _parsed(headers)
        self.body = body
        self._go_to(url.decode())

    def _go_to(self, url):
        # What the parser would leave out without a word.
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
        """As in Go: where the plugin leaves the coding to the host, it asks for gzip and decodes it."""
        names = {name.lower() for name, _ in self.headers}
        return self.method != "HEAD" and not names & {"accept-encoding", "range"}

    def all_headers(self):
        """What is sent, but for the length."""
        yield "Host", self.authority
        names = {name.lower() for name, _ in self.headers}
        if "user-agent" not in names:
            yield "User-Agent", "harness-host"
        if self.login and "authorization" not in names:
            yield "Authorization", "Basic " + base64.b64encode(self.login.encode()).decode()
        if self.asks_for_gzip:
            yield "Accept-Encoding", "gzip"
        yield from self.headers
        # Without a body these three say that its length is 0; the others say nothing.
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            yield "Content-Length", str(len(self.body))

    def follow(self, status, location):
        """301, 302 and 303 turn all but `HEAD` into a `GET` without a body; 307 and 308 repeat it as it is. To
        another origin no credentials go along, nor later when it leads back.
        """
        before = (self.scheme, self.host, self.port)
        # http.client takes bytes for Latin 1.
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
    """`headers` is a JSON array of strings, each `Name: value`; or nothing."""
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
    """One request that is sent, and the head of its response."""

    def __init__(self, stream, deadline, request):
        self._stream = stream
        try:
            connection = http.client.HTTPConnection(request.host, request.port)
            # It is connected, and http.client connects no more.
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
    """A connection that fails from a point in time on, however many operations it takes to get there. Of a
    socket it has what http.client uses.
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
        """http.client closes when the head is read. What comes after it is still wanted."""


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
    # http.client does not say that a body of a known length has ended early.
    if response.length:
        raise http.client.IncompleteRead(b"")


def _unpacked(response):
    """The pieces of a body in gzip, which may have several members; each piece bounded."""
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
        # What it holds back has no input left to come out with.
        yield member.flush()
        ended = member.eof
    if not ended:
        raise http.client.IncompleteRead(b"")


def _canonical(name):
    """A header's name as Go writes it: `Content-Type`, `X-Request-Id`, `Etag`."""
    return "-".join(part.capitalize() for part in name.split("-"))
