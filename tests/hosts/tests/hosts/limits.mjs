// The limits of a plugin's sockets, one by one.

import assert from 'node:assert';
import { createRequire } from 'node:module';

const [folder, path, ADDRESS] = process.argv.slice(2);
const { Sockets } = await import(`file://${folder}/index.mjs`);
// From where the host's sources are: the SDK is installed beside them.
const { createPlugin } = createRequire(`${folder}/index.mjs`)('@extism/extism');

async function plugin(limits) {
  const sockets = new Sockets({ allow: ['loopback'], wait: 60_000, ...limits });
  const { functions } = sockets;
  return [sockets, await createPlugin({ wasm: [{ path }] }, { useWasi: true, functions })];
}

async function run(plugin, address = ADDRESS) {
  return (await plugin.call('run', `${address} sideways`)).text();
}

async function denied(name, { address, ...limits }) {
  const heard = [];
  const [sockets, limited] = await plugin({ onDenied: (...denied) => heard.push(denied), ...limits });
  await run(limited, address).catch(() => {});
  assert(heard.length > 0 && sockets.denied === heard.length);
  console.log(`${name}: ${heard[0][0]}, ${heard[0][2]}`);
  await sockets.close();
}

const [firstSockets, first] = await plugin();
const [secondSockets, second] = await plugin();
console.log(`first: ${await run(first)}, second: ${await run(second)}`);
assert(firstSockets.bytesSent === 8 && secondSockets.bytesReceived === 8);
await firstSockets.close();
await secondSockets.close();
await denied('connections', { maxConnections: 0 });
await denied('bytes', { maxBytes: 7 });
await denied('time', { maxWaiting: 0 });
await denied('names', { address: 'localhost:80', allow: [] });
