// Sockets for Extism plugins: the ten functions and the eleventh, `http_request`, for plugins that you build yourself.
//
//     const sockets = new Sockets({ allow: ['93.184.216.34:443'] });
//     const plugin = await createPlugin(manifest, { useWasi: true, functions: sockets.functions });
//     await plugin.call('run', '93.184.216.34:443');
//     await sockets.close();
//
// A host function must have its result when it returns, but node's sockets deliver theirs later. So the sockets run on
// a separate thread, and this one sleeps until they have the result.

import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads';

// The most that one receive may request.
const MOST = 16 * 1024 * 1024;
// The SDK's kernel combines a block's number and 48 bits into an address. An address that a plugin passes back is
// signed, and from here on the kernel no longer recognizes its own blocks.
const FIRST_BAD_ADDRESS = 1n << 63n;
// The shortest wait of a receive, in milliseconds: twice the library's limit for an immediate return, which means EOF.
const SHORTEST_WAIT = 100;
// The longest body of an HTTP request, and of a response.
const LONGEST_BODY = 32 * 1024 * 1024;
// How much longer than its own limits the thread with the sockets may take.
const GRACE = 60_000;

/** Calls the other thread synchronously. */
class Thread {
  #worker;
  #port;
  #answered = new Int32Array(new SharedArrayBuffer(4));
  #patience;

