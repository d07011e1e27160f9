#!/usr/bin/env python3
"""A store of records larger than memory: build, then look-ups (Zipf 0.99, and uniform) with 5 % updates.

uvm with --memory 256M and a checkpoint each second, beside java in a memory cgroup of 256 MiB with a swap file, which is as
fast as java was found to get there (G1, 16 MiB young, no concurrent marking), and makes nothing durable. Runs as root: it
makes the cgroup and the swap file, and takes both away. Each case runs once per round; a phase is stopped after its time, so
rates are compared, and checksums where no phase was stopped.
"""
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import common

CGROUP_V1 = pathlib.Path("/sys/fs/cgroup/memory")
CGROUP_V2 = pathlib.Path("/sys/fs/cgroup")


@contextlib.contextmanager
def swap_file(folder, mib):
    path = folder / "swap"
    subprocess.run(["dd", "if=/dev/zero", f"of={path}", "bs=1M", f"count={mib}", "status=none"], check=True)
    path.chmod(0o600)
    subprocess.run(["mkswap", str(path)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["swapon", str(path)], check=True)
    try:
        yield
    finally:
        subprocess.run(["swapoff", str(path)], check=True)
        path.unlink()


@contextlib.contextmanager
def memory_cgroup(mib):
    """A fresh cgroup with the limit; gives the file to which a process writes its id."""
    v1 = (CGROUP_V1 / "memory.limit_in_bytes").exists()
    group = (CGROUP_V1 if v1 else CGROUP_V2) / f"larger_than_ram_{os.getpid()}"
    group.mkdir()
    try:
        (group / ("memory.limit_in_bytes" if v1 else "memory.max")).write_text(str(mib << 20))
        yield group / "cgroup.procs"
    finally:
        group.rmdir()


def phases(output):
    """The program's PHASE lines by name."""
    found = [json.loads(line[6:]) for line in output.splitlines() if line.startswith("PHASE ")]
    return {phase["phase"]: phase for phase in found}


def show(who, live, result):
    cells = [f"{who:5} {live:5} MiB"]
    for name in ("build", "zipf", "uniform"):
        phase = result.get(name)
        if phase is None:
            cells.append(f"{name} not reached")
            continue
        cells.append(f"{name} {phase['per_s']:>10,.0f}/s" + (f" p99 {phase['p99_us']:>7,.0f} us max {phase['max_ms']:>6,.0f} ms"
                                                            if name != "build" else "")
                     + (" (stopped)" if phase.get("capped") else ""))
    print(" | ".join(cells), flush=True)


def main():
    parser = common.parser(__doc__)
    parser.set_defaults(rounds=1)
    parser.add_argument("--memory", type=int, default=256, metavar="MIB", help="default 256")
    parser.add_argument("--times", type=float, nargs="+", default=[1, 2, 4, 10], metavar="N",
                        help="live sizes, in multiples of --memory (default 1 2 4 10)")
    parser.add_argument("--build-seconds", type=int, default=60, help="longest time for building (default 60)")
    parser.add_argument("--seconds", type=int, default=20, help="longest time for each kind of look-ups (default 20)")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("needs root, for a cgroup and a swap file")
    with common.Workshop(options.build) as shop:
        shop.make_image()
        for _ in range(options.rounds):
            for times in options.times:
                live = round(options.memory * times)
                arguments = [f"live={live}", f"buildsec={options.build_seconds}", f"opsec={options.seconds}"]
                stats = shop.folder / "stats.json"
                ours = phases(common.run(shop.uvm_command(
                    "LargerThanRam", *arguments,
                    options=["--fresh", "--memory", f"{options.memory}M", "--stats", str(stats)])))
                show("uvm", live, ours)
                figures = json.loads(stats.read_text())
                print(f"      peak RSS {figures['peak_rss_bytes'] / 2**20:.0f} MiB, {figures['checkpoints']['count']} "
                      f"checkpoints, pause median {figures['checkpoints']['pause_median_ns'] / 1e6:.1f} ms, 99 % "
                      f"{figures['checkpoints']['pause_p99_ns'] / 1e6:.1f} ms; {figures['faults']['disk']:,} reads", flush=True)
                command = shop.java_command("LargerThanRam", *arguments, options=[
                    "-XX:+UseG1GC", "-Xmn16m", f"-Xmx{live * 2 + 256}m", "-XX:-G1UseAdaptiveIHOP",
                    "-XX:InitiatingHeapOccupancyPercent=100"])
                with swap_file(shop.folder, live * 2 + 1024), memory_cgroup(options.memory) as processes:
                    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                          stdin=subprocess.DEVNULL,
                                          preexec_fn=lambda file=processes: file.write_text(str(os.getpid())))
                peer = phases(done.stdout)
                show("java", live, peer)
                for name in ours.keys() & peer.keys():
                    if ours[name].get("capped") or peer[name].get("capped"):
                        continue
                    if ours[name].get("checksum") != peer[name].get("checksum"):
                        sys.exit(f"{name}: checksum {ours[name].get('checksum')}, java has {peer[name].get('checksum')}")


if __name__ == "__main__":
    main()
