// The host loses bytes of a stream. Later bytes must not take their place.

import { once } from 'node:events';
import net from 'node:net';

const { Tcp } = await import(`file://${process.argv[2]}/connections.mjs`);

// In one piece: when the first byte arrives, all have arrived.
const server = net.createServer((peer) => peer.on('error', () => {}).write('0123456789'));
await once(server.listen(0, '127.0.0.1'), 'listening');
const stream = await Tcp.connect('127.0.0.1', server.address().port, 5000);
console.log('before:', String(await stream.receive(3, 5000)));
stream.breakOff();
const received = await stream.receive(3, 5000);
console.log('after:', received?.length ?? 0, await stream.send(new Uint8Array(1), 5000));
stream.close();
server.close();
