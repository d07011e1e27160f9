#!/usr/bin/env python3
"""What operations on files cost, by CPU time and by system calls, uvm against java -Xint in turns.

CPU time is of the thread that makes the operations, user and system, per operation; other load on the machine adds
little to it. uvm runs with its default options, so that what a kill would undo is recorded; what its checkpoints take on
threads of their own is not in it. A ratio below 1 means that uvm takes less. System calls that name a file or a
descriptor are counted by strace with --count.
"""
import pathlib
import shutil
import tempfile

import common

JAVA = ["-Xint", "-XX:+UseSerialGC"]


def measure(command):
    """Nanoseconds an operation, by case."""
    lines = (line.split("\t") for line in common.run(command).splitlines())
    return {name: int(taken) for name, _, taken in lines}


def calls_each(command, trace):
    """System calls that an operation makes, in a run of one case: those of its thread between the program's two marks."""
    output = common.run(["strace", "-f", "-qq", "-e", "trace=%file,%desc", "-e", "signal=none", "-o", trace, *command])
    lines = pathlib.Path(trace).read_text(errors="replace").splitlines()
    marks = [at for at, line in enumerate(lines) if '"/FileCalls.mark"' in line and " resumed>" not in line][-2:]
    thread = lines[marks[0]].split()[0]
    between = lines[marks[0] + 1:marks[1]]
    made = sum(line.split()[0] == thread and " resumed>" not in line for line in between)
    return made / int(output.split("\t")[1])


def main():
    parser = common.parser(__doc__)
    parser.add_argument("--folder", metavar="DIR", help="where the files are made (default: the build folder's disk)")
    parser.add_argument("--operations", type=int, default=40000, metavar="N", help="of the quickest (default 40000)")
    parser.add_argument("--count", action="store_true", help="count system calls, too")
    parser.add_argument("cases", nargs="*", help="names as printed (default: all)")
    options = parser.parse_args()
    with common.Workshop(options.build) as shop:
        shop.make_image()
        folder = pathlib.Path(tempfile.mkdtemp(prefix="files-", dir=options.folder or shop.folder))
        shop.store = folder / "store"  # so that removed files are kept as links

        def ours(n, *cases):
            return shop.uvm_command("FileCalls", folder / "work", n, *cases, options=["--fresh"])

        def theirs(n, *cases):
            return shop.java_command("FileCalls", folder / "work", n, *cases, options=JAVA)

        try:
            common.run(ours(100))  # boots the image into that store
            rounds = [(measure(ours(options.operations, *options.cases)),
                       measure(theirs(options.operations, *options.cases))) for _ in range(options.rounds)]
            print(f"{'CPU time an operation, us':28}{'uvm (min/median/max)':>28}{'java -Xint':>28}{'ratio':>24}")
            for name in rounds[0][0]:
                us, java = [u[name] / 1e3 for u, _ in rounds], [j[name] / 1e3 for _, j in rounds]
                each = common.noise([a / b for a, b in zip(us, java)])
                line = f"{name:28}{common.noise(us):>28}{common.noise(java):>28}{each:>24}"
                line += f"   of the fastest: {min(us) / min(java):.2f}"
                if options.count:
                    counted = [calls_each(of(options.operations, name), folder / "trace") for of in (ours, theirs)]
                    line += f"   calls: {counted[0]:.1f} / {counted[1]:.1f}"
                print(line, flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
