#!/usr/bin/env python3
"""The unit tests of the pager and the store on Linux 6.1, which has neither asynchronous write protection nor PAGEMAP_SCAN.

An emulated machine boots Debian's kernel (pmem_guest.sh). There `uvm --version -v` must say which mechanisms take the place of
those that are missing, and each test program must end as GoogleTest ends when all is well. Tests are skipped only in the modes
that need what this kernel lacks; of each of these the same test must have passed in the other mode.

Needs (Debian): qemu-system-x86 busybox-static cpio e2fsprogs ndctl.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# The rest takes much longer than all of this together, and asks little of the kernel: models of disks, checksums.
DEFAULT_FILTER = "*-StoreCrashTest*:StoreFaultTest*:*StoreModelTest*:*WriteAmplification*:StoreVerifyTest*"
RUN = """uvm --version -v && echo "asked" || exit 1
mkdir -p {scratch}
TMPDIR={scratch}; export TMPDIR
status=0
for program in {programs}; do
  echo "running $program"
  /bin/$program --gtest_filter='{filter}' 2>&1 || status=1
done
exit $status
"""
MECHANISMS = {  # the mechanism, and what is used in its place
    "UFFDIO_CONTINUE_MODE_WP": "lines rescued from eviction count as written",
    "UFFD_FEATURE_WP_ASYNC": "each first write to a line is a fault in uvm",
    "PAGEMAP_SCAN": "not used: faults tell which lines were written",
}


class Failure(Exception):
    """Something is wrong on that kernel; the message is for the reader."""


def check(condition, what):
    if not condition:
        raise Failure(what)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uvm", required=True, type=pathlib.Path, metavar="PATH")
    parser.add_argument("--tests", required=True, action="append", type=pathlib.Path, metavar="PATH",
                        help="a GoogleTest program; may be given several times")
    parser.add_argument("--build-dir", required=True, type=pathlib.Path, metavar="DIR", help="scratch folder, emptied first")
    parser.add_argument("--filter", default=DEFAULT_FILTER, help="which tests, as --gtest_filter (default %(default)s)")
    parser.add_argument("--timeout", type=int, default=3600, metavar="SECONDS", help="of the machine (default 3600)")
    return parser.parse_args()


def boot(options):
    """What the machine prints."""
    folder = options.build_dir.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    scratch = folder / "tmp"
    scratch.mkdir(parents=True)
    script = folder / "run.sh"
    # Stores lie on the NVDIMM's ext4, so that io_uring and direct I/O are those of a disk.
    script.write_text(RUN.format(filter=options.filter, scratch="/pmem/tests",
                                 programs=" ".join(program.name for program in options.tests)))
    files = [f"{program.resolve()}:/bin/{program.name}" for program in [options.uvm, *options.tests]] + [f"{script}:/run.sh"]
    command = [HERE / "pmem_guest.sh", "--pmem-mib", 1024, "--mem-mib", 2048, "--timeout", options.timeout,
               *(word for file in files for word in ("--file", file)), "--", "sh", "/run.sh"]
    log = folder / "log"
    with open(log, "wb") as out:
        status = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out,
                                stderr=subprocess.STDOUT, env={**os.environ, "TMPDIR": str(scratch)}).returncode
    shutil.rmtree(scratch)
    return status, log.read_text(errors="replace")


def judge(status, printed):
    """The figures, for the reader."""
    tail = printed[-3000:]
    kernel = re.search(r"^Linux (\d+)\.(\d+)\.\S+", printed, re.MULTILINE)
    check(kernel and "asked" in printed, f"uvm --version -v fails:\n{tail}")
    check((int(kernel[1]), int(kernel[2])) < (6, 4), f"{kernel[0]} is not an old kernel")
    for name, use in MECHANISMS.items():
        line = next((line for line in printed.split("\n") if line.strip().startswith(name)), "")
        check(re.search(r"\)\s+no\s+" + re.escape(use), line), f"uvm --version -v says of {name}: {line.strip()!r}")

    parts = re.split(r"^running \S+", printed, flags=re.MULTILINE)[1:]
    check(parts and status == 0 and "FAILED" not in printed, f"status {status}:\n{tail}")
    tests = milliseconds = 0
    for part in parts:
        # The kernel prints on the same terminal, so a line may have more than GoogleTest's part of it.
        ran = re.search(r"\[==========\] (\d+) tests? from \d+ test suites? ran\. \((\d+) ms total\)", part)
        passed = re.search(r"\[  PASSED  \] (\d+) tests?\.", part)
        check(ran and passed, f"GoogleTest has not come to its end (status {status}):\n{part[-3000:]}")
        skipped_here = set(re.findall(r"\[  SKIPPED \] (\S+) \(", part))
        check(int(passed[1]) + len(skipped_here) == int(ran[1]), f"{ran[0]}, {passed[0]}, {len(skipped_here)} skipped")
        tests += int(passed[1])
        milliseconds += int(ran[2])
    succeeded = set(re.findall(r"\[       OK \] (\S+)", printed))
    skipped = set(re.findall(r"\[  SKIPPED \] (\S+) \(", printed))
    for name in sorted(skipped):
        check(name.endswith("Async"), f"{name} is skipped, which does not need asynchronous write protection")
        check(name.removesuffix("Async") + "Sync" in succeeded, f"{name} is skipped, and has not passed with Sync either")
    suites = {name.split(".")[0].removeprefix("Modes/") for name in succeeded}
    for suite in ("RegionTest", "RegionFileTest", "RegionStressTest", "FileStoreTest"):
        check(suite in suites, f"nothing of {suite} has run")
    return (f"{kernel[0]}: {tests} tests passed, {len(skipped)} skipped for want of asynchronous write protection, "
            f"{milliseconds // 1000} s")


def main():
    options = parse_options()
    try:
        print(judge(*boot(options)))
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
