"""The daemon as its operator meets it: scripts/daemon runs this. Python 3.11 and nothing else.

Every module of this folder with a SCENARIOS adds them, in the order of their names.
"""

import argparse
import importlib
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "System"))

import scenarios  # noqa: E402

SCENARIOS = {}
for path in sorted(HERE.glob("*.py")):
    if path.stem != "run":
        SCENARIOS |= getattr(importlib.import_module(path.stem), "SCENARIOS", {})


def main():
    return scenarios.run(SCENARIOS, argparse.ArgumentParser(description=__doc__))


if __name__ == "__main__":
    sys.exit(main())
