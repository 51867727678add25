#!/usr/bin/env node
// A complete application that gives its plugins sockets:
//
//     node application.mjs PLUGIN.wasm INPUT 93.184.216.34:443
//
// The plugins, their manifests and its functions are the application's own; the sockets take three lines.

import { createPlugin } from '@extism/extism';

import { Sockets } from './index.mjs';

const [path, input, ...allow] = process.argv.slice(2);

const sockets = new Sockets({
  allow,
  maxConnections: 16,
  onDenied: (name, target, why) => console.error(`denied: ${name} to ${target}: ${why}`),
});
const functions = { ...sockets.functions, application: { greet: (context, name) => context.read(name)?.text() } };
const plugin = await createPlugin({ wasm: [{ path }] }, { useWasi: true, functions });
try {
  process.stdout.write((await plugin.call('run', input))?.bytes() ?? '');
} catch (error) {
  console.error(`the plugin failed: ${error.message ?? error}`);
  process.exitCode = 1;
}
console.error(`${sockets.bytesSent} bytes sent, ${sockets.denied} denied`);
await plugin.close();
await sockets.close();
