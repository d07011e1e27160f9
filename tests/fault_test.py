#!/usr/bin/env python3
"""Whole runs over a store that fails: each operation of a run fails once, or from then on, and nothing is lost by it.

The program is faults/Faulted.java: several threads in less memory than their data, frequent checkpoints, files. What it
prints and writes under `java` is the expected result. `faulty_uvm` is uvm with failing storage beneath (faults/): a first
run of each scenario counts the operations of each kind, then cases are made of scenario, kind, number of the operation,
once or for ever, and what it answers:

    start    a program starts, on the base image that is there
    boot     it starts in an empty store, so the base image is made first
    resume   it goes on with an interrupted run

In each case the run must end with the right result, or with a status that docs/usage.md has and a line on stderr which says
what failed and where; for ever failing, it may also be killed then. After that `uvm verify` finds nothing, and plain uvm
goes on from a version not older than the last one that was reported, and gives the right result. It starts anew only if no
version was reported. Beside these, the heap's folder or the whole store is renamed or removed while the program runs.

Cases are drawn at random: the seed is printed, and --seed draws the same; --case runs one as it was printed. --all runs all.
"""
import argparse
import collections
import concurrent.futures
import errno
import os
import pathlib
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
NAME = "faulted"
TIMEOUT = 300  # seconds; only what hangs takes that long
KINDS = ["read", "write", "flush", "reserve", "release", "name", "file", "sync"]  # as in faults/fault_plan.h
HOWS = {
    "read": ["EIO", "short"],
    "write": ["EIO", "ENOSPC", "short", "EDQUOT"],
    "flush": ["EIO", "lost", "ENOSPC"],
    "reserve": ["ENOSPC", "EIO", "EDQUOT"],
    "release": ["EIO"],
    "name": ["EIO", "ENOSPC", "EROFS"],
    "file": ["EIO", "ENOSPC", "EMFILE"],
    "sync": ["EIO", "ENOSPC"],
}
SCENARIOS = ["boot", "start", "resume"]
DAMAGE = 74
FIRST, MOST = 40, 150
REASONS = [os.strerror(getattr(errno, name)) for name in ("EIO", "ENOSPC", "EDQUOT", "EROFS", "EMFILE")]

Case = collections.namedtuple("Case", "scenario kind number for_ever how kill")


class Failure(Exception):
    """A case failed; the message is for the reader."""


def check(condition, what):
    if not condition:
        raise Failure(what)


def text_of(case):
    killed = f":kill{case.kill}" if case.kill else ""
    return f"{case.scenario}:{case.kind}:{case.number}{'+' if case.for_ever else ''}:{case.how}{killed}"


def case_of(text):
    match = re.fullmatch(r"(\w+):(\w+):(\d+)(\+?):(\w+?)(?::kill(\d+))?", text)
    if not match:
        sys.exit(f"fault_test.py: {text} is no case")
    scenario, kind, number, for_ever, how, kill = match.groups()
    return Case(scenario, kind, int(number), bool(for_ever), how, int(kill or 0))


