// The HTTP client behind `http_request`: one request, and its redirects.
//
// node implements HTTP. This module does what a host must control itself: which addresses it connects to, for how long,
// how much it reads, and what a redirect sends along.

import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { rootCertificates, checkServerIdentity, connect as connectTls } from 'node:tls';
import zlib from 'node:zlib';

const REDIRECTS = 10;
const MOST_HEADERS = 64 * 1024;
const PORTS = { 'http:': 80, 'https:': 443 };
// The characters of a method and a header's name.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// The headers that the client writes itself.
const IGNORED = ['host', 'content-length', 'transfer-encoding', 'trailer'];
// The headers that identify the client to a server.
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];
// The headers that describe a body, which is not sent again.
const OF_THE_BODY = ['content-type', 'content-encoding', 'content-language', 'content-location'];

/** A rule or a limit denied this host and port. */
class Denied extends Error {
  constructor(target, why) {
    super(why);
    this.target = target;
  }
}

/**
 * Sends a request. `limits` has `wait`, the maximum duration in milliseconds, including redirects; `mostSent` and
 * `mostReceived`, the maximum size of the bodies; `bytesLeft`, that of both together; and `ca`, PEM texts of
 * authorities that are trusted in addition to node's.
 *
 * Returns the response as JSON, none for any failure; what was denied, and why; and how many bytes were `sent` and
 * `received`.
 */
export async function request(allow, { method, url, headers, body }, limits) {
  const traffic = { sent: 0, received: 0 };
  const over = new AbortController();
  const deadline = performance.now() + limits.wait;
  const timer = setTimeout(() => over.abort(), limits.wait);
  try {
    const json = await follow(allow, new Request(method, url, headers, body), limits, traffic, {
      signal: over.signal,
      left: () => Math.max(deadline - performance.now(), 1),
    });
    return { json, ...traffic };
  } catch (error) {
    return error instanceof Denied ? { target: error.target, why: error.message, ...traffic } : traffic;
  } finally {
    clearTimeout(timer);
  }
}

async function follow(allow, request, limits, traffic, time) {
  for (let redirects = 0; redirects <= REDIRECTS; redirects += 1) {
    if (request.body.length > Math.min(limits.mostSent, limits.bytesLeft - traffic.sent)) {
      throw new Denied(request.target, 'too many bytes');
    }
    const socket = await connect(allow, request, limits, time);
    try {
      traffic.sent += request.body.length;
      const response = await send(request, socket, time.signal);
      const { location } = response.headers;
      if (![301, 302, 303, 307, 308].includes(response.statusCode) || location === undefined) {
        return await read(request, response, limits, traffic);
      }
      request.follow(response.statusCode, location);
    } finally {
      socket.destroy();
    }
  }
  throw new Error('too many redirects');
}

/** Connects to one of the allowed addresses. Nothing is resolved again after this. */
async function connect(allow, request, limits, { signal, left }) {
  const { addresses, why } = await allow.find(request.host, request.port, left());
  if (why) throw new Denied(request.target, why);
  for (const [tried, ip] of addresses.entries()) {
    // Each address gets a share of the remaining time.
    const socket = net.connect({ host: ip, port: request.port, noDelay: true });
    const late = setTimeout(() => socket.destroy(new Error('too late')), left() / (addresses.length - tried));
    try {
      await once(socket, 'connect');
    } catch {
      continue;
    } finally {
      clearTimeout(late);
    }
    if (!request.isSecure) return socket;
    const host = request.host;
    const tls = connectTls({
      socket,
      // An IP address is not sent as a server name.
      servername: net.isIP(host) ? '' : host,
      ca: limits.ca.length > 0 ? [...rootCertificates, ...limits.ca] : undefined,
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
      ALPNProtocols: ['http/1.1'],
    });
    try {
      await once(tls, 'secureConnect', { signal });
      return tls;
    } catch (error) {
      // Another address would not be trusted either.
      tls.destroy();
      socket.destroy();
      throw error;
    }
  }
  throw new Error('nobody answers');
}

/** Sends a request over an open connection. Returns the response as soon as its headers have arrived. */
async function send(request, socket, signal) {
  const message = http.request({
    createConnection: () => socket,
    method: request.method,
    path: request.path,
    headers: request.allHeaders(),
    setHost: false,
    maxHeaderSize: MOST_HEADERS,
    signal,
  });
  message.end(request.body);
  const [response] = await once(message, 'response', { signal });
  // The response reports errors from now on; while it is not read, nothing does.
  message.on('error', () => {});
  response.on('error', () => {});
  return response;
}

