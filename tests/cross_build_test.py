#!/usr/bin/env python3
"""Checks that each build of uvm (release, AddressSanitizer, ThreadSanitizer) can resume the heaps of every other.

Each program of tests/kill is run once to its end under the first build; what it prints is the expected result. Then it
is started, killed with SIGKILL when it has printed some more, and resumed by the next build, round and round over all
builds, until it ends. Every build must have gone on with a heap that another one wrote at least once, and the output,
all in one file, must be equal to the expected one, byte for byte. This is done once starting with each build.
"""
import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# Rounds of each program: more than the builds can do between two kills, little enough for the slowest of them.
PROGRAMS = {"OneThread": 600, "ManyThreads": 6000}


class Failure(Exception):
    """A run did not do what it should; the message is for the reader."""


def run_tool(command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failure(f"{command[0]} failed:\n{done.stdout[-2000:]}")


def tail(path):
    return path.read_bytes()[-600:].decode("utf-8", "replace")


class Relay:
    """One program, handed from build to build."""

    def __init__(self, options, folder, bundle, rounds):
        self.options = options
        self.folder = folder
        self.bundle = bundle
        self.rounds = rounds
        self.out = folder / "stdout.txt"
        self.cwd = folder / "cwd"
        shutil.rmtree(folder, ignore_errors=True)
        self.cwd.mkdir(parents=True)

    def start(self, build, err, fresh):
        command = [self.options.uvm[build], "--store", self.folder / "store", "--name", "relay", "--checkpoint-every",
                   "50ms", *(["--fresh"] if fresh else []), self.bundle, self.rounds]
        environment = {"HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                       **{k: v for k, v in os.environ.items() if k in ("PATH", "JAVA_HOME") or k.endswith("SAN_OPTIONS")}}
        if fresh:
            self.out.unlink(missing_ok=True)
        with open(self.out, "ab") as out, open(err, "wb") as err_file:
            return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=err_file, cwd=self.cwd, env=environment)

    def stretch(self, build, fresh=False, lines=None):
        """Runs until the program has printed so many more lines, then kills it; or to its end, without `lines`.
        Returns whether the program has ended, and what uvm said."""
        err = self.folder / "stderr.txt"
        process = self.start(build, err, fresh)
        deadline = time.monotonic() + self.options.timeout
        wanted = None
        while process.poll() is None:
            if time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise Failure(f"{self.options.uvm[build]}: no end after {self.options.timeout} s; stderr ends:\n{tail(err)}")
            time.sleep(0.02)
            # On resume uvm cuts the output back to where the version was: counted from what is there afterwards.
            if lines is None or (not fresh and b"resuming the interrupted run" not in err.read_bytes()):
                continue
            printed = self.out.read_bytes().count(b"\n")
            wanted = printed + lines if wanted is None else wanted
            if printed >= wanted:
                time.sleep(0.15)  # for a checkpoint of this build's own
                process.send_signal(signal.SIGKILL)
        code = process.wait()
        if code not in (0, -signal.SIGKILL):
            raise Failure(f"{self.options.uvm[build]}: exit code {code}; stderr ends:\n{tail(err)}")
        return code == 0, err.read_bytes()

    def relay(self, first):
        """One run that begins with the build `first`; returns for each build how often it went on."""
        builds = len(self.options.uvm)
        resumed = [0] * builds
        self.stretch(first, fresh=True, lines=2)
        for leg in range(1, 3 * builds + 1):
            build = (first + leg) % builds
            last = leg >= 2 * builds
            ended, said = self.stretch(build, lines=None if last else 2)
            resumed[build] += b"resuming the interrupted run" in said
            if ended:
                break
        return resumed


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvm", metavar="PATH", action="append", required=True, type=lambda p: pathlib.Path(p).resolve(),
                        help="the uvm program of a build; two or more")
    parser.add_argument("--uvmc", metavar="PATH", required=True, type=lambda p: pathlib.Path(p).resolve(),
                        help="the uvmc program of any build")
    parser.add_argument("--build-dir", metavar="DIR", required=True, type=pathlib.Path, help="where everything goes")
    parser.add_argument("--jdk", metavar="DIR", type=pathlib.Path, help="the bin folder of a JDK 17 (default: the PATH)")
    parser.add_argument("--timeout", type=float, default=300, metavar="SECONDS", help="of one stretch (default 300)")
    options = parser.parse_args()
    if len(options.uvm) < 2:
        parser.error("two builds at least are needed")
    return options


def main():
    options = parse_options()
    folder = options.build_dir.resolve()
    failed = 0
    try:
        classes = folder / "classes"
        shutil.rmtree(classes, ignore_errors=True)
        classes.mkdir(parents=True)
        run_tool([options.jdk / "javac" if options.jdk else "javac", "--release", "17", "-d", classes,
                  *(HERE / "kill" / f"{name}.java" for name in PROGRAMS)])
    except Failure as failure:
        print(f"FAIL {failure}")
        return 1
    for name, rounds in PROGRAMS.items():
        try:
            bundle = folder / f"{name}.bc"
            run_tool([options.uvmc, "-o", bundle, "--main", f"kill.{name}", classes])
            relay = Relay(options, folder / name, bundle, rounds)
            relay.stretch(0, fresh=True)
            expected = relay.out.read_bytes()
        except Failure as failure:
            print(f"FAIL {name}: {failure}")
            return 1
        for first, path in enumerate(options.uvm):
            try:
                resumed = relay.relay(first)
                actual = relay.out.read_bytes()
                if actual != expected:
                    at = next((i for i, (x, y) in enumerate(zip(expected, actual)) if x != y),
                              min(len(expected), len(actual)))
                    raise Failure(f"output differs from byte {at}: {actual[max(0, at - 60):at + 60]!r}, expected "
                                  f"{expected[max(0, at - 60):at + 60]!r}")
                if not all(resumed):
                    raise Failure(f"resumes by each build: {resumed}; the program ended too soon")
                print(f"{name} begun by {path}: resumes by each build {resumed}, output equal", flush=True)
            except Failure as failure:
                failed += 1
                print(f"FAIL {name} begun by {path}: {failure}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