  constructor(rules, wait, sendWait, room, http) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#patience = wait + sendWait + http.wait + GRACE;
    this.#worker = new Worker(new URL('./sockets.mjs', import.meta.url), {
      workerData: { port: port2, answered: this.#answered, rules, wait, sendWait, room, http },
      transferList: [port2],
    });
    this.#worker.unref();
  }

  ask(action, ...values) {
    Atomics.store(this.#answered, 0, 0);
    this.#port.postMessage([action, ...values]);
    // Being woken does not mean that the result is there: the wake-up may belong to the previous result.
    while (Atomics.load(this.#answered, 0) === 0) {
      if (Atomics.wait(this.#answered, 0, 0, this.#patience) === 'timed-out') {
        throw new Error(`the sockets do not answer: ${action}`);
      }
    }
    return receiveMessageOnPort(this.#port).message;
  }

  async close() {
    await this.#worker.terminate();
  }
}

/**
 * The sockets of one plugin, closed with this object.
 *
 * `allow` lists the addresses that it may reach, each as text: `all`, `loopback`, ADDRESS or ADDRESS/BITS, followed by
 * :PORT or :FROM-TO; by default none. `wait` is the longest wait of a receive in milliseconds (at least 100),
 * `sendWait` that of connecting and of sending. At most `maxConnections` are open, and at most `maxBytes` are sent and
 * received in total; after `maxWaiting` milliseconds inside the functions they fail at once. `onDenied(name, target,
 * why)` is called for each denial.
 *
 * An HTTP request takes at most `httpWait` milliseconds, and its bodies have at most `maxRequestBody` and
 * `maxResponseBody` bytes. `ca` is a list of PEM texts with certificate authorities that are trusted in addition to
 * node's.
 *
 * `icmpReports` are packets, each as JSON, that `icmp_recv` returns one after the other: node has no raw sockets, so
 * none is real. Without them ICMP fails.
 *
 * The counters are `calls` by function, `bytesSent`, `bytesReceived`, `denied`, and `open`.
 */
export class Sockets {
  calls = {};
  bytesSent = 0;
  bytesReceived = 0;
  denied = 0;
  /** For the `functions` of one plugin. Add your own to them: `{ ...sockets.functions, mine: {} }`. */
  functions;
  #thread;
  #reports;
  #limits;
  #waited = 0;

  constructor(options = {}) {
    const { allow = [], sendWait = 5000, maxConnections = 1024 } = options;
    const wait = Math.max(options.wait ?? 5000, SHORTEST_WAIT);
    const { maxBytes = Infinity, maxWaiting = Infinity, onDenied } = options;
    this.#limits = { maxBytes, maxWaiting, onDenied };
    this.#reports = options.icmpReports?.slice();
    const http = {
      wait: options.httpWait ?? 10_000,
      mostSent: options.maxRequestBody ?? LONGEST_BODY,
      mostReceived: options.maxResponseBody ?? LONGEST_BODY,
      ca: options.ca ?? [],
    };
    this.#thread = new Thread(allow, wait, sendWait, maxConnections, http);
    this.functions = { env: this.#functions(), 'extism:host/env': { alloc } };
  }

  /** The number of open connections. */
  get open() {
    return this.#thread.ask('count');
  }

  /** Closes everything. */
  async close() {
    await this.#thread.close();
  }

  /** Counts and reports a denial by a rule or a limit. Returns 0. */
  #deny(name, target, why) {
    if (!why) return 0;
    this.denied += 1;
    this.#limits.onDenied?.(name, target, why);
    return 0;
  }

  get #bytesLeft() {
    return Math.max(this.#limits.maxBytes - this.bytesSent - this.bytesReceived, 0);
  }

  /** Returns the functions of module `env`. Numbers from wasm are signed. */
  #functions() {
    const functions = {
      icmp_send: (context, target) => {
        const name = text(context, target);
        if (this.#reports === undefined) return 0;
        const { answer, why } = this.#thread.ask('pingable', name) ?? {};
        return answer || this.#deny('icmp_send', name, why);
      },
      icmp_recv: (context) => give(context, new TextEncoder().encode(this.#reports?.shift() ?? '')),
      http_request: (context, method, url, headers, body) => {
        const [verb, address, lines] = [method, url, headers].map((offset) => text(context, offset));
        const parts = { method: verb, url: address, headers: lines, body: new Uint8Array(block(context, body)) };
        const answer = this.#thread.ask('request', parts, this.#bytesLeft) ?? { sent: 0, received: 0 };
        this.bytesSent += answer.sent;
        this.bytesReceived += answer.received;
        this.#deny('http_request', answer.target, answer.why);
        return give(context, answer.json);
      },
    };
    for (const kind of ['tcp', 'udp']) {
      functions[`${kind}_connect`] = (context, address) => {
        const target = text(context, address);
        const { answer, why } = this.#thread.ask('connect', kind, target) ?? {};
        return answer || this.#deny(`${kind}_connect`, target, why);
      };
      functions[`${kind}_send`] = (context, id, data, length) => {
        const bytes = block(context, data).subarray(0, Number(BigInt.asUintN(64, length)));
        if (bytes.length > this.#bytesLeft) return this.#deny(`${kind}_send`, '', 'too many bytes');
        const sent = this.#thread.ask('send', kind, id >>> 0, new Uint8Array(bytes)) ?? 0;
        this.bytesSent += sent;
        return sent;
      };
      functions[`${kind}_recv`] = (context, id, most) => {
        most = Math.min(most >>> 0, MOST, this.#bytesLeft);
        if (this.#bytesLeft === 0) this.#deny(`${kind}_recv`, '', 'too many bytes');
        const bytes = this.#thread.ask('receive', kind, id >>> 0, most);
        this.bytesReceived += bytes?.length ?? 0;
        const address = give(context, bytes);
        if (bytes?.length > 0 && address === 0n) this.#thread.ask('breakOff', id >>> 0);
        return address;
      };
      functions[`${kind}_close`] = (_, id) => {
        this.#thread.ask('close', kind, id >>> 0);
      };
    }
    for (const [name, answer] of Object.entries(functions)) {
      functions[name] = (...values) => {
        this.calls[name] = (this.calls[name] ?? 0) + 1;
        if (this.#waited >= this.#limits.maxWaiting && !name.endsWith('_close')) {
          this.#deny(name, '', 'too much time');
          return name.endsWith('_recv') || name === 'http_request' ? 0n : 0;
        }
        const start = performance.now();
        try {
          return answer(...values);
        } finally {
          this.#waited += performance.now() - start;
        }
      };
    }
    return functions;
  }
}

/** Replaces the kernel's own, which returns addresses that it does not recognize later. */
function alloc(context, length) {
  try {
    return sound(context.alloc(BigInt.asUintN(64, length)));
  } catch {
    // More than JavaScript can allocate in one piece.
    return 0n;
  }
}

/** Copies bytes into a new block, which the plugin then owns; returns 0 for no bytes, and without memory. */
function give(context, bytes) {
  // The SDK takes the whole buffer of an array; these arrays are whole buffers.
  return bytes?.length > 0 ? sound(context.store(bytes)) : 0n;
}

function sound(address) {
  return address < FIRST_BAD_ADDRESS ? address : 0n;
}

/** Returns all bytes of a block; none if there is no such block. (At 0 this kernel has a block of one byte.) */
function block(context, address) {
  return (address !== 0n && context.read(address)?.bytes()) || new Uint8Array();
}

function text(context, address) {
  return new TextDecoder().decode(block(context, address));
}