/** Reads the response to its end. */
async function read(request, response, limits, traffic) {
  const headers = {};
  const raw = response.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    // node decodes bytes as Latin 1. Invalid UTF-8 is replaced.
    const value = new TextDecoder().decode(Buffer.from(raw[i + 1], 'latin1'));
    (headers[canonical(raw[i])] ??= []).push(value);
  }
  // It described the transfer; the body is returned in one piece.
  delete headers['Transfer-Encoding'];
  const packed = request.asksForGzip && headers['Content-Encoding']?.[0].toLowerCase() === 'gzip';
  if (packed) {
    delete headers['Content-Encoding'];
    delete headers['Content-Length'];
  }
  const most = Math.min(limits.mostReceived, limits.bytesLeft - traffic.sent);
  const pieces = [];
  for await (const piece of packed ? unpacked(response) : response) {
    traffic.received += piece.length;
    if (traffic.received > most) throw new Denied(request.target, 'too many bytes');
    pieces.push(piece);
  }
  if (!response.complete) throw new Error('the response ends early');
  const head = JSON.stringify({ status: response.statusCode, headers });
  return new TextEncoder().encode(`${head.slice(0, -1)},"body":"${Buffer.concat(pieces).toString('base64')}"}`);
}

async function* unpacked(response) {
  const gunzip = zlib.createGunzip();
  let isEmpty = true;
  response.on('data', () => (isEmpty = false));
  response.on('error', (error) => gunzip.destroy(error));
  response.pipe(gunzip);
  try {
    yield* gunzip;
  } catch (error) {
    // An empty body is not compressed either.
    if (!isEmpty || !response.complete) throw error;
  }
}

/** The request. A redirect changes it. */
class Request {
  constructor(method, url, headers, body) {
    this.method = method || 'GET';
    // CONNECT would lead to a proxy, and none is used.
    if (!TOKEN.test(this.method) || this.method === 'CONNECT') throw new Error('not a method');
    this.headers = parse(headers);
    this.body = body;
    this.#goTo(url);
  }

  #goTo(url, base) {
    // The parser would remove these silently.
    if (/[\0-\x1f\x7f]/.test(url)) throw new Error('not a URL');
    this.url = new URL(url, base);
    const { protocol, hostname, port, username, password, pathname, search } = this.url;
    if (!(protocol in PORTS) || hostname === '') throw new Error("not a URL of HTTP's");
    this.isSecure = protocol === 'https:';
    this.host = hostname.replace(/^\[(.*)\]$/, '$1');
    this.port = Number(port || PORTS[protocol]);
    this.target = `${hostname}:${this.port}`;
    this.path = pathname + search;
    this.login = username && `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  }

  /** Whether the host asks for gzip and decodes it. As in Go, it does if the plugin does not set the coding. */
  get asksForGzip() {
    return this.method !== 'HEAD' && !this.#has('accept-encoding') && !this.#has('range');
  }

  /** Returns names and values alternately, as node takes them. */
  allHeaders() {
    const all = [['Host', this.url.host]];
    if (!this.#has('user-agent')) all.push(['User-Agent', 'harness-host']);
    if (this.login && !this.#has('authorization')) {
      all.push(['Authorization', `Basic ${Buffer.from(this.login).toString('base64')}`]);
    }
    if (this.asksForGzip) all.push(['Accept-Encoding', 'gzip']);
    // As bytes, which node writes as Latin 1.
    for (const [name, value] of this.headers) all.push([name, Buffer.from(value).toString('latin1')]);
    // Without a body these three methods send a length of 0; the others send no length.
    if (this.body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(this.method)) {
      all.push(['Content-Length', String(this.body.length)]);
    }
    return all.flat();
  }

  /**
   * Follows a redirect: 301, 302 and 303 turn everything except `HEAD` into a `GET` without a body; 307 and 308 repeat
   * it unchanged. Credentials are dropped at another origin, and stay dropped if a later redirect leads back.
   */
  follow(status, location) {
    const { origin } = this.url;
    this.#goTo(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(location, 'latin1')), this.url);
    if (![307, 308].includes(status)) {
      if (this.method !== 'HEAD') this.method = 'GET';
      this.body = new Uint8Array();
      this.#drop(OF_THE_BODY);
    }
    if (this.url.origin !== origin) this.#drop(CREDENTIALS);
  }

  #has(wanted) {
    return this.headers.some(([name]) => name.toLowerCase() === wanted);
  }

  #drop(names) {
    this.headers = this.headers.filter(([name]) => !names.includes(name.toLowerCase()));
  }
}

/** Parses `headers`: a JSON array of strings, each `Name: value`, or empty. */
function parse(headers) {
  const lines = headers === '' ? [] : JSON.parse(headers);
  if (!Array.isArray(lines) || lines.some((line) => typeof line !== 'string')) throw new Error('not a list of lines');
  return lines
    .map((line) => {
      const [, name, value] = /^([^:]*):(.*)$/s.exec(line).map((part) => part.trim());
      if (!TOKEN.test(name) || /[\r\n\0]/.test(value)) throw new Error('not a header');
      return [name, value];
    })
    .filter(([name]) => !IGNORED.includes(name.toLowerCase()));
}

/** Returns a header's name as Go writes it: `Content-Type`, `X-Request-Id`, `Etag`. */
function canonical(name) {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
