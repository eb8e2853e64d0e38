"""Runs scenarios by name and says of each whether it held."""

import os
import pathlib
import signal
import sys
import time
import traceback


def run(scenarios, parser):
    """`scenarios`: functions of (program, options) by name; `parser` has the options of its own. The exit status."""
    parser.add_argument("arguments", nargs="*", metavar="SCENARIO|PROGRAM",
                        help=f"of {', '.join(scenarios)}; default all. What is a file is the program")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_intermixed_args()
    names = [name for name in options.arguments if name in scenarios]
    programs = [pathlib.Path(name).resolve() for name in options.arguments if name not in scenarios]
    if len(programs) != 1 or not os.access(programs[0], os.X_OK):
        parser.error(f"name the program, and scenarios of {', '.join(scenarios)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    failed = []
    for name in names or scenarios:
        begin = time.monotonic()
        print(f"{name}: {scenarios[name].__doc__.splitlines()[0]}", flush=True)
        try:
            scenarios[name](programs[0], options)
        except Exception:
            traceback.print_exc(limit=-4, file=sys.stdout)
            failed.append(name)
        print(f"{name}: {'FAILED' if name in failed else 'held'} after {time.monotonic() - begin:.1f} s", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0