class Run:
    """A folder with store, working folder and output of one run, which several processes continue."""

    def __init__(self, shop, folder):
        self.shop = shop
        self.folder = folder
        self.store, self.cwd = folder / "store", folder / "cwd"
        self.out, self.counts = folder / "stdout.txt", folder / "counts"
        self.heap = self.store / NAME / "heap"

    def make(self, scenario):
        """Returns the version that can be resumed, None without one."""
        for _ in range(20):
            shutil.rmtree(self.folder, ignore_errors=True)
            self.cwd.mkdir(parents=True)
            self.out.touch()
            if scenario != "boot":
                self.shop.link_images(self.store)
            if scenario != "resume":
                return None
            # Not a copy of one interrupted run: files that are open are found again as the same ones only.
            process = self.start(self.shop.faulty, "stderr.before", "")
            while process.poll() is None and self.shop.half_way not in self.out.read_bytes():
                time.sleep(0.005)
            process.kill()
            version = newest_reported(self.said("stderr.before"))
            if process.wait() == -signal.SIGKILL and version is not None:
                return version
        raise Failure("the program ends before it can be killed: try a larger --rounds")

    def start(self, uvm, err, fault=None):
        """Starts or resumes the run; output is appended to the file, as with `>>`."""
        kept = {key: os.environ[key] for key in ("PATH", "JAVA_HOME", "UVM_JAVA_HOME", "ASAN_OPTIONS") if key in os.environ}
        environment = {**kept, "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        if fault is not None:
            environment.update(UVM_FAULT=fault, UVM_FAULT_STORE=str(self.store), UVM_FAULT_COUNTS=str(self.counts))
        command = [uvm, "--store", self.store, "--name", NAME, "--memory", "10M", "--checkpoint-every", "20ms", "--log",
                   "debug", self.shop.bundle, *self.shop.arguments]
        with open(self.out, "ab") as out, open(self.folder / err, "wb") as errors:
            return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                                    cwd=self.cwd, env=environment)

    def said(self, err):
        return (self.folder / err).read_text(errors="replace")

    def command(self, *words):
        return subprocess.run([str(self.shop.uvm), *map(str, words), "--store", str(self.store)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=TIMEOUT)

    def counted(self):
        """How many operations of each kind there were, and how many failed."""
        try:
            return struct.unpack(f"{len(KINDS) + 1}Q", self.counts.read_bytes())
        except (FileNotFoundError, struct.error):
            return (0,) * (len(KINDS) + 1)

    def results(self):
        files = {path.name: path.read_bytes() for path in sorted(self.cwd.iterdir())}
        return {"(stdout)": self.out.read_bytes(), **files}

    def has_results(self, anew=False):
        """Checks them; those of a run that began anew may stand behind what one without any version left."""
        # If nothing tells whose the bytes after the checkpoint are, they are saved in FILE.uvm-cut, and stderr says so.
        said = "".join(path.read_text(errors="replace") for path in self.folder.glob("stderr*"))
        actual = {name: content for name, content in self.results().items()
                  if not (name.endswith(".uvm-cut") and f" in {self.cwd / name}\n" in said)}
        for name in sorted(self.shop.expected.keys() | actual.keys()):
            want, got = self.shop.expected.get(name), actual.get(name)
            good = got == want or (anew and got is not None and want is not None and got.endswith(want))
            check(good, f"{name} is {got and got[-300:]!r}, not {want and want[-300:]!r}")

    def go_on(self, reported, before):
        """Plain uvm resumes `reported` or a later version, or starts anew if that is None.

        What comes of files when their changes could not be noted, and that was said, is another matter."""
        if self.heap.exists():
            verified = self.command("verify", NAME)
            check(verified.returncode == 0, f"verify: {verified.stdout[-600:]}{verified.stderr[-600:]}")
        process = self.start(self.shop.uvm, "stderr.after")
        wait(process)
        said = self.said("stderr.after")
        files_left = "undo journal of files cannot be written" in before
        check(process.returncode == 0 or files_left, f"plain uvm then ends with {process.returncode}: {said[-600:]}")
        resumed = re.search(r"resuming the interrupted run \S+ from version (\d+)", said)
        version = int(resumed[1]) if resumed else None
        check(reported is None or (version is not None and version >= reported),
              f"version {reported} was reported, but plain uvm goes on from {version}: {said[-600:]}")
        if not files_left:
            self.has_results(anew=version is None)


def wait(process, seconds=TIMEOUT):
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Failure("it hangs") from None


def newest_reported(said):
    """The newest version that uvm has said is made."""
    versions = re.findall(r"^uvm: debug: version (\d+): ", said, re.MULTILINE)
    return int(versions[-1]) if versions else None


class Shop:
    """What all cases share: the bundle, the expected result, base images."""

    def __init__(self, options):
        self.options = options
        self.uvm, self.faulty = options.uvm.resolve(), options.faulty.resolve()
        self.folder = options.build_dir.resolve()
        shutil.rmtree(self.folder, ignore_errors=True)
        classes = self.folder / "classes"
        classes.mkdir(parents=True)
        self.bundle = self.folder / f"{NAME}.bc"
        self.images = self.folder / "images"
        self.images.mkdir()
        self.arguments = [str(options.rounds), "4"]
        jdk = options.jdk
        subprocess.run([f"{jdk}/javac", "-cp", options.api, "-d", classes, HERE / "faults" / "Faulted.java"], check=True)
        subprocess.run([options.uvmc, "-o", self.bundle, "--main", "Faulted", classes], check=True)
        self.half_way = f"round {options.rounds // 3} ".encode()
        self.expected = self.expect(classes)

    def expect(self, classes):
        run = Run(self, self.folder / "java")
        run.make("boot")
        with open(run.out, "wb") as out, open(run.folder / "stderr", "wb") as err:
            subprocess.run([f"{self.options.jdk}/java", "-Xint", "-cp", f"{classes}:{self.options.api}", "Faulted",
                            *self.arguments], cwd=run.cwd, stdout=out, stderr=err, check=True)
        results = run.results()
        check(b"end " in results["(stdout)"], f"java prints {results}")
        return results

    def link_images(self, store):
        (store / "images").mkdir(parents=True)
        for image in self.images.glob("base-*"):
            os.link(image, store / "images" / image.name)

    def prepare(self):
        """Makes base images; counts operations. Checks that both programs do well undisturbed."""
        self.limits = {}
        for uvm, scenario in ((self.uvm, "boot"), *((self.faulty, scenario) for scenario in SCENARIOS)):
            run = Run(self, self.folder / f"undisturbed-{scenario}")
            run.make(scenario)
            process = run.start(uvm, "stderr", "" if uvm == self.faulty else None)
            check(wait(process) == 0, f"undisturbed run: {process.returncode}: {run.said('stderr')[-600:]}")
            run.has_results()
            check(not run.heap.exists(), "the heap of a program that has ended is still there")
            self.limits[scenario] = run.counted()
            for image in (run.store / "images").glob("base-*"):
                if not (self.images / image.name).exists():
                    os.link(image, self.images / image.name)
        for scenario in SCENARIOS:
            counts = dict(zip(KINDS, self.limits[scenario]))
            print(f"{scenario}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()), flush=True)
            # A kind without operations is one that faulty_uvm no longer gets hold of. Room is reserved and released only
            # when a file grows or shrinks much, which this program need not bring about.
            unseen = [kind for kind, count in counts.items() if count == 0 and kind not in ("reserve", "release")]
            check(not unseen, f"{scenario}: no operation of these kinds passes through the faults: {', '.join(unseen)}")

    def limit(self, scenario, kind):
        return self.limits[scenario][KINDS.index(kind)]


def judge_end(run, case, status, said):
    """What a run under faults may end with."""
    told = [line for line in said.split("\n") if line.startswith("uvm: ") and not line.startswith("uvm: debug:")]
    if status == 0:
        run.has_results()
        check(told or not run.heap.exists(), "the heap is still there, and nothing is said of it")
        return
    check(status in (1, DAMAGE, -signal.SIGABRT), f"it ends with status {status}: {said[-800:]}")
    reasons = REASONS + ["input/output error"]
    if case.how in ("short", "lost"):
        reasons += ["damaged", "lost"]
    clear = [line for line in told if (NAME in line or str(run.folder) in line) and any(reason in line for reason in reasons)]
    check(clear, f"status {status}, and it does not say what failed and where: {said[-800:]}")
    if status == -signal.SIGABRT:
        check(any("memory is full and the store takes no more lines" in line for line in clear), f"it aborts: {said[-800:]}")
    if status == 1:
        begun = "resuming the interrupted run" in said or newest_reported(said) is not None
        check(not begun, f"status 1 is for what could not be run: {said[-800:]}")


def run_case(shop, case):
    """Returns whether the fault came about, and how the run ended."""
    run = Run(shop, shop.folder / "cases" / text_of(case).replace(":", "-"))
    before = run.make(case.scenario)
    fault = f"{case.kind}:{case.number}{'+' if case.for_ever else ''}:{case.how}"
    process = run.start(shop.faulty, "stderr", fault)
    killed = False
    if case.kill:
        while process.poll() is None and run.counted()[-1] == 0:
            time.sleep(0.002)
        try:
            process.wait(case.kill / 1000)
        except subprocess.TimeoutExpired:
            process.kill()
            killed = True
    status = wait(process)
    said = run.said("stderr")
    if not (killed and status == -signal.SIGKILL):
        judge_end(run, case, status, said)
    reported = newest_reported(said) or before
    if not run.heap.exists() and (status == 0 or (killed and reported is not None)):
        run.has_results()  # killed, perhaps, but after the retirement of its heap
        ended = "the end"
    else:
        run.go_on(reported, said)
        ended = f"status {status}"
    hit = run.counted()[-1] > 0
    shutil.rmtree(run.folder)
    return hit, ended


def vanish(shop, what, end, delay):
    """The heap's folder, or the store, is renamed or removed while the program runs, which then ends, or is ended."""
    run = Run(shop, shop.folder / "cases" / f"{what.replace(' ', '-')}-{end}")
    run.make("start")
    process = run.start(shop.uvm, "stderr")
    deadline = time.monotonic() + TIMEOUT
    while newest_reported(run.said("stderr")) is None and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(delay)
    thing = run.heap.parent if what.startswith("heap") else run.store
    aside = run.folder / "aside"
    check(process.poll() is None, "it has ended before anything vanished: try a larger --rounds")
    before = newest_reported(run.said("stderr"))
    if what.endswith("renamed"):
        thing.rename(aside)
    else:
        shutil.rmtree(thing)
    if end != "end":
        while "no longer exists" not in run.said("stderr") and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL if end == "kill" else signal.SIGTERM)
    status = wait(process)
    said = run.said("stderr")
    reported = newest_reported(said)
    told = [line for line in said.split("\n") if line.startswith("uvm: ") and "no longer exists" in line]
    check(told and all(str(run.heap) in line for line in told), f"it does not say what is gone: {said[-600:]}")
    # One may have been at its last step.
    check(reported <= before + 1, f"version {reported} is reported, and {before} was when everything vanished")
    ended = {"end": 0, "kill": -signal.SIGKILL, "suspend": 128 + signal.SIGTERM}[end]
    check(status in (ended, 0), f"status {status}: {said[-600:]}")
    if status == 0:
        run.has_results()
    elif what.endswith("renamed"):
        check(not thing.exists(), f"{thing} has come back by itself")
        aside.rename(thing)
        run.go_on(reported, said)
    shutil.rmtree(run.folder)


VANISHED = [(what, end) for what in ("heap renamed", "heap removed", "store renamed", "store removed")
            for end in ("end", "kill", "suspend")]


def draw(shop, dice):
    """Any case, each kind as likely as any other."""
    while True:
        scenario = dice.choice(["start", "start", "resume", "boot"])
        kind = dice.choice(KINDS)
        limit = shop.limit(scenario, kind)
        if limit == 0:
            continue
        # The first few are like no others, and so are the last, of which a run may have fewer than the one that counted.
        number = dice.choice([dice.randint(1, limit), dice.randint(1, min(limit, 12)), dice.randint(limit * 4 // 5, limit) or 1])
        for_ever = dice.random() < 0.5
        kill = dice.randint(1, 150) if for_ever and dice.random() < 0.4 else 0
        return Case(scenario, kind, number, for_ever, dice.choice(HOWS[kind]), kill)


def all_cases(shop, dice):
    """Each operation; of reads and writes, of which there are thousands alike, the first ones and MOST more."""
    for scenario in SCENARIOS:
        for kind in KINDS:
            limit = shop.limit(scenario, kind)
            step = max(1, limit // MOST)
            for number in [*range(1, min(limit, FIRST) + 1), *range(FIRST + dice.randint(1, step), limit + 1, step)]:
                for for_ever in (False, True):
                    hows = HOWS[kind]
                    yield Case(scenario, kind, number, for_ever, hows[(number + for_ever) % len(hows)],
                               number % 150 + 1 if for_ever and number % 3 == 0 else 0)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvm", metavar="PATH", required=True, type=pathlib.Path, help="the uvm program")
    parser.add_argument("--uvmc", metavar="PATH", required=True, type=pathlib.Path, help="the uvmc program")
    parser.add_argument("--faulty", metavar="PATH", required=True, type=pathlib.Path, help="the faulty_uvm program")
    parser.add_argument("--api", metavar="JAR", required=True, type=pathlib.Path, help="uvm-api.jar")
    parser.add_argument("--jdk", metavar="DIR", required=True, help="where javac and java are")
    parser.add_argument("--build-dir", metavar="DIR", required=True, type=pathlib.Path, help="scratch folder, emptied first")
    parser.add_argument("--cases", type=int, default=60, help="random cases (default 60)")
    parser.add_argument("--all", action="store_true", help="each operation of each kind instead, but of reads and writes about two hundred")
    parser.add_argument("--case", action="append", metavar="CASE", help="this one only, as printed; may be repeated")
    parser.add_argument("--rounds", type=int, default=12, help="how long the program is (default 12)")
    parser.add_argument("--seed", type=int, help="of the random cases (default: of the clock; printed)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), metavar="N", help="cases at once")
    return parser.parse_args()


def main():
    options = parse_options()
    seed = options.seed if options.seed is not None else time.time_ns() & 0xFFFFFFFF
    print(f"seed {seed}", flush=True)
    dice = random.Random(seed)
    try:
        shop = Shop(options)
        shop.prepare()
    except Failure as failure:
        print(f"FAIL {failure}")
        return 1
    if options.case:
        cases = [case_of(text) for text in options.case]
    elif options.all:
        cases = list(all_cases(shop, dice))
    else:
        cases = [draw(shop, dice) for _ in range(options.cases)]

    def judged(case):
        try:
            return (*run_case(shop, case), None)
        except (Failure, subprocess.TimeoutExpired) as failure:
            return True, "failed", failure

    def stands_firm(case):
        try:
            vanish(shop, *case)
        except (Failure, subprocess.TimeoutExpired) as failure:
            return failure

    ends, missed, failed = collections.Counter(), 0, 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        gone = [] if options.case else [(what, end, dice.uniform(0, 0.1)) for what, end in VANISHED]
        for (what, end, _), failure in zip(gone, pool.map(stands_firm, gone)):
            failed += failure is not None
            if failure is not None:
                print(f"FAIL {what}, {end}: {failure}", flush=True)
        for case, (hit, ended, failure) in zip(cases, pool.map(judged, cases)):
            ends[ended] += 1
            missed += not hit
            failed += failure is not None
            if failure is not None:
                print(f"FAIL {text_of(case)}: {failure}", flush=True)
    print(f"{len(cases)} cases, {missed} without a fault: " + ", ".join(f"{n} {end}" for end, n in ends.most_common()))
    # The run of a case has another number of operations than the one that counted them, but mostly about as many.
    if not options.case and missed > len(cases) / 2:
        print("FAIL few cases came to their fault")
        failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
