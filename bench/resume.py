#!/usr/bin/env python3
"""From exec to the program's next instructions, with heaps of different sizes, in turns.

A program with a heap of that size is suspended once; each round resumes it, waits for the first line that it prints (which
it does as soon as it finds that time has passed; printing included), and kills it with SIGKILL.
"""
import signal
import statistics
import subprocess
import sys
import time

import common


def name_of(size):
    return f"held-{size}"


def prepare(shop, size):
    """Fills a heap of `size` MiB and suspends it."""
    process = subprocess.Popen(shop.uvm_command("HeldHeap", size, options=["--name", name_of(size)]),
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while True:
        line = process.stdout.readline()
        if line == "":
            sys.exit(f"the program with {size} MiB ended by itself")
        if line == "built\n":
            break
    process.send_signal(signal.SIGTERM)
    process.communicate()


def resume(shop, size):
    """Seconds from exec to the program's first line."""
    time.sleep(0.3)  # the program tells a gap from other delays
    command = [shop.uvm, "resume", name_of(size), "--store", str(shop.store)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    taken = time.perf_counter() - start
    if line.startswith("resumed "):
        # Its own check of the whole heap follows in the next milliseconds; a wrong word would be the next line.
        time.sleep(0.2)
    process.kill()
    rest, errors = process.communicate()
    if not line.startswith("resumed ") or "WRONG" in rest:
        sys.exit(f"resuming {size} MiB: {line!r} {rest!r} {errors[-1000:]!r}")
    return taken


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--sizes", default="100,1024,8192", metavar="MIB,...", help="default: 100,1024,8192")
    parser.set_defaults(rounds=10)
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    with common.Workshop(options.build) as shop:
        shop.make_image()
        for size in sizes:
            prepare(shop, size)
        times = {size: [] for size in sizes}
        for _ in range(options.rounds):
            for size in sizes:
                times[size].append(resume(shop, size))
        for size, values in times.items():
            print(f"{size:6} MiB   {common.noise([v * 1e3 for v in values], ' ms', 1)} "
                  f"(min/median/max of {len(values)})")
        small, large = statistics.median(times[sizes[0]]), statistics.median(times[sizes[-1]])
        print(f"{sizes[-1]} MiB takes {large / small:.2f} of the time of {sizes[0]} MiB (goal: at most 1.5)")


if __name__ == "__main__":
    main()
