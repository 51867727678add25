// TCP and UDP over node's sockets: connect, send, receive with a time limit. This module knows nothing about wasm.
// Every failure returns 0, or no bytes.

import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

import { family } from './allow.mjs';

// The number of buffered datagrams; more are lost, as in an operating system's buffer.
const MOST_DATAGRAMS = 256;

/** Lets one receive wait until something has changed, or the time is over. */
class Change {
  #wake = () => {};

  happened() {
    this.#wake(true);
  }

  within(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds, false);
      this.#wake = (happened) => {
        clearTimeout(timer);
        resolve(happened);
      };
    });
  }
}

export class Tcp {
  #socket;
  // Whether a send has taken too long.
  #stuck = false;
  // Whether bytes have been lost.
  #broken = false;
  #change = new Change();

  static async connect(ip, port, limit) {
    const connection = new Tcp();
    // The peer's EOF must not close this side.
    const socket = net.connect({ host: ip, port, allowHalfOpen: true, noDelay: true });
    connection.#socket = socket;
    for (const event of ['connect', 'readable', 'end', 'error', 'close']) {
      socket.on(event, () => connection.#change.happened());
    }
    await connection.#change.within(limit);
    if (!socket.connecting && !socket.destroyed && !socket.errored) return connection;
    socket.destroy();
    return undefined;
  }

  send(data, limit) {
    if (this.#stuck) return 0;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        // node cannot return what it has accepted: nothing may follow it.
        this.#stuck = true;
        resolve(0);
      }, limit);
      this.#socket.write(data, (error) => {
        clearTimeout(timer);
        resolve(error ? 0 : data.length);
      });
    });
  }

  async receive(most, limit) {
    // Data that node has read ahead outlives the socket, and would follow a gap.
    if (this.#broken) return undefined;
    const socket = this.#socket;
    const deadline = performance.now() + limit;
    for (;;) {
      const there = socket.readableLength;
      // Reading nothing requests more data, and detects EOF.
      const bytes = socket.read(there > 0 ? Math.min(most, there) : undefined);
      if (bytes) return bytes;
      if (socket.readableEnded || socket.destroyed) return undefined;
      const left = deadline - performance.now();
      if (left <= 0 || !(await this.#change.within(left))) return undefined;
    }
  }

  /** Marks that bytes were lost: later ones must not take their place. */
  breakOff() {
    this.#broken = true;
    this.#socket.destroy();
  }

  close() {
    // The last bytes are still sent, unless the peer does not receive them.
    if (this.#stuck) this.#socket.destroy();
    else this.#socket.destroySoon();
  }
}

export class Udp {
  #socket;
  #received = [];
  // The error of an earlier datagram: nobody listens at the port.
  #refused = false;
  #change = new Change();

  static async connect(ip, port) {
    const connection = new Udp();
    const socket = dgram.createSocket(family(ip) === 'ipv6' ? 'udp6' : 'udp4');
    connection.#socket = socket;
    // node reads errors ahead too. Like an operating system, this returns one from the next call, whichever that is.
    socket.on('error', () => {
      connection.#refused = true;
      connection.#change.happened();
    });
    socket.on('message', (datagram) => {
      if (connection.#received.length < MOST_DATAGRAMS) connection.#received.push(datagram);
      connection.#change.happened();
    });
    try {
      // A socket must be bound before it may broadcast; in production all may.
      socket.bind(0);
      await once(socket, 'listening');
      socket.setBroadcast(true);
      socket.connect(port, ip);
      await once(socket, 'connect');
      return connection;
    } catch {
      socket.close();
      return undefined;
    }
  }

  async send(data, limit) {
    if (this.#takeRefusal()) return 0;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limit, 0);
      this.#socket.send(data, (error) => {
        clearTimeout(timer);
        resolve(error ? 0 : data.length);
      });
    });
  }

  async receive(most, limit) {
    if (!this.#refused && this.#received.length === 0) await this.#change.within(limit);
    if (this.#takeRefusal()) return undefined;
    // The rest of a longer datagram is lost.
    return this.#received.shift()?.subarray(0, most);
  }

  close() {
    this.#socket.close();
  }

  #takeRefusal() {
    const refused = this.#refused;
    this.#refused = false;
    return refused;
  }
}
