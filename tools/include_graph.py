#!/usr/bin/env python3
"""Draws the house: which folder includes headers of which, as text or as an SVG picture.

    tools/include_graph.py [--svg FILE] [TREE]

Each #include "folder/..." of a source file counts for the pair of folders, tests left out. Folders are put on floors: one
stands above all that it includes from. Folders that include each other in a circle have no floor of their own; they are
drawn as one box and named, and the exit status is 1.
"""
import argparse
import collections
import pathlib
import re
import sys
import xml.sax.saxutils

SOURCES = {".h", ".cpp"}
LEFT_OUT = ("_test.cpp", "_fuzz.cpp", "_bench.cpp")
INCLUDE = re.compile(r'^#include "([^"]+)/[^"/]+"', re.MULTILINE)
TOP_FOLDERS = ("base", "pmem", "store", "uffd", "checkpoint", "gc", "runtime", "tools")


def edges_of(tree):
    """Counts of includes by (from folder, to folder), and the number of lines by folder."""
    edges, lines = collections.Counter(), collections.Counter()
    for top in TOP_FOLDERS:
        for path in sorted((tree / top).rglob("*")):
            if path.suffix not in SOURCES or path.is_symlink() or path.name.endswith(LEFT_OUT) or path.name.startswith("test_"):
                continue
            folder = str(path.parent.relative_to(tree))
            text = path.read_text()
            lines[folder] += text.count("\n")
            for target in INCLUDE.findall(text):
                if target != folder and (tree / target).is_dir():
                    edges[folder, target] += 1
    return edges, lines


def circles_of(folders, edges):
    """Strongly connected components (Tarjan 1972), lowest first: a component comes after all that it includes from."""
    below = collections.defaultdict(list)
    for source, target in edges:
        below[source].append(target)
    number, low, stack, components = {}, {}, [], []

    def visit(folder):
        number[folder] = low[folder] = len(number)
        stack.append(folder)
        for other in sorted(below[folder]):
            if other not in number:
                visit(other)
                low[folder] = min(low[folder], low[other])
            elif other in stack:
                low[folder] = min(low[folder], number[other])
        if low[folder] == number[folder]:
            at = stack.index(folder)
            components.append(sorted(stack[at:]))
            del stack[at:]

    for folder in folders:
        if folder not in number:
            visit(folder)
    return components


def floors_of(components, edges):
    """The floor of each component: 0 for those that include from no other."""
    home = {folder: i for i, component in enumerate(components) for folder in component}
    floors = [0] * len(components)
    for i, component in enumerate(components):
        below = [floors[home[target]] for source, target in edges if source in component and home[target] != i]
        floors[i] = max(below, default=-1) + 1
    return floors


def print_text(components, floors, edges, lines):
    for floor in range(max(floors), -1, -1):
        for i, component in enumerate(components):
            if floors[i] != floor:
                continue
            name = " + ".join(f"{folder}/ ({lines[folder]})" for folder in component)
            counts = collections.Counter()
            for (source, target), count in edges.items():
                if source in component and target not in component:
                    counts[target] += count
            print(f"{floor:3}  {name}  ->  " + ", ".join(f"{target} {count}" for target, count in counts.most_common()))


def write_svg(path, components, floors, edges, lines):
    width, height, gap_x, gap_y = 190, 44, 26, 46
    rows = [[i for i in range(len(components)) if floors[i] == floor] for floor in range(max(floors), -1, -1)]
    wide = max(len(row) for row in rows)
    total_x, total_y = wide * (width + gap_x) + gap_x, len(rows) * (height + gap_y) + gap_y
    place, boxes = {}, []
    for y, row in enumerate(rows):
        left = (total_x - len(row) * (width + gap_x) + gap_x) / 2
        for x, i in enumerate(row):
            at = (left + x * (width + gap_x), gap_y / 2 + y * (height + gap_y))
            size = sum(lines[folder] for folder in components[i])
            name = components[i][0] + "/" if len(components[i]) == 1 else f"{len(components[i])} folders in a circle"
            for folder in components[i]:
                place[folder] = at
            boxes.append(f'<g><rect x="{at[0]:.0f}" y="{at[1]:.0f}" width="{width}" height="{height}" rx="6"/>'
                         f'<text x="{at[0] + width / 2:.0f}" y="{at[1] + 19:.0f}">{xml.sax.saxutils.escape(name)}</text>'
                         f'<text class="lines" x="{at[0] + width / 2:.0f}" y="{at[1] + 35:.0f}">{size} lines</text></g>')
    arrows = []
    for (source, target), count in sorted(edges.items()):
        a, b = place[source], place[target]
        if a != b:
            arrows.append(f'<path d="M{a[0] + width / 2:.0f},{a[1] + height:.0f} L{b[0] + width / 2:.0f},{b[1]:.0f}" '
                          f'stroke-width="{min(0.5 + count / 40, 3):.1f}"/>')
    style = ("svg{font:13px sans-serif;background:#fff} rect{fill:#eef3fa;stroke:#456} text{text-anchor:middle;fill:#123}"
             ".lines{font-size:11px;fill:#567} path{stroke:#8aa;fill:none;opacity:.6}")
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total_x:.0f} {total_y:.0f}">'
                    f"<style>{style}</style>\n" + "\n".join(arrows + boxes) + "\n</svg>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--svg", type=pathlib.Path, metavar="FILE", help="write a picture")
    options = parser.parse_args()
    edges, lines = edges_of(options.tree)
    components = circles_of(sorted(lines), edges)
    floors = floors_of(components, edges)
    print_text(components, floors, edges, lines)
    if options.svg:
        write_svg(options.svg, components, floors, edges, lines)
    circles = [component for component in components if len(component) > 1]
    for circle in circles:
        print("a circle: " + ", ".join(circle), file=sys.stderr)
    sys.exit(1 if circles else 0)


if __name__ == "__main__":
    main()
