#!/usr/bin/env python3
"""Hello world from exec to the end of the process: uvm from its base image against java, in turns."""
import statistics
import time

import common


def seconds(command):
    start = time.perf_counter()
    output = common.run(command)
    taken = time.perf_counter() - start
    if output != "Hello, world\n":
        raise SystemExit(f"unexpected output: {output!r}")
    return taken


def main():
    parser = common.parser(__doc__)
    parser.set_defaults(rounds=20)
    options = parser.parse_args()
    with common.Workshop(options.build) as shop:
        shop.make_image()
        cases = {"uvm": shop.uvm_command("Hello"), "java": shop.java_command("Hello"),
                 "java -Xint": shop.java_command("Hello", options=["-Xint"])}
        times = {name: [] for name in cases}
        for _ in range(options.rounds):
            for name, command in cases.items():
                times[name].append(seconds(command))
        for name, values in times.items():
            print(f"{name:12}{common.noise([v * 1e3 for v in values], ' ms', 1)} (min/median/max of {len(values)})")
        ratio = statistics.median(times["uvm"]) / statistics.median(times["java"])
        print(f"uvm takes {ratio:.2f} of java's time (goal: at most 100 ms)")


if __name__ == "__main__":
    main()
