// The HTTP client behind `http_request`: one request, and the redirects that it leads to.
//
// HTTP itself is node's. What is done here is what a host must not leave to a client: which addresses are connected
// to, for how long, how much is read, and what goes along on a redirect.

import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { rootCertificates, checkServerIdentity, connect as connectTls } from 'node:tls';
import zlib from 'node:zlib';

const REDIRECTS = 10;
const MOST_HEADERS = 64 * 1024;
const PORTS = { 'http:': 80, 'https:': 443 };
// What a method and a header's name are made of.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// What the client writes itself.
const IGNORED = ['host', 'content-length', 'transfer-encoding', 'trailer'];
// What tells another server who is asking.
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];
// What describes a body that is not sent again.
const OF_THE_BODY = ['content-type', 'content-encoding', 'content-language', 'content-location'];

/** A rule or a limit stood against this host and port. */
class Denied extends Error {
  constructor(target, why) {
    super(why);
    this.target = target;
  }
}

/**
 * Makes a request. `limits` has `wait`, how many milliseconds it takes at most, redirects included; `mostSent` and
 * `mostReceived`, how many bytes the bodies have at most; `bytesLeft`, how many they have together; and `ca`, texts
 * in PEM of authorities that are trusted besides node's.
 *
 * Answers the response as JSON, none for any failure; what was denied, and why; and how many bytes were `sent` and
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

/** A connection to one of the addresses that are allowed. Nothing is looked up again after this. */
async function connect(allow, request, limits, { signal, left }) {
  const { addresses, why } = await allow.find(request.host, request.port, left());
  if (why) throw new Denied(request.target, why);
  for (const [tried, ip] of addresses.entries()) {
    // Each address gets its share of the time that is left.
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
      // An address is no name to be asked for.
      servername: net.isIP(host) ? '' : host,
      ca: limits.ca.length > 0 ? [...rootCertificates, ...limits.ca] : undefined,
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
      ALPNProtocols: ['http/1.1'],
    });
    try {
      await once(tls, 'secureConnect', { signal });
      return tls;
    } catch (error) {
      // Another address would not be trusted more.
      tls.destroy();
      socket.destroy();
      throw error;
    }
  }
  throw new Error('nobody answers');
}

/** Sends a request over a connection that is there. Answers the response, as soon as its headers are. */
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
  // Errors come from the response now, or while it is not read, not at all.
  message.on('error', () => {});
  response.on('error', () => {});
  return response;
}

/** The response, read to its end. */
async function read(request, response, limits, traffic) {
  const headers = {};
  const raw = response.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    // node takes bytes for Latin 1. What is no text is replaced.
    const value = new TextDecoder().decode(Buffer.from(raw[i + 1], 'latin1'));
    (headers[canonical(raw[i])] ??= []).push(value);
  }
  // That is how it came; the body is handed over in one piece.
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
    // No body at all is not packed either.
    if (!isEmpty || !response.complete) throw error;
  }
}

/** What is asked for. A redirect changes it. */
class Request {
  constructor(method, url, headers, body) {
    this.method = method || 'GET';
    // CONNECT would be a way to a proxy, and none is used.
    if (!TOKEN.test(this.method) || this.method === 'CONNECT') throw new Error('not a method');
    this.headers = parse(headers);
    this.body = body;
    this.#goTo(url);
  }

  #goTo(url, base) {
    // What the parser would leave out without a word.
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

  /** As in Go: where the plugin leaves the coding to the host, it asks for gzip and decodes it. */
  get asksForGzip() {
    return this.method !== 'HEAD' && !this.#has('accept-encoding') && !this.#has('range');
  }

  /** Names and values in turn, as node takes them. */
  allHeaders() {
    const all = [['Host', this.url.host]];
    if (!this.#has('user-agent')) all.push(['User-Agent', 'harness-host']);
    if (this.login && !this.#has('authorization')) {
      all.push(['Authorization', `Basic ${Buffer.from(this.login).toString('base64')}`]);
    }
    if (this.asksForGzip) all.push(['Accept-Encoding', 'gzip']);
    // Bytes, which node writes as Latin 1.
    for (const [name, value] of this.headers) all.push([name, Buffer.from(value).toString('latin1')]);
    // Without a body these three say that its length is 0; the others say nothing.
    if (this.body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(this.method)) {
      all.push(['Content-Length', String(this.body.length)]);
    }
    return all.flat();
  }

  /**
   * 301, 302 and 303 turn all but `HEAD` into a `GET` without a body; 307 and 308 repeat it as it is. To another
   * origin no credentials go along, nor later when it leads back.
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

/** `headers` is a JSON array of strings, each `Name: value`; or nothing. */
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

/** A header's name as Go writes it: `Content-Type`, `X-Request-Id`, `Etag`. */
function canonical(name) {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
