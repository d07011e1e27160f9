#!/bin/sh
# Packs Debian's Rhino (package librhino-java), a JavaScript engine written in Java, and runs a script with it.
#
# usage: run.sh [--check] [--build DIR] [SCRIPT [ARGUMENT...]]
#   --build DIR   where uvm and uvmc are (default: ../../build from here)
#   --check       compare the output with SCRIPT's .out file instead of showing it
# The script is tour.js in this folder if none is given. UVM_OPTIONS is passed to uvm; RHINO_JAR names another jar.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$here/../../build
check=
while [ $# -gt 0 ]; do
  case $1 in
    --check) check=1; shift ;;
    --build) build=$2; shift 2 ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || set -- "$here/tour.js"
script=$1
jar=${RHINO_JAR:-/usr/share/java/rhino.jar}
if [ ! -r "$jar" ]; then
  echo "run.sh: $jar not found; install librhino-java or set RHINO_JAR" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/uvmc" -o "$work/rhino.bc" --main org.mozilla.javascript.tools.shell.Main "$jar"
if [ -z "$check" ]; then
  # shellcheck disable=SC2086 # options are words
  "$build/uvm" ${UVM_OPTIONS:-} "$work/rhino.bc" "$@"
else
  # The expected output is UTF-8, whatever the locale.
  # shellcheck disable=SC2086
  LC_ALL=C.UTF-8 "$build/uvm" --store "$work/store" ${UVM_OPTIONS:-} "$work/rhino.bc" "$@" > "$work/out"
  diff -u "${script%.js}.out" "$work/out"
  echo "$script: output as expected"
fi
