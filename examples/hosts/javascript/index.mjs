// Sockets for Extism plugins: the ten functions and the eleventh, `http_request`, for a plugin that you build yourself.
//
//     const sockets = new Sockets({ allow: ['93.184.216.34:443'] });
//     const plugin = await createPlugin(manifest, { useWasi: true, functions: sockets.functions });
//     await plugin.call('run', '93.184.216.34:443');
//     await sockets.close();
//
// A host function must have its answer when it returns, and node's sockets have theirs later. So the
// sockets live on a thread of their own, and this one sleeps until they have answered.

import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads';

// What one receive may ask for.
const MOST = 16 * 1024 * 1024;
// The SDK's kernel makes an address of a block's number and 48 bits. What a plugin hands back has a sign,
// and from here on the kernel does not know its own blocks again.
const FIRST_BAD_ADDRESS = 1n << 63n;
// The shortest wait of a receive, in milliseconds: twice what the library takes for "at once", which means the
// end.
const SHORTEST_WAIT = 100;
// The longest body of an HTTP request, and of a response.
const LONGEST_BODY = 32 * 1024 * 1024;
// How much longer than its own limits the thread with the sockets may take.
const GRACE = 60_000;

/** The other thread, asked as if it were this one. */
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
    // To be woken is not to be answered: that may be the end of the answer before.
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
 * The sockets of one plugin, closed with this.
 *
 * `allow` is what it may reach, each as text: `all`, `loopback`, ADDRESS or ADDRESS/BITS, and :PORT or :FROM-TO
 * behind it; nothing unless some is given. `wait` is how many milliseconds a receive takes at most, and at
 * least 100; `sendWait` how many it takes to connect or to send. At most `maxConnections` are open, and
 * `maxBytes` are sent and received in all; after `maxWaiting` milliseconds inside the functions they fail at once.
 * `onDenied(name, target, why)` is called for what the plugin is denied.
 *
 * An HTTP request takes at most `httpWait` milliseconds, and its bodies have at most `maxRequestBody` and
 * `maxResponseBody` bytes. `ca` is a list of texts in PEM, with certificate authorities that are trusted besides
 * node's.
 *
 * `icmpReports` are packets, each as
 * JSON, that `icmp_recv` answers with, one after the other: node has no raw sockets, so none is real. Without them
 * ICMP fails.
 *
 * What it has done: `calls` by function, `bytesSent`, `bytesReceived`, `denied`, and `open`.
 */
export class Sockets {
  calls = {};
  bytesSent = 0;
  bytesReceived = 0;
  denied = 0;
  /** For the `functions` of one plugin. Yours stand beside them: `{ ...sockets.functions, mine: {} }`. */
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

  /** How many connections are open. */
  get open() {
    return this.#thread.ask('count');
  }

  /** Closes everything. */
  async close() {
    await this.#thread.close();
  }

  /** Counts what a rule or a limit of ours denied, and reports it. Returns 0. */
  #deny(name, target, why) {
    if (!why) return 0;
    this.denied += 1;
    this.#limits.onDenied?.(name, target, why);
    return 0;
  }

  get #bytesLeft() {
    return Math.max(this.#limits.maxBytes - this.bytesSent - this.bytesReceived, 0);
  }

  /** The functions of module `env`. Numbers come from wasm with a sign. */
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

/** Stands instead of the kernel's own, which hands out addresses that it does not know again. */
function alloc(context, length) {
  try {
    return sound(context.alloc(BigInt.asUintN(64, length)));
  } catch {
    // More than JavaScript can have in one piece.
    return 0n;
  }
}

/** Hands bytes to the plugin, which owns the block from then on; 0 for none, and where there is no room. */
function give(context, bytes) {
  // The SDK takes the whole buffer that an array is a part of; these are all of theirs.
  return bytes?.length > 0 ? sound(context.store(bytes)) : 0n;
}

function sound(address) {
  return address < FIRST_BAD_ADDRESS ? address : 0n;
}

/** All bytes of a block; none if there is no such block. (At 0 this kernel has a block of one byte.) */
function block(context, address) {
  return (address !== 0n && context.read(address)?.bytes()) || new Uint8Array();
}

function text(context, address) {
  return new TextDecoder().decode(block(context, address));
}
