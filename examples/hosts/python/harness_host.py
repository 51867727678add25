#!/usr/bin/env python3
"""A harness host: runs Extism plugins, and opens their connections through host functions.

    python3 harness_host.py PLUGIN.wasm FUNCTION INPUT --allow 127.0.0.1:6000

As a library: create `Harness("plugin.wasm", allow=["loopback"])`, and use `call`.
"""

import argparse
import json
import ssl
import sys

import extism

from harness_sockets import LONGEST_BODY, Sockets
from harness_sockets.allow import Allow


class Harness:
    """A plugin with the functions. Connections stay open between calls, and close with this object. The other options
    are those of `Sockets`.
    """

    def __init__(self, wasm, allow=(), wait=5.0, send_wait=5.0, config=None, wasi=True, **options):
        with open(wasm, "rb") as file:
            wasm = file.read()
        self.sockets = Sockets(allow, wait, send_wait, **options)
        self._plugin = extism.Plugin(wasm, wasi=wasi, config=config, functions=self.sockets.functions())

    def call(self, function, data):
        """Calls an exported function. Raises `extism.Error` for an error of the plugin."""
        return self._plugin.call(function, data)

    def close(self):
        """Closes everything."""
        self.sockets.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    parser = argparse.ArgumentParser(prog="harness-sockets", description="Runs a plugin against real sockets.")
    parser.add_argument("plugin", help="the wasm file")
    parser.add_argument("function", help="the exported function to call")
    parser.add_argument("input", help="its input")
    parser.add_argument("--allow", metavar="NET", action="append", default=[],
                        help="what the plugin may reach (default: nothing): all, loopback, ADDRESS or "
                        "ADDRESS/BITS, and :PORT or :FROM-TO behind it; may be repeated")
    parser.add_argument("--wait", metavar="MS", type=int, default=5000,
                        help="how long a receive waits (default: 5000; at least 100)")
    parser.add_argument("--send-wait", metavar="MS", type=int, default=5000,
                        help="how long connecting and sending may take (default: 5000)")
    parser.add_argument("--http-wait", metavar="MS", type=int, default=10000,
                        help="how long an HTTP request may take in all (default: 10000)")
    parser.add_argument("--max-body", metavar="BYTES", type=int, default=LONGEST_BODY,
                        help="how long the body of an HTTP request or response may be "
                        "(default: %(default)s)")
    parser.add_argument("--ca", metavar="FILE",
                        help="also trust the certificate authorities in this PEM file, in HTTP requests")
    parser.add_argument("--set", metavar="KEY=VALUE", action="append", default=[],
                        help="a configuration value for the plugin; may be repeated")
    parser.add_argument("--no-wasi", action="store_true", help="run without WASI")
    parser.add_argument("--icmp-reports", metavar="FILE",
                        help="packets that icmp_recv answers with, as JSON, one a line; none is real then")
    parser.add_argument("--report", action="store_true",
                        help="say as JSON on standard error what the plugin called and left open")
    arguments = parser.parse_args()

    def usage(option, given, expected):
        parser.exit(2, f"harness-sockets: {option} {given}: expected {expected}\n")

    for rule in arguments.allow:
        try:
            Allow([rule])
        except ValueError:
            usage("--allow", rule, "all, loopback, ADDRESS or ADDRESS/BITS, and perhaps :PORT or :FROM-TO")
    for pair in arguments.set:
        if "=" not in pair:
            usage("--set", pair, "KEY=VALUE")
    config = dict(pair.split("=", 1) for pair in arguments.set)
    try:
        reports = None
        if arguments.icmp_reports:
            with open(arguments.icmp_reports, encoding="utf-8") as file:
                reports = file.read().splitlines()
        harness = Harness(arguments.plugin, arguments.allow, arguments.wait / 1000, arguments.send_wait / 1000,
                          config, not arguments.no_wasi, icmp_reports=reports,
                          http_wait=arguments.http_wait / 1000, max_request_body=arguments.max_body,
                          max_response_body=arguments.max_body, ca=arguments.ca)
    except ssl.SSLError:
        sys.exit(f"harness-sockets: --ca {arguments.ca}: no certificate in it")
    except OSError as failure:
        sys.exit(f"harness-sockets: {failure.filename}: {failure.strerror}")
    except extism.Error as failure:
        sys.exit(f"harness-sockets: cannot load {arguments.plugin}: {failure}")
    with harness:
        try:
            output, error = harness.call(arguments.function, arguments.input), None
        except extism.Error as failure:
            output, error = b"", failure
        sys.stdout.buffer.write(output)
        if sys.stdout.isatty() and not output.endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
        sys.stdout.flush()
        if arguments.report:
            report = {"calls": harness.sockets.calls, "left_open": harness.sockets.open()}
            print(json.dumps(report), file=sys.stderr)
        if error:
            sys.exit(f"the plugin failed: {error}")


if __name__ == "__main__":
    main()
