#!/usr/bin/env python3
"""Runs the Java programs of tests/java under uvm and compares what they print with what java prints.

A program is tests/java/<group>/<Name>.java, a class `<group>.<Name>` with a main method. Beside it:
  <Name>.out    expected standard output
  <Name>.err    expected standard error (absent: empty)
  <Name>.code   expected exit code (absent: 0)
  <Name>.in     standard input (absent: empty)
  <Name>.files/ files copied beside the program's classes (resources)
  <Name>.build  how to build a program that one javac call cannot make, in steps:
                  == compile [javac options]     compiles the sources that follow, over the classes so far;
                                                 the first compile step also compiles <Name>.java
                  --- path/Source.java           one source of the step, its text until the next mark
                  == generate                    runs the one source that follows under java, with the internal ASM
                                                 exported, with the class folder as its argument
                  == remove path/Class.class     removes a class file again
Comments of the form `// uvm-test: WORD [text]` in a program say how it is run:
  no-torture REASON, no-tiny REASON   left out in that mode
  skip REASON                         not run under uvm at all
  torture10                           part of the subset run with a resume every 10 safepoints
  args A B C                          arguments of main
  heap SIZE                           virtual heap limit (uvm --heap, java -Xmx)
  define K=V                          a system property

The store lies in the build folder. In torture modes, whose time would be spent on flushing a disk, it lies in memory
(/dev/shm) where there is room: how a store uses its disk is tested elsewhere.

A mode must do what it is for, as --stats tells: in mode tiny something is evicted, in mode torture=N each program is
resumed if N is at most 1000, and most are whatever N is.

Expected output is made with `--java --update`, which runs the reference java three times and refuses a program whose
output differs between the runs.
"""
import argparse
import atexit
import concurrent.futures
import difflib
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SUITE = HERE / "java"
TORTURE_DESCRIPTORS = 1024
TINY_MEMORY = "6M"  # less than the working set of most programs
ASM_EXPORT = "java.base/jdk.internal.org.objectweb.asm=ALL-UNNAMED"


class Program:
    """One program of the suite, with its directives and its expected behaviour."""

    def __init__(self, source):
        self.source = source
        self.group = source.parent.name
        self.name = source.stem
        self.id = f"{self.group}/{self.name}"
        self.main = f"{self.group}.{self.name}"
        self.directives = {}
        for match in re.finditer(r"^// uvm-test: *(\S+) *(.*)$", source.read_text(encoding="utf-8"), re.M):
            self.directives.setdefault(match[1], []).append(match[2].strip())

    def beside(self, suffix):
        return self.source.with_name(self.name + suffix)

    def expected(self):
        def text(suffix):
            path = self.beside(suffix)
            return path.read_bytes() if path.exists() else b""

        return text(".out"), text(".err"), int(text(".code") or b"0")

    def arguments(self):
        return [word for line in self.directives.get("args", []) for word in line.split()]

    def skip_reason(self, mode):
        if "skip" in self.directives:
            return self.directives["skip"][0]
        if mode.startswith("torture") and "no-torture" in self.directives:
            return self.directives["no-torture"][0]
        if mode == "tiny" and "no-tiny" in self.directives:
            return self.directives["no-tiny"][0]
        return None


jdk = pathlib.Path()  # the folder that javac and java are taken from; empty: the PATH


def tool(name):
    return str(jdk / name)


class Failure(Exception):
    """A program could not be built or did not behave as expected; the message is for the reader."""


