#!/usr/bin/env python3
"""Kills running Java programs with SIGKILL at random moments and checks that nothing shows it.

Each program of tests/kill is run once to its end; what it prints and the files it writes are the expected result. Then
runs are killed: a run is started, killed after a random time, started again so that uvm resumes it from its store, and
so on for a chain of kills, after which it may end. Its standard output (a regular file all along) and the files it
wrote must then be equal to the expected ones, byte for byte.

The seed of the random times is printed; with --seed a run can be repeated, as far as the machine allows.
"""
import argparse
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = HERE / "kill"


class Failure(Exception):
    """A run did not do what it should; the message is for the reader."""


def run_tool(command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failure(f"{command[0]} failed:\n{done.stdout[-2000:]}")


def environment(home):
    kept = ("PATH", "JAVA_HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
    return {"HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC", **{k: os.environ[k] for k in kept if k in os.environ}}


class Program:
    """One program: its bundle, the folder it runs in, and what an uninterrupted run gives."""

    def __init__(self, options, build, classes, source):
        self.options = options
        self.name = source.stem
        self.folder = build / self.name
        self.cwd = self.folder / "cwd"
        self.out = self.folder / "stdout.txt"
        self.err = self.folder / "stderr.txt"
        self.store = build / "store"
        self.bundle = build / f"{self.name}.bc"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        own = self.folder / "classes" / "kill"
        own.mkdir(parents=True)
        for path in [classes / "kill" / f"{self.name}.class", *(classes / "kill").glob(f"{self.name}$*.class")]:
            shutil.copyfile(path, own / path.name)
        run_tool([options.uvmc, "-o", self.bundle, "--main", f"kill.{self.name}", own.parent])

    def start(self, fresh):
        """Starts or resumes the program; output is appended to the file, as with `>>`."""
        if fresh:
            shutil.rmtree(self.cwd, ignore_errors=True)
            self.cwd.mkdir()
            self.out.unlink(missing_ok=True)
            self.err.unlink(missing_ok=True)
        command = [self.options.uvm, "--store", self.store, "--name", self.name,
                   "--checkpoint-every", self.options.checkpoint_every]
        command += ["--fresh"] if fresh else []
        command += self.options.uvm_option or []
        command += [self.bundle, *([str(self.options.size)] if self.options.size else [])]
        with open(self.out, "ab") as out, open(self.err, "ab") as err:
            return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                    cwd=self.cwd, env=environment(self.folder))

    def finish(self, process):
        """Waits for the end of a run; raises Failure if it does not end well."""
        try:
            code = process.wait(self.options.timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"no end after {self.options.timeout} s; {self.tails()}") from None
        if code:
            raise Failure(f"exit code {code}; {self.tails()}")

    def tails(self):
        return f"stdout ends {self.out.read_bytes()[-300:]!r}; stderr ends {self.err.read_bytes()[-600:]!r}"

    def results(self):
        files = {str(p.relative_to(self.cwd)): p.read_bytes() for p in sorted(self.cwd.rglob("*")) if p.is_file()}
        return {"(stdout)": self.out.read_bytes(), **files}

    def reference(self):
        """Runs the program undisturbed, twice: the second run, on an existing base image, is the one that is timed."""
        self.finish(self.start(fresh=True))
        expected = self.results()
        begin = time.monotonic()
        self.finish(self.start(fresh=True))
        self.seconds = time.monotonic() - begin
        if self.results() != expected:
            raise Failure("two undisturbed runs differ: the program is not deterministic")
        self.expected = expected

    def chain(self, kills, dice):
        """One run with up to so many kills; returns (kills made, resumes announced). Raises Failure."""
        self.made = 0
        # How far a stretch reaches at most. It adapts: a process that is killed before it has got anywhere shows little.
        reach, resumes = 1.2 * self.seconds / kills + 0.12, 0
        process = self.start(fresh=True)
        while self.made < kills:
            # One kill in ten comes while the program is only just being resumed.
            early = dice.random() < 0.1
            delay = dice.uniform(0, 0.05) if early else dice.uniform(0.02, reach)
            try:
                self.check_code(process.wait(delay))
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            if process.wait() != -signal.SIGKILL:
                self.check_code(process.returncode)
                break
            self.made += 1
            before, resumes = resumes, self.resumes()
            reach *= 0.95 if resumes > before or early else 1.2
            if self.out.stat().st_size and not (self.store / self.name / "heap").exists():
                # Killed between the retirement of its heap and its exit: the program has ended, and another start
                # would be another run of it.
                self.compare()
                return self.made, self.resumes()
            process = self.start(fresh=False)
        self.finish(process)
        self.compare()
        return self.made, self.resumes()

    def resumes(self):
        return len(re.findall(rb"resuming the interrupted run", self.err.read_bytes()))

    def check_code(self, code):
        if code:
            raise Failure(f"exit code {code} before it was killed; {self.tails()}")

    def compare(self):
        actual = self.results()
        if actual == self.expected:
            return
        problems = []
        for name in sorted(self.expected.keys() | actual.keys()):
            want, got = self.expected.get(name), actual.get(name)
            if want is None or got is None:
                problems.append(f"{name} is {'missing' if got is None else 'not expected'}")
            elif want != got:
                at = next((i for i, (x, y) in enumerate(zip(want, got)) if x != y), min(len(want), len(got)))
                problems.append(f"{name} has {len(got)} bytes, expected {len(want)}; they differ from byte {at}: "
                                f"{got[max(0, at - 60):at + 60]!r}, expected {want[max(0, at - 60):at + 60]!r}")
        raise Failure("\n    ".join(problems))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvm", metavar="PATH", required=True, type=pathlib.Path, help="the uvm program")
    parser.add_argument("--uvmc", metavar="PATH", required=True, type=pathlib.Path, help="the uvmc program")
    parser.add_argument("--build-dir", metavar="DIR", required=True, type=pathlib.Path, help="where everything goes")
    parser.add_argument("--jdk", metavar="DIR", type=pathlib.Path, help="bin folder of a JDK 17 (default: the PATH)")
    parser.add_argument("--kills", type=int, default=300, help="kills in all, over all programs (default 300)")
    parser.add_argument("--chain", type=int, default=10, help="kills of one run before it may end (default 10)")
    parser.add_argument("--seed", type=int, help="seed of the random times (default: of the clock; printed)")
    parser.add_argument("--program", metavar="REGEX", default="", help="only programs whose name matches")
    parser.add_argument("--size", type=int, help="the programs' argument: rounds (default: each program's own)")
    parser.add_argument("--checkpoint-every", default="50ms", metavar="DURATION", help="handed to uvm (default 50ms)")
    parser.add_argument("--uvm-option", action="append", metavar="OPTION", help="a further option for uvm")
    parser.add_argument("--timeout", type=float, default=120, metavar="SECONDS", help="of one undisturbed stretch")
    options = parser.parse_args()
    if options.kills < 1 or options.chain < 1:
        parser.error("--kills and --chain must be at least 1")
    options.uvm, options.uvmc = options.uvm.resolve(), options.uvmc.resolve()
    return options


def main():
    options = parse_options()
    seed = options.seed if options.seed is not None else time.time_ns() & 0xFFFFFFFF
    print(f"seed {seed}", flush=True)
    dice = random.Random(seed)
    build = options.build_dir.resolve()
    shutil.rmtree(build / "store", ignore_errors=True)
    classes = build / "classes"
    shutil.rmtree(classes, ignore_errors=True)
    classes.mkdir(parents=True)
    sources = [p for p in sorted(PROGRAMS.glob("*.java")) if re.search(options.program, p.stem)]
    javac = options.jdk / "javac" if options.jdk else "javac"
    failed = runs = kills = resumes = longest = 0
    try:
        run_tool([javac, "--release", "17", "-d", classes, *sources])
        programs = [Program(options, build, classes, source) for source in sources]
        for program in programs:
            program.reference()
            print(f"{program.name}: {program.seconds:.1f} s undisturbed", flush=True)
    except Failure as failure:
        print(f"FAIL {failure}")
        return 1
    idle = 0
    while programs and kills < options.kills and idle < 20:
        program = programs[runs % len(programs)]
        runs += 1
        try:
            made, resumed = program.chain(min(options.chain, options.kills - kills), dice)
            kills += made
            resumes += resumed
            longest = max(longest, made)
            idle = 0 if made else idle + 1
            print(f"run {runs} {program.name}: {made} kills, {resumed} resumes, equal", flush=True)
        except Failure as failure:
            failed += 1
            kept = build / f"failed-{runs}-{program.name}"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(program.folder, kept, ignore=shutil.ignore_patterns("control.socket"))
            print(f"FAIL run {runs} {program.name}: {failure}\n    kept in {kept}", flush=True)
            kills += max(program.made, 1)
    if kills < options.kills:
        print(f"FAIL the programs end before they can be killed: {kills} kills of {options.kills}")
        failed += 1
    if kills >= 20 and resumes < kills / 4:
        print("FAIL few kills were followed by a resume: most came before there was anything to go on with")
        failed += 1
    print(f"{kills} kills in {runs} runs over {len(programs)} programs, {resumes} resumes, "
          f"longest chain {longest}, {failed} failed")
    return 1 if failed or not programs else 0


if __name__ == "__main__":
    sys.exit(main())
