// A harness host: runs Extism plugins, and gives them sockets.

import { createPlugin } from '@extism/extism';

import { Sockets } from './index.mjs';

/** A plugin with the functions. Connections stay open between calls, and close with this object. */
export class Harness {
  #plugin;
  #sockets;

  /** Loads a plugin from a file. The options are those of `Sockets`, and `config` and `wasi`. */
  static async open(wasm, options = {}) {
    const { config = {}, wasi = true } = options;
    const harness = new Harness();
    harness.#sockets = new Sockets(options);
    try {
      const manifest = { wasm: [{ path: wasm }] };
      const { functions } = harness.#sockets;
      harness.#plugin = await createPlugin(manifest, { useWasi: wasi, config, functions });
    } catch (error) {
      await harness.#sockets.close();
      throw error;
    }
    return harness;
  }

  /** Calls an exported function, and returns its output. */
  async call(name, input) {
    try {
      const output = await this.#plugin.call(name, input);
      return output ? output.bytes().slice() : new Uint8Array();
    } finally {
      // Without this the kernel keeps the number of every block that ever existed.
      await this.#plugin.reset();
    }
  }

  /** How often each function was called. */
  get calls() {
    return this.#sockets.calls;
  }

  /** The number of open connections. */
  get open() {
    return this.#sockets.open;
  }

  /** Closes everything. */
  async close() {
    await this.#plugin.close();
    await this.#sockets.close();
  }
}
