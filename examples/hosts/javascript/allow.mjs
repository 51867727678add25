// The addresses that a plugin may reach, and name resolution.
//
// The check applies to addresses: a name is resolved first, and the connection goes to one of its allowed addresses. So
// a name cannot lead to a forbidden address.

import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const LAST_PORT = 65535;
// A network, optionally with ports. The end of an IPv6 network is recognizable only by brackets.
const RULE = /^(?:\[([^\]]+)\](\/\d+)?|([^\][:]+))(?::(\d+)(?:-(\d+))?)?$/;

/**
 * The rules, each as text: `all`, `loopback`, ADDRESS or ADDRESS/BITS, followed by :PORT or :FROM-TO if not for all
 * ports (then an IPv6 address is in brackets). Without rules nothing is allowed.
 */
export class Allow {
  #rules;

  constructor(rules = []) {
    this.#rules = rules.flatMap(parse);
  }

  /**
   * Returns the addresses of a host that may be reached at a port, or without a port may be pinged. ICMP has no ports,
   * so all ports must be allowed. Also returns why there is none, if the rules are the reason.
   */
  async find(host, port, limit) {
    if (this.#rules.length === 0) return { addresses: [], why: 'not allowed' };
    const [low, high] = port === undefined ? [0, LAST_PORT] : [port, port];
    const found = await lookUp(host, limit);
    const addresses = found.map(plain).filter((address) => this.#permits(address, low, high));
    return { addresses, why: found.length > 0 && addresses.length === 0 ? 'not allowed' : undefined };
  }

  #permits(address, low, high) {
    // A list has no scopes. And it treats an IPv4 address as part of ::/0 too.
    const [ip] = address.split('%');
    const isInside = (rule) => rule.family === family(ip) && rule.net.check(ip, rule.family);
    return this.#rules.some((rule) => rule.low <= low && high <= rule.high && isInside(rule));
  }
}

/** Splits `host:port`; undefined if it is invalid. An IPv6 address must be in brackets. */
export function split(address) {
  const parts = /^(?:\[([^\][]*)\]|([^\][:]*)):(\d{1,5})$/.exec(address);
  if (!parts || !isClean(address) || Number(parts[3]) > LAST_PORT) return undefined;
  return { host: parts[1] ?? parts[2], port: Number(parts[3]) };
}

/** Whether a host has no white space or control characters, such as a NUL that was counted in. */
export function isClean(host) {
  return !/[\s\p{Cc}]/u.test(host);
}

export function family(ip) {
  return isIP(ip) === 6 ? 'ipv6' : 'ipv4';
}

/** Returns the address that a connection to this one would reach, in canonical form. */
function plain(address) {
  if (family(address) === 'ipv4') return address === '0.0.0.0' ? '127.0.0.1' : address;
  const [bare, scope] = address.split('%');
  const ip = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const ip4 = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(ip)?.slice(1).map((part) => parseInt(part, 16));
  if (ip4) return plain(ip4.flatMap((part) => [part >> 8, part & 255]).join('.'));
  return (ip === '::' ? '::1' : ip) + (scope === undefined ? '' : `%${interfaceName(scope)}`);
}

/** Returns an interface's name: it has a number and a name, but node knows only the name. */
function interfaceName(scope) {
  const has = ([, addresses]) => addresses.some(({ scopeid }) => scopeid === Number(scope));
  return Object.entries(networkInterfaces()).find(has)?.[0] ?? scope;
}

/** Resolves a name. The operating system's resolver has no time limit, so it is abandoned after a while. */
async function lookUp(host, limit) {
  if (host === '') return ['127.0.0.1'];
  if (isIP(host)) return [host];
  const done = new AbortController();
  const tooLate = sleep(limit, [], { signal: done.signal }).catch(() => []);
  const found = lookup(host, { all: true, verbatim: true }).catch(() => []);
  const addresses = await Promise.race([found, tooLate]);
  done.abort();
  return addresses.map(({ address }) => address);
}

function parse(rule) {
  if (rule === 'all') return [...parse('0.0.0.0/0'), ...parse('::/0')];
  if (rule === 'loopback') return [...parse('127.0.0.0/8'), ...parse('::1')];
  // If it does not match: an IPv6 network without brackets, or an invalid rule.
  const [, ip6, ip6Bits, ip4, from, to] = RULE.exec(rule) ?? [undefined, rule];
  const [ip, bits] = (ip4 ?? ip6 + (ip6Bits ?? '')).split('/');
  const [low, high] = from ? [Number(from), Number(to ?? from)] : [0, LAST_PORT];
  if (!isIP(ip) || high > LAST_PORT) throw new Error(`not a network: ${rule}`);
  const net = new BlockList();
  net.addSubnet(ip, bits === undefined ? (isIP(ip) === 6 ? 128 : 32) : Number(bits), family(ip));
  return [{ net, family: family(ip), low, high }];
}
