#!/usr/bin/env python3
"""Ten times memory: 640 MiB of live objects visited at random under --memory 64M.

Prints the peak resident memory of the process (as the kernel counts it) and of the paged heap (as uvm counts it), and
whether the checksum is that of java with all of it in memory.
"""
import json
import os
import subprocess
import sys

import common


def main():
    parser = common.parser(__doc__)
    parser.set_defaults(rounds=1)
    parser.add_argument("--live", type=int, default=640, metavar="MIB", help="objects (default 640 MiB)")
    parser.add_argument("--memory", type=int, default=64, metavar="MIB", help="limit (default 64 MiB)")
    parser.add_argument("--visits", type=int, default=100_000, metavar="N", help="objects visited (default 100000)")
    options = parser.parse_args()
    with common.Workshop(options.build) as shop:
        shop.make_image()
        expected = json.loads(common.run(shop.java_command("RandomVisit", options.live, options.visits,
                                                           options=[f"-Xmx{options.live * 3}m"])))
        print(f"java, all in memory: built in {expected['build_ms'] / 1e3:.1f} s, "
              f"{options.visits} visits in {expected['visit_ms'] / 1e3:.2f} s")
        for _ in range(options.rounds):
            stats = shop.folder / "stats.json"
            process = subprocess.Popen(shop.uvm_command(
                "RandomVisit", options.live, options.visits,
                options=["--memory", f"{options.memory}M", "--stats", str(stats), "--fresh"]),
                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            if status != 0:
                sys.exit(f"uvm ended with wait status {status}")
            result, figures = json.loads(output), json.loads(stats.read_text())
            rss = usage.ru_maxrss / 1024
            faults = figures["faults"]["disk"]
            print(f"uvm --memory {options.memory}M: built in {result['build_ms'] / 1e3:.1f} s, {options.visits} visits in "
                  f"{result['visit_ms'] / 1e3:.2f} s; {faults} faults from disk, "
                  f"{figures['evictions']['dirty']} dirty and {figures['evictions']['clean']} clean evictions")
            print(f"  heap in memory at most {figures['resident_bytes_peak'] / 2**20:.1f} MiB; peak RSS {rss:.1f} MiB, "
                  f"{rss - options.memory:.1f} MiB above the limit (goal: at most 32)")
            if result["checksum"] != expected["checksum"]:
                sys.exit(f"checksum {result['checksum']}, java has {expected['checksum']}")
            print("  checksum as java's")


if __name__ == "__main__":
    main()
