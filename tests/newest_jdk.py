#!/usr/bin/env python3
"""Runs tests on the newest openjdk-17-jre-headless that this system's package sources have, beside the installed one.

    newest_jdk.py natives --natives-test PROGRAM --java-home DIR
        compares the natives of both class libraries with uvm's lists
    newest_jdk.py java --java-home DIR -- RUN_JAVA_TESTS_OPTION ...
        runs the Java programs on the newest class library

DIR is the installed one. The package is unpacked, not installed, into .cache/ of the source folder, once for each
version. Lists of packages are kept there too and are renewed once a day, so nothing of the machine changes and no
rights are needed. A package that cannot be had is a failure: what users install today must not go untested.
"""
import argparse
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache" / "newest-jdk"
PACKAGE = "openjdk-17-jre-headless"
LISTS_AGE = 24 * 3600  # seconds
HOME_IN_PACKAGE = "usr/lib/jvm/java-17-openjdk-amd64"


class Failure(Exception):
    """The newest package cannot be had; the message is for the reader."""


def run(command, **options):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed") from None
    if done.returncode:
        raise Failure(f"{command[0]} ... {command[-1]} failed:\n{(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def apt_options():
    lists = CACHE / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    (CACHE / "apt" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    options = [f"Dir::State::lists={lists}", f"Dir::Cache={CACHE / 'apt'}", "Debug::NoLocking=1",
               "APT::Get::List-Cleanup=0", "Acquire::Retries=2"]
    if os.geteuid() == 0:
        options.append("APT::Sandbox::User=root")  # its own user may not write here
    return [word for option in options for word in ("-o", option)]


def newest_version():
    stamp = CACHE / "lists.stamp"
    if not stamp.exists() or time.time() - stamp.stat().st_mtime > LISTS_AGE:
        # An error, not a warning, when a source cannot be read.
        run(["apt-get", *apt_options(), "-o", "APT::Update::Error-Mode=any", "-q", "update"])
        stamp.touch()
    for line in run(["apt-cache", *apt_options(), "policy", PACKAGE], env={**os.environ, "LC_ALL": "C"}).splitlines():
        name, _, value = line.strip().partition(": ")
        if name == "Candidate" and value != "(none)":
            return value
    raise Failure(f"no package source of this system has {PACKAGE}")


def own_links(root):
    """Links to /etc mean the machine's files, which may be of another update or missing: the package has its own."""
    for path in root.rglob("*"):
        if not path.is_symlink():
            continue
        target = os.readlink(path)
        own = root / target.lstrip("/")
        if target.startswith("/") and own.exists():
            path.unlink()
            path.symlink_to(os.path.relpath(own, path.parent))


def unpack(version):
    folder = CACHE / version.replace(":", "_")
    if not folder.exists():
        fresh = CACHE / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        (fresh / "tree").mkdir(parents=True)
        run(["apt-get", *apt_options(), "-q", "download", f"{PACKAGE}={version}"], cwd=fresh)
        for package in fresh.glob("*.deb"):
            run(["dpkg", "-x", str(package), str(fresh / "tree")])
        own_links(fresh / "tree")
        (fresh / "tree").rename(folder)
        shutil.rmtree(fresh)
    for other in CACHE.iterdir():
        if (other / HOME_IN_PACKAGE).is_dir() and other != folder:
            shutil.rmtree(other)
    return folder / HOME_IN_PACKAGE


def is_installed(version, home):
    """Whether the class library at `home` is that version of the package."""
    try:
        return run(["dpkg-query", "-W", "-f", "${Version}", PACKAGE]) == version and \
            (home / "lib" / "modules").samefile(f"/{HOME_IN_PACKAGE}/lib/modules")
    except (Failure, OSError):
        return False


def newest_home(installed):
    """The newest class library; `installed` when that is it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        version = newest_version()
        if is_installed(version, installed):
            print(f"the installed {PACKAGE} {version} is the newest")
            return installed
        print(f"{PACKAGE} {version} is newer than what is installed in {installed}", flush=True)
        return unpack(version)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["natives", "java"])
    parser.add_argument("--java-home", required=True, type=pathlib.Path, metavar="DIR",
                        help="the installed class library")
    parser.add_argument("--natives-test", metavar="PROGRAM", help="natives: the program that compares")
    own, rest = sys.argv[1:], []
    if "--" in own:
        own, rest = own[:own.index("--")], own[own.index("--") + 1:]
    options = parser.parse_args(own)
    installed = options.java_home.resolve()
    try:
        newest = newest_home(installed)
    except Failure as failure:
        print(f"FAIL the newest {PACKAGE} cannot be had, and must be tested: {failure}")
        return 1
    if options.what == "natives":
        homes = [installed] if newest == installed else [installed, newest]
        return subprocess.run([options.natives_test, *homes]).returncode
    if newest == installed:
        print("so the Java programs need no second run")
        return 0
    return subprocess.run([sys.executable, HERE / "run_java_tests.py", "--java-home", newest, *rest]).returncode


if __name__ == "__main__":
    sys.exit(main())
