"""The reader and the AIoTF as two processes: scripts/system runs this. Python 3.11 and nothing else."""

import argparse
import sys

import aiotfs
import exchange
import kills
import peers
import planted
import scenarios
import troubles

SCENARIOS = {
    "two-processes": exchange.two_processes,
    "delay": exchange.delay,
    "several": aiotfs.several,
    "swallow": troubles.swallow,
    "planted": planted.planted,
    "kill": kills.kill,
    "hostile": peers.hostile,
    "disk-full": troubles.disk_full,
    "refused": peers.refused,
    "stop": troubles.stop,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, help="rounds of kill, runs of delay")
    return scenarios.run(SCENARIOS, parser)


if __name__ == "__main__":
    sys.exit(main())
