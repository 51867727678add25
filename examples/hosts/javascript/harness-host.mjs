#!/usr/bin/env node
// Runs a plugin against real sockets:
//
//     node harness-host.mjs PLUGIN.wasm FUNCTION INPUT --allow 127.0.0.1:6000

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { Allow } from './allow.mjs';
import { Harness } from './harness.mjs';

const HELP = `harness-sockets [OPTIONS] PLUGIN.wasm FUNCTION INPUT

  --allow NET          what the plugin may reach (default: nothing): all, loopback, ADDRESS or
                       ADDRESS/BITS, and :PORT or :FROM-TO behind it; may be repeated
  --wait MS            how long a receive waits (default: 5000; at least 100)
  --send-wait MS       how long connecting and sending may take (default: 5000)
  --http-wait MS       how long an HTTP request may take in all (default: 10000)
  --max-body BYTES     how long the body of an HTTP request or response may be (default: 33554432)
  --ca FILE            also trust the certificate authorities in this PEM file, in HTTP requests
  --set KEY=VALUE      a configuration value for the plugin; may be repeated
  --no-wasi            run without WASI
  --icmp-reports FILE  packets that icmp_recv answers with, as JSON, one a line; none is real
  --report             say as JSON on standard error what the plugin called and left open`;

/** Prints a line and exits. Exit status 2 means that the command line is invalid. */
function fail(text, status = 2) {
  console.error(`harness-sockets: ${text}`);
  process.exit(status);
}

/** Returns the result of `read`, or exits with a line about the error. */
async function orFail(read, status) {
  try {
    return await read();
  } catch (error) {
    return fail(error.message ?? error, status);
  }
}

const { values, positionals } = await orFail(() => parseArgs({
  allowPositionals: true,
  options: {
    allow: { type: 'string', multiple: true, default: [] },
    wait: { type: 'string', default: '5000' },
    'send-wait': { type: 'string', default: '5000' },
    'http-wait': { type: 'string', default: '10000' },
    'max-body': { type: 'string', default: '33554432' },
    ca: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    'no-wasi': { type: 'boolean', default: false },
    'icmp-reports': { type: 'string' },
    report: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
}));
if (values.help || positionals.length !== 3) {
  console.error(HELP);
  process.exit(values.help ? 0 : 2);
}

function number(option, unit) {
  if (/^\d+$/.test(values[option])) return Number(values[option]);
  return fail(`--${option} ${values[option]}: expected a number of ${unit}`);
}

for (const rule of values.allow) {
  const form = 'all, loopback, ADDRESS or ADDRESS/BITS, and perhaps :PORT or :FROM-TO';
  try {
    new Allow([rule]);
  } catch {
    fail(`--allow ${rule}: expected ${form}`);
  }
}
for (const pair of values.set) {
  if (!pair.includes('=')) fail(`--set ${pair}: expected KEY=VALUE`);
}

const [plugin, name, input] = positionals;
const reports = values['icmp-reports'];
const harness = await orFail(async () => Harness.open(plugin, {
  allow: values.allow,
  wait: number('wait', 'milliseconds'),
  sendWait: number('send-wait', 'milliseconds'),
  httpWait: number('http-wait', 'milliseconds'),
  maxRequestBody: number('max-body', 'bytes'),
  maxResponseBody: number('max-body', 'bytes'),
  ca: values.ca && [await readFile(values.ca, 'utf8')],
  config: Object.fromEntries(values.set.map((pair) => pair.split(/=(.*)/s, 2))),
  wasi: !values['no-wasi'],
  icmpReports: reports && (await readFile(reports, 'utf8')).split('\n').filter(Boolean),
}), 1);
try {
  const output = await harness.call(name, input);
  process.stdout.write(output);
  if (process.stdout.isTTY && output.at(-1) !== 10) process.stdout.write('\n');
} catch (error) {
  console.error(`the plugin failed: ${error.message ?? error}`);
  process.exitCode = 1;
}
if (values.report) {
  console.error(JSON.stringify({ calls: harness.calls, left_open: harness.open }));
}
await harness.close();
