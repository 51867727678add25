// The limits of a plugin's sockets, one by one.

import assert from 'node:assert';
import { createRequire } from 'node:module';

const [folder, ECHO, ADDRESS, HTTP] = process.argv.slice(2);
const { Sockets } = await import(`file://${folder}/index.mjs`);
// From where the host's sources are: the SDK is installed beside them.
const { createPlugin } = createRequire(`${folder}/index.mjs`)('@extism/extism');

async function plugin({ wasm = ECHO, ...limits } = {}) {
  const sockets = new Sockets({ allow: ['loopback'], wait: 60_000, ...limits });
  const { functions } = sockets;
  return [sockets, await createPlugin({ wasm: [{ path: wasm }] }, { useWasi: true, functions })];
}

async function run(plugin, address = ADDRESS) {
  return (await plugin.call('run', `${address} sideways`)).text();
}

async function get(plugin) {
  await plugin.call('http_request', `GET\nhttp://${ADDRESS}/\n\nten bytes.`);
}

async function denied(name, { use = run, ...limits }) {
  const heard = [];
  const [sockets, limited] = await plugin({ onDenied: (...denied) => heard.push(denied), ...limits });
  await use(limited).catch(() => {});
  assert(heard.length > 0 && sockets.denied === heard.length);
  const [[what, target, why]] = heard;
  console.log(`${name}: ${what}, ${why}` + (use === get ? `, ${target === ADDRESS}` : ''));
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
await denied('names', { use: (plugin) => run(plugin, 'localhost:80'), allow: [] });
await denied('http', { use: get, wasm: HTTP, allow: [] });
await denied('http bytes', { use: get, wasm: HTTP, maxBytes: 9 });
await denied('http body', { use: get, wasm: HTTP, maxRequestBody: 9 });
