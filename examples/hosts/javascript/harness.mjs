// A harness host: it runs Extism plugins, and opens their connections through ten host functions.
//
// A host function must have its answer when it returns, and node's sockets have theirs later. So the
// sockets live on a thread of their own, and this one sleeps until they have answered.

import { createPlugin } from '@extism/extism';
import { MessageChannel, Worker, receiveMessageOnPort } from 'node:worker_threads';

// What one receive may ask for.
const MOST = 16 * 1024 * 1024;
// The SDK's kernel makes an address of a block's number and 48 bits. What a plugin hands back has a sign,
// and from here on the kernel does not know its own blocks again.
const FIRST_BAD_ADDRESS = 1n << 63n;
// The shortest wait of a receive, in milliseconds: twice what the library takes for "at once", which means the
// end.
const SHORTEST_WAIT = 100;
// How much longer than its own limits the thread with the sockets may take.
const GRACE = 60_000;

/** The other thread, asked as if it were this one. */
class Sockets {
  #worker;
  #port;
  #answered = new Int32Array(new SharedArrayBuffer(4));
  #patience;

  constructor(rules, wait, sendWait) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#patience = wait + sendWait + GRACE;
    this.#worker = new Worker(new URL('./sockets.mjs', import.meta.url), {
      workerData: { port: port2, answered: this.#answered, rules, wait, sendWait },
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

/** A plugin with the ten functions. Connections outlive a call, and close with this. */
export class Harness {
  /** How often each function was called. */
  calls = {};
  #plugin;
  #sockets;
  #reports;

  /**
   * Loads a plugin from a file. `wait` is how many milliseconds a receive takes at most, and at least 100;
   * `sendWait` how many it takes to connect or to send. `icmpReports` are packets, each as JSON, that `icmp_recv` answers with,
   * one after the other: node has no raw sockets, so none is real. Without them ICMP fails.
   */
  static async open(wasm, options = {}) {
    const { allow = [], sendWait = 5000, config = {}, wasi = true } = options;
    const wait = Math.max(options.wait ?? 5000, SHORTEST_WAIT);
    const harness = new Harness();
    harness.#reports = options.icmpReports?.slice();
    harness.#sockets = new Sockets(allow, wait, sendWait);
    try {
      const manifest = { wasm: [{ path: wasm }] };
      const functions = { env: harness.#functions(), 'extism:host/env': { alloc } };
      harness.#plugin = await createPlugin(manifest, { useWasi: wasi, config, functions });
    } catch (error) {
      await harness.#sockets.close();
      throw error;
    }
    return harness;
  }

  /** Calls an exported function, and answers its output. */
  async call(name, input) {
    try {
      const output = await this.#plugin.call(name, input);
      return output ? output.bytes().slice() : new Uint8Array();
    } finally {
      // Else this kernel keeps the number of every block that there has ever been.
      await this.#plugin.reset();
    }
  }

  /** How many connections are open. */
  get open() {
    return this.#sockets.ask('count');
  }

  /** Closes everything. */
  async close() {
    await this.#plugin.close();
    await this.#sockets.close();
  }

  /** The functions of module `env`. Numbers come from wasm with a sign. */
  #functions() {
    const functions = {
      icmp_send: (context, target) =>
        Number(this.#reports !== undefined && this.#sockets.ask('pingable', text(context, target))),
      icmp_recv: (context) => give(context, new TextEncoder().encode(this.#reports?.shift() ?? '')),
    };
    for (const kind of ['tcp', 'udp']) {
      functions[`${kind}_connect`] = (context, address) =>
        this.#sockets.ask('connect', kind, text(context, address));
      functions[`${kind}_send`] = (context, id, data, length) => {
        const bytes = block(context, data).subarray(0, Number(BigInt.asUintN(64, length)));
        return this.#sockets.ask('send', kind, id >>> 0, new Uint8Array(bytes));
      };
      functions[`${kind}_recv`] = (context, id, most) => {
        const bytes = this.#sockets.ask('receive', kind, id >>> 0, Math.min(most >>> 0, MOST));
        const address = give(context, bytes);
        if (bytes?.length > 0 && address === 0n) this.#sockets.ask('breakOff', id >>> 0);
        return address;
      };
      functions[`${kind}_close`] = (_, id) => {
        this.#sockets.ask('close', kind, id >>> 0);
      };
    }
    for (const [name, answer] of Object.entries(functions)) {
      functions[name] = (...values) => {
        this.calls[name] = (this.calls[name] ?? 0) + 1;
        return answer(...values);
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
