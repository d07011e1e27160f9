#!/usr/bin/env python3
"""Checkpoints of a program that dirties a share of its heap each second: bytes written, and how long it is stopped.

The dirty bytes are those of the lines that the program says it wrote to (one word in each); what the VM itself makes dirty
counts as overhead. Checkpoints that saw the heap being built are left out.
"""
import json
import subprocess
import sys
import time

import common


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def main():
    parser = common.parser(__doc__)
    parser.set_defaults(rounds=1)
    parser.add_argument("--heap", type=int, default=1024, metavar="MIB", help="default 1024")
    parser.add_argument("--percent", type=float, default=1.0, help="of the heap's lines dirtied per second (default 1)")
    parser.add_argument("--seconds", type=int, default=30, help="default 30")
    parser.add_argument("--every", default="1s", metavar="DURATION", help="between checkpoints (default 1s)")
    options = parser.parse_args()
    with common.Workshop(options.build) as shop:
        shop.make_image()
        for _ in range(options.rounds):
            stats = shop.folder / "stats.json"
            process = subprocess.Popen(
                shop.uvm_command("DirtyHeap", options.heap, options.percent, options.seconds,
                                 options=["--fresh", "--memory", f"{options.heap * 2}M", "--checkpoint-every",
                                          options.every, "--stats", str(stats)]),
                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
            if process.stdout.readline() != "built\n":
                sys.exit("the program did not build its heap")
            built = time.time()
            last = process.stdout.read().split()
            if process.wait() != 0 or last[-1] != "right":
                sys.exit(f"the program failed: {' '.join(last)}")
            written, milliseconds = int(last[1]), int(last[4])
            # The first checkpoint after the building still has some of it.
            all_records = json.loads(stats.read_text())["checkpoints"]["latest"]
            records = [r for r in all_records if r["wall_time_ns"] > built * 1e9][1:]
            if len(records) < 3:
                sys.exit(f"only {len(records)} checkpoints to look at; give more --seconds")
            interval = (records[-1]["wall_time_ns"] - records[0]["wall_time_ns"]) / 1e9
            dirty = written / (milliseconds / 1e3) * interval * 4096
            bytes_written = sum(r["bytes"] for r in records[1:])
            pauses = [r["pause_ns"] / 1e6 for r in records]
            print(f"{options.heap} MiB, {options.percent} % dirtied per second, {len(records)} checkpoints in "
                  f"{interval:.1f} s:")
            print(f"  dirty {dirty / 2**20:.1f} MiB, written {bytes_written / 2**20:.1f} MiB: ratio "
                  f"{bytes_written / dirty:.3f} (goal: at most 1.3)")
            print(f"  pause {common.noise(pauses, ' ms')} (min/median/max), 99th percentile {percentile(pauses, 99):.2f} ms "
                  "(goal: median at most 5)")
            print(f"  checkpoint from first pre-flush to commit "
                  f"{common.noise([r['duration_ns'] / 1e6 for r in records], ' ms', 1)}; lines copied while stopped "
                  f"{common.noise([r['lines_stopped'] for r in records], '', 0)}")


if __name__ == "__main__":
    main()