def run_tool(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise Failure(f"{' '.join(map(str, command[:3]))} ... failed:\n{done.stdout[-4000:]}")


def digest_of(paths, extra=""):
    digest = hashlib.sha256(extra.encode())
    for path in sorted(paths):
        digest.update(str(path).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def up_to_date(folder, digest):
    stamp = folder / ".stamp"
    return stamp.exists() and stamp.read_text() == digest


def fresh_folder(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def run_javac(folder, sources, *options):
    """Compiles into a folder. The compiler runs too short a time for its own best code to pay."""
    run_tool([tool("javac"), "-J-XX:TieredStopAtLevel=1", "--release", "17", "-nowarn", "-Xlint:none", "-encoding",
              "UTF-8", "-proc:none", *options, "-d", str(folder)] + [str(s) for s in sources])


def compile_plain(programs, build):
    """Compiles the programs without a .build file with one javac call; returns the folder of their classes."""
    folder = build / "classes"
    sources = [p.source for p in programs if not p.beside(".build").exists()]
    digest = digest_of(sources)
    if not up_to_date(folder, digest):
        fresh_folder(folder)
        run_javac(folder, sources)
        (folder / ".stamp").write_text(digest)
    return folder


def build_steps(text):
    """Splits a .build file: yields (verb, rest of line, [(path, source)])."""
    step = None
    for line in text.splitlines(keepends=True):
        if line.startswith("== "):
            if step:
                yield step
            verb, _, rest = line[3:].strip().partition(" ")
            step = (verb, rest.strip(), [])
        elif line.startswith("--- ") and step:
            step[2].append([line[4:].strip(), ""])
        elif step and step[2]:
            step[2][-1][1] += line
    if step:
        yield step


def build_special(program, build):
    """Follows a program's .build file; returns the folder of its classes."""
    recipe = program.beside(".build")
    folder = build / "special" / program.group / program.name
    digest = digest_of([program.source, recipe])
    if up_to_date(folder / "classes", digest):
        return folder / "classes"
    fresh_folder(folder / "classes")
    classes = folder / "classes"
    first = True
    for number, (verb, rest, files) in enumerate(build_steps(recipe.read_text(encoding="utf-8"))):
        sources = []
        for path, text in files:
            target = folder / f"step{number}" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            sources.append(target)
        if verb == "compile":
            if first:
                sources.append(program.source)
                first = False
            run_javac(classes, sources, *rest.split(), "-cp", str(classes))
        elif verb == "generate":
            run_tool([tool("java"), "--add-exports", ASM_EXPORT, *sources, str(classes)])
        elif verb == "remove":
            (classes / rest).unlink()
        else:
            raise Failure(f"{recipe}: unknown step '{verb}'")
    (classes / ".stamp").write_text(digest)
    return classes


def own_classes(program, build, plain):
    """A folder with the classes of one program only: its own, its nested ones, and its resources."""
    if program.beside(".build").exists():
        classes = build_special(program, build)
        wanted = [p for p in classes.rglob("*.class")]
    else:
        classes = plain
        package = classes / program.group
        wanted = [package / f"{program.name}.class", *package.glob(f"{program.name}$*.class")]
    folder = build / "programs" / program.group / program.name
    fresh_folder(folder)
    for path in wanted:
        target = folder / path.relative_to(classes)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    if program.beside(".files").is_dir():
        shutil.copytree(program.beside(".files"), folder, dirs_exist_ok=True)
    return folder


java_home = None  # the class library that uvm runs on; None: the one it finds


def environment(folder):
    """The environment of every run: nothing of the caller's that output could depend on."""
    result = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "JAVA_HOME"):
        if name in os.environ:
            result[name] = os.environ[name]
    if java_home:
        result["UVM_JAVA_HOME"] = str(java_home)
    return result


def execute(command, program, cwd, timeout):
    """Runs a command in an empty folder; returns (stdout, stderr, code) and the seconds it took."""
    fresh_folder(cwd)
    stdin = program.beside(".in")
    start = time.monotonic()
    with open(stdin if stdin.exists() else os.devnull, "rb") as source:
        process = subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
                                   env=environment(cwd))
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise Failure(f"no end after {timeout} s; stdout ends {out[-300:]!r}; stderr ends {err[-600:]!r}") from None
    return (out, err, process.returncode), time.monotonic() - start


def excerpt(label, expected, actual, limit=14):
    """The first lines in which two outputs differ, or None if they do not."""
    if expected == actual:
        return None
    lines = difflib.unified_diff(expected.decode("utf-8", "replace").splitlines(),
                                 actual.decode("utf-8", "replace").splitlines(), "expected", "actual", n=1, lineterm="")
    shown = [line[:200] for line in lines][2:]
    if not shown:
        shown = ["(they differ in line ends only)"]
    more = f"\n    ... {len(shown) - limit} more lines" if len(shown) > limit else ""
    return f"  {label}:\n" + "\n".join("    " + line for line in shown[:limit]) + more


def compare(program, actual):
    out, err, code = program.expected()
    if not program.beside(".out").exists():
        raise Failure("  has no expected output; make it with --java --update")
    problems = [excerpt("stdout", out, actual[0]), excerpt("stderr", err, actual[1])]
    if code != actual[2]:
        problems.append(f"  exit code: expected {code}, got {actual[2]}")
    problems = [p for p in problems if p]
    if problems:
        raise Failure("\n".join(problems))


def save(program, actual):
    """Keeps what the reference java printed as the expected behaviour."""
    for suffix, content in ((".out", actual[0]), (".err", actual[1]),
                            (".code", f"{actual[2]}\n".encode() if actual[2] else b"")):
        path = program.beside(suffix)
        if content or suffix == ".out":
            path.write_bytes(content)
        elif path.exists():
            path.unlink()


def in_memory(prefix, room=4 << 30):
    """A folder in memory, removed when this process ends; None where there is no such room."""
    shared = pathlib.Path("/dev/shm")
    if not os.access(shared, os.W_OK) or shutil.disk_usage(shared).free < room:
        return None
    folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir=shared))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Session:
    """Everything the runs of one invocation share."""

    def __init__(self, options):
        self.options = options
        self.build = pathlib.Path(options.build_dir).resolve()
        self.torture = int(options.mode.split("=")[1]) if options.mode.startswith("torture=") else 0
        # What the modes are for happens in memory too, and a disk would only make it wait.
        fast = options.mode != "plain" and not options.on_disk
        self.store = (in_memory("uvm-java-tests-") if fast else None) or self.build / f"store-{options.mode}"
        self.effects = []  # of each run that is to have some: lines evicted or resumes

    def java_command(self, program, classes):
        command = [tool("java"), "-XX:TieredStopAtLevel=1", "-Xshare:auto"]
        command += [f"-Xmx{size}" for size in program.directives.get("heap", [])]
        command += [f"-D{d}" for d in program.directives.get("define", [])]
        return command + ["-cp", str(classes), program.main, *program.arguments()]

    def uvm_command(self, program, bundle, mode=None):
        mode = mode or self.options.mode
        command = [str(pathlib.Path(self.options.uvm).resolve()), "--store", str(self.store), "--fresh",
                   "--name", f"{program.group}.{program.name}"]
        command += [word for size in program.directives.get("heap", []) for word in ("--heap", size)]
        command += [f"-D{d}" for d in program.directives.get("define", [])]
        if mode == "tiny":
            command += ["--memory", TINY_MEMORY]
        elif mode.startswith("torture="):
            # A descriptor that each of thousands of lives leaves open is found by this limit.
            command = ["prlimit", f"--nofile={TORTURE_DESCRIPTORS}", *command]
            command += [f"--torture=resume:{mode.split('=')[1]}"]
        if mode != "plain":
            stats = self.stats_file(program)
            stats.parent.mkdir(parents=True, exist_ok=True)
            stats.unlink(missing_ok=True)
            command += ["--stats", str(stats)]
        command += self.options.uvm_option or []
        return command + [str(bundle), *program.arguments()]

    def stats_file(self, program):
        return self.build / "stats" / program.group / f"{program.name}.json"

    def note_effect(self, program):
        """Keeps what the mode did to a program. Raises Failure when it should have done more."""
        try:
            stats = json.loads(self.stats_file(program).read_text())
        except (OSError, ValueError) as problem:
            raise Failure(f"  has no figures: {problem}") from None
        if self.torture:
            effect = stats["torture_resumes"]
            if effect == 0 and self.torture <= 1000:
                raise Failure("  was never resumed")
        else:
            effect = stats["evictions"]["clean"] + stats["evictions"]["dirty"]
        self.effects.append(effect)

    def judge_effects(self):
        """A line about what the mode did to all programs, and whether that is enough."""
        some = sum(effect > 0 for effect in self.effects)
        if self.torture:
            return f"{some} of {len(self.effects)} programs resumed, {sum(self.effects)} times", 2 * some > len(self.effects)
        return f"{some} of {len(self.effects)} programs evicted lines, {sum(self.effects)} of them", some > 0

    def pack(self, program, classes):
        bundle = self.build / "bundles" / program.group / f"{program.name}.bc"
        bundle.parent.mkdir(parents=True, exist_ok=True)
        run_tool([str(pathlib.Path(self.options.uvmc).resolve()), "-o", str(bundle), "--main", program.main,
                  str(classes)])
        return bundle

    def run_one(self, program, plain):
        """Runs one program; returns the seconds it took. Raises Failure. `plain`: what compile_plain returned."""
        classes = own_classes(program, self.build, plain)
        cwd = self.build / "cwd" / program.group / program.name
        if self.options.java:
            command = self.java_command(program, classes)
        else:
            command = self.uvm_command(program, self.pack(program, classes))
        actual, seconds = execute(command, program, cwd, self.options.timeout)
        for _ in range(2 if self.options.update else self.options.repeat - 1):
            again, _ = execute(command, program, cwd, self.options.timeout)
            if again != actual:
                raise Failure("\n".join(filter(None, ("  is not deterministic:", excerpt("stdout", actual[0], again[0]),
                                                      excerpt("stderr", actual[1], again[1])))))
        if self.options.update:
            save(program, actual)
        else:
            compare(program, actual)
        if not self.options.java and self.options.mode != "plain":
            self.note_effect(program)
        return seconds

    def warm_up(self, program, plain):
        """Runs one program alone, so that the base image exists before many runs want it; its result is ignored."""
        bundle = self.pack(program, own_classes(program, self.build, plain))
        try:
            execute(self.uvm_command(program, bundle, "plain"), program, self.build / "cwd" / "warm-up",
                    max(self.options.timeout, 120))
        except Failure:
            pass


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvm", metavar="PATH", help="the uvm program")
    parser.add_argument("--uvmc", metavar="PATH", help="the uvmc program")
    parser.add_argument("--build-dir", metavar="DIR", required=True, help="where classes, bundles and the store go")
    parser.add_argument("--jdk", metavar="DIR", type=pathlib.Path, help="bin folder of a JDK 17 (default: the PATH)")
    parser.add_argument("--java-home", metavar="DIR", type=pathlib.Path, help="class library that uvm is to run on")
    parser.add_argument("--mode", default="plain", help=f"plain, tiny (--memory {TINY_MEMORY}) or torture=N (--torture=resume:N)")
    parser.add_argument("--filter", metavar="REGEX", help="only programs whose group/Name matches")
    parser.add_argument("--tag", metavar="WORD", help="only programs with the directive WORD")
    parser.add_argument("--shard", metavar="I/N", help="only the I-th, counted from 1, of N parts of the programs")
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="per program (default 60)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count(), help="programs run at once")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="run each program N times")
    parser.add_argument("--on-disk", action="store_true", help="keep the store in DIR in every mode (default: plain)")
    parser.add_argument("--uvm-option", action="append", metavar="OPTION", help="a further option for uvm")
    parser.add_argument("--java", action="store_true", help="run the reference java instead of uvm")
    parser.add_argument("--update", action="store_true", help="with --java: write the expected output")
    parser.add_argument("--slow", type=float, metavar="SECONDS", help="name programs that took longer")
    parser.add_argument("--list", action="store_true", help="print the programs and stop")
    options = parser.parse_args()
    if options.update and not options.java:
        parser.error("--update needs --java")
    if not options.java and not options.list and not (options.uvm and options.uvmc):
        parser.error("--uvm and --uvmc are needed (or --java)")
    if options.shard and not re.fullmatch(r"[1-9]\d*/[1-9]\d*", options.shard):
        parser.error(f"--shard {options.shard}: expected I/N")
    if not re.fullmatch(r"plain|tiny|torture=[1-9]\d*", options.mode):
        parser.error(f"--mode {options.mode}: expected plain, tiny or torture=N")
    return options


