#!/usr/bin/env python3
"""Speed of the interpreter on compute programs against HotSpot's (java -Xint), the same class files in turns.

Each program times its own work, without start-up, and prints a checksum, which must be the same on both. uvm runs with its
default options, checkpoints included. A ratio above 1 means that uvm is faster.
"""
import json
import math
import statistics
import sys

import common

# Sizes that take an interpreter one to three seconds on a machine of 2024.
SIZES = {"NBody": 1_000_000, "Fannkuch": 10, "SpectralNorm": 700, "Mandelbrot": 1600, "Richards": 700, "JsonBench": 5000,
         "HashMapHeavy": 500_000, "Sieve": 30_000_000, "MatMul": 400, "BinaryTrees": 15}


def measure(command):
    """Runs a program; returns seconds of its best repetition and its checksum."""
    result = json.loads(common.run(command).splitlines()[-1])
    return result["best_us"] / 1e6, result["checksum"]


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the sizes of programs linear in them")
    parser.add_argument("programs", nargs="*", help="programs to run (default: all)")
    options = parser.parse_args()
    ratios = []
    with common.Workshop(options.build) as shop:
        shop.make_image()
        print(f"{'program':14}{'size':>10}   {'uvm, s (min/median/max)':28}{'java -Xint, s':28}ratio (min/median/max)")
        for name in options.programs or SIZES:
            size = SIZES[name]
            if options.scale != 1 and size > 1000:
                size = int(size * options.scale)
            ours, theirs = [], []
            for _ in range(options.rounds):
                seconds, checksum = measure(shop.uvm_command(name, 1, size, options=["--fresh"]))
                ours.append(seconds)
                seconds, expected = measure(shop.java_command(name, 1, size, options=["-Xint"]))
                theirs.append(seconds)
                if checksum != expected:
                    sys.exit(f"{name}: checksum {checksum}, java has {expected}")
            each = [java / uvm for uvm, java in zip(ours, theirs)]
            # Other load only ever slows a run down, so the fastest of each is the best estimate of both.
            best = min(theirs) / min(ours)
            ratios.append(best)
            print(f"{name:14}{size:>10}   {common.noise(ours):28}{common.noise(theirs):28}{common.noise(each)}"
                  f"   of the fastest: {best:.2f}", flush=True)
    mean = math.exp(statistics.fmean(map(math.log, ratios)))
    print(f"geometric mean of the ratios of the fastest runs: {mean:.2f} (goal: at least 0.5)")


if __name__ == "__main__":
    main()
