#!/usr/bin/env python3
"""What uvm's commands do with a bad store: damage, a later format, a second VM, no rights, a full disk.

One program is suspended with 8 MiB of data. Each case works on a copy of that store. In every one uvm must end with a line
that says what is wrong, or go on and print the right sum; it must never print a wrong one, and other heaps stay as they are.
The cases with mounts need user namespaces; where those are not allowed they are skipped, and the test says so.
"""
import argparse
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BLOCK = 4096
DAMAGE = 74  # exit status
TIMEOUT = 120


class Failure(Exception):
    """A case failed; the message is for the reader."""


def check(condition, what):
    if not condition:
        raise Failure(what)


def wait_for(path, text, process=None):
    deadline = time.monotonic() + TIMEOUT
    while text not in path.read_text():
        check(time.monotonic() < deadline, f"{path.name} has no \"{text}\": {path.read_text()}")
        check(process is None or process.poll() is None or text in path.read_text(),
              f"the program ended before it said \"{text}\": {path.read_text()}")
        time.sleep(0.02)


class Shop:
    def __init__(self, options):
        self.options = options
        self.folder = pathlib.Path(options.build_dir).resolve()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.uvm = str(pathlib.Path(options.uvm).resolve())
        self.go = self.folder / "go"
        self.out, self.err = self.folder / "out", self.folder / "err"
        self.original, self.store = self.folder / "original", self.folder / "store"
        self.heap = self.store / "hold.bc" / "heap"
        self.bundle = self.folder / "hold.bc"
        classes = self.folder / "classes"
        subprocess.run([f"{options.jdk}/javac", "-d", classes, HERE / "store" / "Hold.java"], check=True)
        subprocess.run([options.uvmc, "-o", self.bundle, "--main", "Hold", classes], check=True)

    def start(self, *words, prefix=()):
        """Starts a program; its output goes to files."""
        with open(self.out, "w") as out, open(self.err, "w") as err:
            return subprocess.Popen([*prefix, self.uvm, *map(str, words)], stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def run(self, *words, prefix=()):
        return subprocess.run([*prefix, self.uvm, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=TIMEOUT)

    def suspend_two(self):
        """Makes the store that all cases copy: the heap that is damaged and another one."""
        for name in ("hold.bc", "other"):
            process = self.start("--store", self.original, "--name", name, "--checkpoint-every", "off", self.bundle, 8, self.go)
            wait_for(self.out, "ready", process)
            # Two versions, so that both roots are in use.
            process.send_signal(signal.SIGTERM)
            process.wait(TIMEOUT)
            process = self.start("resume", name, "--store", self.original)
            wait_for(self.err, "resuming the interrupted run", process)
            process.send_signal(signal.SIGTERM)
            process.wait(TIMEOUT)
        self.go.touch()
        self.expected = self.resume_copy().stdout
        check(self.expected.startswith("sum "), f"no sum: {self.expected}")

    def suspend_once(self):
        """A store whose heap has one version, and in its other root slot what every new heap has there."""
        store = self.folder / "once"
        shutil.rmtree(store, ignore_errors=True)
        self.go.unlink()
        process = self.start("--store", store, "--checkpoint-every", "off", self.bundle, 8, self.go)
        wait_for(self.out, "ready", process)
        process.send_signal(signal.SIGTERM)
        process.wait(TIMEOUT)
        self.go.touch()
        return store

    def copy(self):
        shutil.rmtree(self.store, ignore_errors=True)
        shutil.copytree(self.original, self.store)

    def resume_copy(self):
        self.copy()
        return self.run("resume", "hold.bc", "--store", self.store)

    def other_is_well(self):
        verified = self.run("verify", "other", "--store", self.store)
        check(verified.returncode == 0, f"the other heap is not well: {verified.stdout}{verified.stderr}")
        done = self.run("resume", "other", "--store", self.store)
        check(done.stdout == self.expected, f"the other heap gives {done.stdout!r}: {done.stderr}")

    def refuses(self, done, status, text):
        last = done.stderr.strip().split("\n")[-1]
        check(done.returncode == status and text in last and last.startswith("uvm: "),
              f"{done.args[1:]}: status {done.returncode}, not {status}; said {done.stderr!r}, not \"{text}\"")


def patch(path, offset, content):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(content)


def flip(path, offset):
    with open(path, "rb") as file:
        file.seek(offset)
        byte = file.read(1)[0]
    patch(path, offset, bytes([byte ^ 0x10]))


def flipped_bytes(shop):
    """Bytes anywhere: damage is found by verify; a run stops at it by name or does not need it."""
    size = (shop.original / "hold.bc" / "heap").stat().st_size
    places = [random.randrange(size) for _ in range(shop.options.flips)] + [16, BLOCK * 3 + 16, BLOCK * 4 + 100]
    stopped = found = 0
    for place in places:
        shop.copy()
        flip(shop.heap, place)
        verified = shop.run("verify", "hold.bc", "--store", shop.store)
        check(verified.returncode in (0, DAMAGE), f"verify, byte {place}: status {verified.returncode}: {verified.stderr}")
        damaged = verified.returncode == DAMAGE
        found += damaged
        check(not damaged or f"block {place // BLOCK} " in verified.stdout or "damage" in verified.stdout,
              f"verify, byte {place}: {verified.stdout}")
        done = shop.run("resume", "hold.bc", "--store", shop.store)
        if done.returncode == 0:
            check(done.stdout == shop.expected, f"byte {place}: printed {done.stdout!r}")
        else:
            check(damaged, f"byte {place}: verify finds nothing, but {done.stderr}")
            shop.refuses(done, DAMAGE, "hold.bc")
            stopped += 1
            check(shop.run("verify", "hold.bc", "--store", shop.store).returncode == DAMAGE, "damage went away")
    check(stopped > 0 and found > 0, "no flipped byte was met")
    shop.other_is_well()


def damaged_line(shop):
    """The line that verify names is the one that the run stops at."""
    for block in range(64, 4096):
        shop.copy()
        flip(shop.heap, block * BLOCK + 77)
        verified = shop.run("verify", "hold.bc", "--store", shop.store)
        if ", line " in verified.stdout:
            break
    line = verified.stdout.split(", line ")[1].split(",")[0]
    check(f"block {block} " in verified.stdout, verified.stdout)
    done = shop.run("resume", "hold.bc", "--store", shop.store)
    if done.returncode != 0:
        shop.refuses(done, DAMAGE, f"heap hold.bc is damaged: line {line} ")
    shop.other_is_well()


def truncated(shop):
    size = (shop.original / "hold.bc" / "heap").stat().st_size
    for length in (0, 100, BLOCK, 3 * BLOCK, size // 2, size - BLOCK):
        shop.copy()
        with open(shop.heap, "r+b") as file:
            file.truncate(length)
        for command in ("verify", "resume"):
            done = shop.run(command, "hold.bc", "--store", shop.store)
            check(done.returncode != 0 and done.returncode > 0 and "sum" not in done.stdout,
                  f"{command} of {length} bytes: status {done.returncode}: {done.stdout}{done.stderr}")
            check("uvm: " in done.stderr or "damage" in done.stdout, f"{command} of {length} bytes says nothing")
    shop.other_is_well()


ROOTS = (1, 2)  # blocks


def newest_root(path):
    """The number of the root slot with the higher sequence number."""
    content = path.read_bytes()
    sequences = [int.from_bytes(content[block * BLOCK + 8:block * BLOCK + 16], "little") for block in ROOTS]
    return sequences.index(max(sequences))


NAMED = 112  # where a root points to its first version


def damaged_roots(shop):
    """A damaged root is reported; what it names is found, or the other root is used; a run never starts anew unasked."""
    shop.copy()
    slot = newest_root(shop.heap)
    for at, text in ((3000, "is whole: nothing is lost"), (512, "the older one of two, so nothing is lost")):
        shop.copy()
        damaged = slot if at == 3000 else 1 - slot
        flip(shop.heap, ROOTS[damaged] * BLOCK + at)
        done = shop.run("resume", "hold.bc", "--store", shop.store)
        check(f"root slot {damaged} (block {ROOTS[damaged]}) of {shop.heap} is damaged" in done.stderr
              and text in done.stderr and "resuming the interrupted run" in done.stderr, f"resume says {done.stderr!r}")
        check(done.stdout == shop.expected, f"printed {done.stdout!r}")

    shop.copy()
    patch(shop.heap, ROOTS[slot] * BLOCK, bytes(BLOCK))
    done = shop.run("resume", "hold.bc", "--store", shop.store)
    check("Nothing is lost if the machine stopped while" in done.stderr, f"resume says {done.stderr!r}")
    check(done.stdout == shop.expected, f"printed {done.stdout!r}")

    # The root of the only version gone; then both roots of a heap with several.
    once = shop.suspend_once()
    slot = newest_root(once / "hold.bc" / "heap")
    flip(once / "hold.bc" / "heap", ROOTS[slot] * BLOCK + NAMED)
    shop.copy()
    for block in ROOTS:
        flip(shop.heap, block * BLOCK + 3000)
    for store in (once, shop.store):
        for words in (("resume", "hold.bc", "--store", store), ("--store", store, shop.bundle, 8, shop.go)):
            done = shop.run(*words)
            shop.refuses(done, DAMAGE, "heap hold.bc is damaged")
            for hint in ("uvm verify hold.bc", "uvm remove hold.bc", "--fresh", str(store / "hold.bc" / "heap")):
                check(hint in done.stderr, f"{hint} is not in {done.stderr!r}")
        check(shop.run("verify", "hold.bc", "--store", store).returncode == DAMAGE, "verify finds nothing")
    fresh = shop.run("--store", shop.store, "--fresh", shop.bundle, 8, shop.go)
    check(fresh.returncode == 0 and shop.expected in fresh.stdout, f"--fresh: {fresh.stdout!r} {fresh.stderr!r}")
    shop.other_is_well()


def damaged_image(shop):
    """Damage in the base image is named as such; programs that start later get a new one."""
    shop.copy()
    image = next((shop.store / "images").glob("base-*"))
    for block in range(200, 900):
        flip(image, block * BLOCK + 77)
    verified = shop.run("verify", "hold.bc", "--store", shop.store)
    check(verified.returncode == DAMAGE and f"base image {image}: " in verified.stdout, f"verify: {verified.stdout[:500]}")
    done = shop.run("resume", "hold.bc", "--store", shop.store)
    shop.refuses(done, DAMAGE, f"base image {image} is damaged: line ")
    check("uvm remove or --fresh" in done.stderr and "makes a new image" in done.stderr, done.stderr)
    fresh = shop.run("--store", shop.store, "--fresh", shop.bundle, 8, shop.go)
    check("booting the class library" in fresh.stderr, fresh.stderr)
    check(fresh.returncode == 0 and shop.expected in fresh.stdout, f"--fresh: {fresh.stdout!r} {fresh.stderr!r}")

    # One that does not even open is replaced at once.
    shop.copy()
    for block in ROOTS:
        flip(image, block * BLOCK + 3000)
    shop.refuses(shop.run("resume", "hold.bc", "--store", shop.store), DAMAGE, f"{image} is damaged")
    started = shop.run("--store", shop.store, "--name", "new", shop.bundle, 8, shop.go)
    check(f"base image {image} cannot be used and is made again" in started.stderr, started.stderr)
    check(started.returncode == 0 and shop.expected in started.stdout, f"{started.stdout!r} {started.stderr!r}")


def later_format(shop):
    shop.copy()
    for block in (0, 3):  # the header and its copy
        patch(shop.heap, block * BLOCK + 8, (99).to_bytes(4, "little"))
    shop.refuses(shop.run("resume", "hold.bc", "--store", shop.store), 1, "needs a newer uvm")
    shop.refuses(shop.run("--store", shop.store, shop.bundle, 8, shop.go), 1, "needs a newer uvm")
    shop.refuses(shop.run("verify", "hold.bc", "--store", shop.store), 1, "needs a newer uvm")
    shop.other_is_well()


def second_vm(shop):
    shop.copy()
    shop.go.unlink()
    first = shop.start("resume", "hold.bc", "--store", shop.store)
    wait_for(shop.err, "resuming the interrupted run", first)
    for words in (("resume", "hold.bc", "--store", shop.store), ("--store", shop.store, shop.bundle, 8, shop.go),
                  ("remove", "hold.bc", "--store", shop.store)):
        shop.refuses(shop.run(*words), 1, "heap hold.bc is in use")
    shop.go.touch()
    first.wait(TIMEOUT)
    check(shop.out.read_text() == shop.expected, f"the first VM printed {shop.out.read_text()!r}")


def in_mounts(commands):
    """A prefix that runs a command as root of a user namespace, after shell commands that mount."""
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", commands + '\nexec "$@"', "sh"]


def no_rights(shop):
    shop.copy()
    read_only = in_mounts(f"mount --bind '{shop.store}' '{shop.store}'; mount -o remount,ro,bind '{shop.store}'")
    shop.refuses(shop.run("resume", "hold.bc", "--store", shop.store, prefix=read_only), 1, "no permission")
    shop.refuses(shop.run("--store", shop.store, "--name", "new", shop.bundle, 8, shop.go, prefix=read_only), 1,
                 "no permission")
    check(shop.run("verify", "hold.bc", "--store", shop.store, prefix=read_only).returncode == 0, "verify needs no rights")
    shop.other_is_well()


def full_disk(shop):
    """The disk fills in the middle of a run: it goes on, says so once, and checkpoints work again when there is space."""
    shop.go.unlink()
    store = shop.folder / "small"
    store.mkdir(exist_ok=True)
    grow = shop.folder / "grow"
    grow.unlink(missing_ok=True)
    # A child of the same namespace gives the file system more room when asked.
    prefix = in_mounts(f"mount -t tmpfs -o size=40M none '{store}'; (while [ ! -e '{grow}' ]; do sleep 0.1; done; "
                       f"mount -o remount,size=400M '{store}') >/dev/null 2>&1 &")
    process = shop.start("--store", store, "--checkpoint-every", "100ms", shop.bundle, 40, shop.go, prefix=prefix)
    try:
        wait_for(shop.out, "ready", process)
        wait_for(shop.err, "checkpoint failed", process)
        time.sleep(0.5)  # it goes on failing
        check(shop.err.read_text().count("checkpoint failed") == 1, f"said more than once: {shop.err.read_text()}")
        check("the run continues, version " in shop.err.read_text(), shop.err.read_text())
        grow.touch()
        wait_for(shop.err, "checkpoints work again", process)
        shop.go.touch()
        check(process.wait(TIMEOUT) == 0, f"status {process.returncode}: {shop.err.read_text()}")
        sums = [line for line in shop.out.read_text().split("\n") if line.startswith("sum ")]
        check(sums == [shop.sum_of(40)], f"printed {sums}")
    finally:
        grow.touch()
        process.kill()
        process.wait()


def full_disk_and_memory(shop):
    """If memory is full and the disk is too, the process ends and says why and what to do."""
    shop.go.unlink()
    store = shop.folder / "smaller"
    store.mkdir(exist_ok=True)
    prefix = in_mounts(f"mount -t tmpfs -o size=40M none '{store}'")
    done = shop.run("--store", store, "--memory", "16M", shop.bundle, 64, shop.go, prefix=prefix)
    check(done.returncode in (-signal.SIGABRT, 128 + signal.SIGABRT), f"status {done.returncode}: {done.stderr!r}")
    told = [line for line in done.stderr.split("\n") if line.startswith("uvm: heap hold.bc: memory is full")]
    check(len(told) == 1 and "No space left on device" in told[0] and "uvm resume hold.bc" in told[0], f"said {done.stderr!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvm", required=True)
    parser.add_argument("--uvmc", required=True)
    parser.add_argument("--jdk", required=True, metavar="DIR", help="where javac and java are")
    parser.add_argument("--build-dir", required=True, metavar="DIR", help="scratch folder, emptied first")
    parser.add_argument("--flips", type=int, default=20, metavar="N", help="random bytes flipped (default 20)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    random.seed(options.seed)
    print(f"seed {options.seed}", flush=True)
    shop = Shop(options)
    shop.sum_of = lambda mib: subprocess.run(
        [f"{options.jdk}/java", "-Xint", "-cp", str(shop.folder / "classes"), "Hold", str(mib), str(shop.go)],
        capture_output=True, text=True, check=True).stdout.split("\n")[-2]
    shop.suspend_two()
    cases = [flipped_bytes, damaged_line, damaged_roots, damaged_image, truncated, later_format, second_vm]
    if subprocess.run(in_mounts("true") + ["true"], stderr=subprocess.DEVNULL).returncode == 0:
        cases += [no_rights, full_disk, full_disk_and_memory]
    else:
        print("skipped for want of user namespaces: no_rights, full_disk, full_disk_and_memory")
    failed = 0
    for case in cases:
        shop.go.touch()
        try:
            case(shop)
            print(f"passed {case.__name__}", flush=True)
        except (Failure, subprocess.TimeoutExpired) as problem:
            failed += 1
            print(f"FAILED {case.__name__}: {problem}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
