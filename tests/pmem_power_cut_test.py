#!/usr/bin/env python3
"""Cuts the power of a machine with persistent memory while uvm runs on it, and checks that nothing shows it.

The machine is emulated (pmem_guest.sh: Debian's kernel 6.1, an NVDIMM with ext4 mounted with DAX). A program runs there
to its end once; what it prints and the files it writes are the expected result. Then it is started again, the emulator is
killed after a random time, the machine boots on the same NVDIMM, `uvm` goes on with the program, and so on for --cuts
power cuts, after which it may end. The results must be the same, byte for byte. What stood in the guest's page cache is
lost at each cut, so this also shows that output is durable before the version that counts on it.

Needs (Debian): qemu-system-x86 busybox-static cpio e2fsprogs ndctl; the JDK that uvm finds.
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
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
JDK_FILES = ["release", "lib/modules", "lib/tzdb.dat", "conf/security/java.security"]
RUN = ("cd /pmem/{folder}; export UVM_JAVA_HOME=/pmem/jvm LC_ALL=C.UTF-8; echo; echo up; "
       "uvm --store /pmem/store --name {folder} --memory 128M --checkpoint-every 500ms /program.bc {size} "
       ">>out 2>>/pmem/{folder}.err; echo \"ended $?\"; {after}")


class Failure(Exception):
    """The run did not do what it should."""


class Guest:
    """Boots of the machine, all on one NVDIMM."""

    def __init__(self, options):
        self.options = options
        self.folder = options.build_dir.resolve()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.pmem = self.folder / "nvdimm"
        libpmem = next(pathlib.Path("/usr/lib").glob("*/libpmem.so.1"), None)
        if libpmem is None:
            raise Failure("libpmem.so.1 is not installed")
        self.files = [f"{options.uvm.resolve()}:/bin/uvm", f"{self.folder / 'program.bc'}:/program.bc",
                      f"{libpmem}:{libpmem}"]

    def boot(self, command, files=(), cut_after=None):
        """Runs a command; with cut_after, the power goes that many seconds after the command prints "up".

        Returns what the guest printed, and the seconds from "up" to "ended", None when the power was cut before."""
        scratch = self.folder / "tmp"
        scratch.mkdir()
        arguments = [HERE / "pmem_guest.sh", "--pmem", self.pmem, "--pmem-mib", "768", "--mem-mib", "1536", "--timeout",
                     str(self.options.timeout)]
        for entry in [*self.files, *files]:
            arguments += ["--file", entry]
        arguments += ["--", "sh", "-c", command]
        process = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, errors="replace", start_new_session=True,
                                   env={**os.environ, "TMPDIR": str(scratch)})
        printed, up, seconds = [], 0.0, None
        cut = threading.Timer(cut_after or 0, os.killpg, (process.pid, signal.SIGKILL))
        try:
            for line in process.stdout:
                printed.append(line)
                if line.strip() == "up":
                    up = time.monotonic()
                    if cut_after is not None:
                        cut.start()
                if line.startswith("ended"):
                    seconds = time.monotonic() - up
                    cut.cancel()
            process.wait()
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return "".join(printed), seconds


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvm", required=True, type=pathlib.Path, metavar="PATH")
    parser.add_argument("--uvmc", required=True, type=pathlib.Path, metavar="PATH")
    parser.add_argument("--java-home", type=pathlib.Path, metavar="DIR", help="JDK to take along (default: of javac)")
    parser.add_argument("--build-dir", required=True, type=pathlib.Path, metavar="DIR", help="where everything goes")
    parser.add_argument("--program", default="FileWriting", help="of tests/kill (default FileWriting)")
    parser.add_argument("--size", type=int, default=3000, help="its argument (default 3000)")
    parser.add_argument("--cuts", type=int, default=20, help="power cuts (default 20)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--timeout", type=int, default=900, metavar="SECONDS", help="of one boot (default 900)")
    return parser.parse_args()


def make_bundle(options, guest):
    classes = guest.folder / "classes"
    source = HERE / "kill" / f"{options.program}.java"
    subprocess.run(["javac", "--release", "17", "-d", classes, source], check=True)
    subprocess.run([options.uvmc, "-o", guest.folder / "program.bc", "--main", f"kill.{options.program}", classes],
                   check=True)


def take_jdk(options, guest):
    home = options.java_home or pathlib.Path(os.path.realpath(shutil.which("javac"))).parent.parent
    for name in JDK_FILES:
        target = guest.folder / "jvm" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(home / name, target)


def run(options):
    guest = Guest(options)
    make_bundle(options, guest)
    take_jdk(options, guest)
    dice = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    begin = time.monotonic()
    printed, seconds = guest.boot("cp -r /jvm /pmem/jvm; mkdir /pmem/expected /pmem/run; " +
                            RUN.format(folder="expected", size=options.size, after="mount | grep /pmem"),
                            files=[f"{guest.folder / 'jvm'}:/jvm"])
    if "ended 0" not in printed or "dax" not in printed:
        raise Failure(f"the undisturbed run failed:\n{printed[-2000:]}")
    print(f"undisturbed run: {seconds:.1f} s, first boot included {time.monotonic() - begin:.0f} s", flush=True)
    # Of each stretch, start or resume take about a second.
    longest = 1 + 1.5 * seconds / options.cuts
    command = RUN.format(folder="run", size=options.size, after="")
    cuts = 0
    while cuts < options.cuts:
        printed, seconds = guest.boot(command, cut_after=dice.uniform(0.2, longest))
        if seconds is not None or "up" not in printed:
            raise Failure(f"it ended or failed before power cut {cuts + 1}; try --size:\n{printed[-2000:]}")
        cuts += 1
    # What others might have written before the machine was booted is saved as FILE.uvm-cut (docs/usage.md, Files).
    compare = ("cd /pmem/expected; for f in *; do cmp $f ../run/$f || echo differs; done; "
               "ls /pmem/expected >/tmp/a; ls /pmem/run | grep -v '[.]uvm-cut' | cmp - /tmp/a || echo differs; "
               "echo resumes $(grep -c 'resuming the interrupted run' /pmem/run.err); cat /pmem/run.err | tail -n 3")
    printed, _ = guest.boot(RUN.format(folder="run", size=options.size, after=compare))
    if "ended 0" not in printed or "differs" in printed:
        raise Failure(f"after {cuts} power cuts:\n{printed[-3000:]}")
    resumes = int(re.search(r"resumes (\d+)", printed)[1])
    if resumes == 0:
        raise Failure("the power never went while there was a version to go on from: try a larger --size")
    print(f"{options.program}: {cuts} power cuts, {resumes} resumes, no difference; "
          f"{time.monotonic() - begin:.0f} s")


def main():
    options = parse_options()
    try:
        run(options)
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
    shutil.rmtree(options.build_dir)


if __name__ == "__main__":
    main()
