// The thread that owns the sockets. It processes one request at a time, and signals each result.

import { workerData } from 'node:worker_threads';

import { Allow, isClean, split } from './allow.mjs';
import { Tcp, Udp } from './connections.mjs';
import { request } from './http.mjs';

const { port: asker, answered, rules, wait, sendWait, room, http } = workerData;
const KINDS = { tcp: Tcp, udp: Udp };

const allow = new Allow(rules);
const open = new Map();
let last = 0;

/** Returns a connection. A TCP id is unknown to the UDP functions, and vice versa. */
function get(kind, id) {
  const connection = open.get(id);
  return connection instanceof KINDS[kind] ? connection : undefined;
}

const actions = {
  /**
   * Connects, if allowed. Returns the connection's id, which is never reused; or 0, and the rule or limit that denied
   * it, if any.
   */
  async connect(kind, address) {
    const deadline = performance.now() + sendWait;
    const target = split(address);
    if (!target) return { answer: 0 };
    if (open.size >= room) return { answer: 0, why: 'too many connections' };
    const { addresses, why } = await allow.find(target.host, target.port, sendWait);
    for (const [tried, ip] of addresses.entries()) {
      // Each address gets a share of the remaining time.
      const share = Math.max(deadline - performance.now(), 1) / (addresses.length - tried);
      const connection = await KINDS[kind].connect(ip, target.port, share);
      if (connection) {
        open.set(++last, connection);
        return { answer: last };
      }
    }
    return { answer: 0, why };
  },

  async send(kind, id, data) {
    return (await get(kind, id)?.send(data, sendWait)) ?? 0;
  },

  async receive(kind, id, most) {
    return most > 0 ? await get(kind, id)?.receive(most, wait) : undefined;
  },

  breakOff(id) {
    get('tcp', id)?.breakOff();
  },

  close(kind, id) {
    const connection = get(kind, id);
    if (connection && open.delete(id)) connection.close();
  },

  count() {
    return open.size;
  },

  /** Sends an HTTP request, whose bodies have at most so many bytes together. */
  async request(parts, bytesLeft) {
    if (open.size >= room) return { sent: 0, received: 0, target: '', why: 'too many connections' };
    return request(allow, parts, { ...http, bytesLeft });
  },

  async pingable(target) {
    if (target === '' || !isClean(target)) return { answer: 0 };
    const { addresses, why } = await allow.find(target, undefined, sendWait);
    return { answer: Number(addresses.length > 0), why };
  },
};

asker.on('message', async ([action, ...values]) => {
  let answer;
  try {
    answer = await actions[action](...values);
    // A separate buffer: node's buffers are parts of larger ones, which would be copied completely.
    if (answer instanceof Uint8Array) answer = new Uint8Array(answer);
  } catch {
    answer = undefined;
  }
  asker.postMessage(answer);
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
});
