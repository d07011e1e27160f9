"""What the benchmarks share: building the programs of bench/java, running them, and printing figures with their noise.

Each benchmark measures uvm and its peer, or its two cases, in turns in one run, so that other load on the machine hits
both; the ratio is what to rely on.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent


def parser(description):
    result = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--build", metavar="DIR", default=str(TOP / "build"), help="build folder (default: build/)")
    result.add_argument("--rounds", type=int, default=5, metavar="N", help="times each case is measured (default 5)")
    return result


def jdk(program):
    """Path of a program of the JDK."""
    for home in (os.environ.get("UVM_JAVA_HOME"), os.environ.get("JAVA_HOME"), "/usr/lib/jvm/java-17-openjdk-amd64"):
        if home and (path := pathlib.Path(home) / "bin" / program).exists():
            return str(path)
    return program


def noise(values, unit="", digits=2):
    """min / median / max, for people."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{low:.{digits}f} / {middle:.{digits}f} / {high:.{digits}f}{unit}"


class Workshop:
    """A scratch folder in the build folder (on its file system, which is what stores are measured on), with bundles."""

    def __init__(self, build):
        self.build = pathlib.Path(build).resolve()
        self.uvm, self.uvmc = str(self.build / "uvm"), str(self.build / "uvmc")
        if not pathlib.Path(self.uvm).exists():
            sys.exit(f"{self.uvm} is not there; build it first: cmake --build --preset release")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=self.build))
        self.store = self.folder / "store"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def classes(self, name):
        """Compiles bench/java/<name>.java, as the class library itself is compiled; returns the folder of classes."""
        folder = self.folder / name
        if not folder.exists():
            subprocess.run([jdk("javac"), "-XDstringConcat=inline", "-g", "-Xlint:-options", "-d", str(folder),
                            str(HERE / "java" / f"{name}.java")], check=True)
        return folder

    def bundle(self, name):
        bundle = self.folder / f"{name}.bc"
        if not bundle.exists():
            subprocess.run([self.uvmc, "-o", str(bundle), "--main", name, str(self.classes(name))], check=True)
        return str(bundle)

    def uvm_command(self, name, *arguments, options=()):
        return [self.uvm, "--store", str(self.store), *options, self.bundle(name), *map(str, arguments)]

    def java_command(self, name, *arguments, options=()):
        return [jdk("java"), *options, "-cp", str(self.classes(name)), name, *map(str, arguments)]

    def make_image(self):
        """Boots the base image, so that no measured run does."""
        run(self.uvm_command("Hello"))


def run(command, **options):
    """Runs a command to its end; returns its stdout. Stops the benchmark when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
                          **options)
    if done.returncode != 0:
        sys.exit(f"failed with {done.returncode}: {' '.join(command)}\n{done.stderr[-2000:]}")
    return done.stdout