def main():
    global jdk, java_home
    options = parse_options()
    java_home = options.java_home and options.java_home.resolve()
    jdk = options.jdk.resolve() if options.jdk else jdk
    everything = [Program(p) for p in sorted(SUITE.glob("*/*.java"))]
    programs = [p for p in everything
                if (not options.filter or re.search(options.filter, p.id)) and
                (not options.tag or options.tag in p.directives)]
    if options.shard:
        index, _, parts = options.shard.partition("/")
        programs = programs[int(index) - 1::int(parts)]
    if options.list:
        print("\n".join(p.id for p in programs))
        return 0
    session = Session(options)
    failed, skipped, passed = 0, 0, 0
    try:
        plain = compile_plain(everything, session.build)
    except Failure as failure:
        print(f"FAIL {failure}")
        return 1
    ready = []
    for program in programs:
        reason = program.skip_reason(options.mode) if not options.java else None
        if reason is not None:
            skipped += 1
            print(f"skip {program.id}: {reason}", flush=True)
        else:
            ready.append(program)
    if ready and not options.java:
        session.warm_up(ready[0], plain)
    lock = threading.Lock()

    def attempt(program):
        nonlocal passed, failed
        try:
            seconds = session.run_one(program, plain)
        except Failure as failure:
            with lock:
                failed += 1
                print(f"FAIL {program.id}\n{failure}", flush=True)
            return
        with lock:
            passed += 1
            if options.slow and seconds > options.slow:
                print(f"slow {program.id}: {seconds:.1f} s", flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(attempt, ready))
    if session.effects:
        line, enough = session.judge_effects()
        print(line if enough else f"FAIL the mode is without effect: {line}", flush=True)
        failed += not enough
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not programs else 0


if __name__ == "__main__":
    sys.exit(main())
