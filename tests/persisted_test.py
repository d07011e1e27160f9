#!/usr/bin/env python3
"""Every UVM_PERSISTED line (base/persisted.h) is in the list that makes the heap's fingerprint.

    tests/persisted_test.py TREE
"""
import pathlib
import re
import sys

LINE = re.compile(r"^UVM_PERSISTED(?:_OVER|_ENUM)?\((\w+),", re.MULTILINE)
LIST = re.compile(r"kTypes\s*=\s*fingerprint_of<([^;]*)>\(\);")


def main():
    tree = pathlib.Path(sys.argv[1])
    found = {}
    for top in ("gc", "runtime"):
        for path in sorted((tree / top).rglob("*")):
            if path.suffix in (".h", ".cpp") and not path.is_symlink():
                for name in LINE.findall(path.read_text()):
                    found[name] = path.relative_to(tree)
    listed = LIST.search((tree / "runtime/boot/heap_fingerprint.cpp").read_text())
    names = {name.split("::")[-1].strip() for name in listed[1].split(",")}
    missing = [f"{name} ({path}) is persisted, and not in the fingerprint's list" for name, path in found.items() if name not in names]
    for line in missing:
        print(line, file=sys.stderr)
    if len(found) < 50:
        sys.exit(f"only {len(found)} UVM_PERSISTED lines found in {tree}")
    print(f"{len(found)} persisted types, all in the fingerprint")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
