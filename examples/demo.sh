#!/bin/bash
# Shows what uvm is for: a long computation with threads is killed with kill -9 in the middle and resumed. Its output must
# be what java prints, with no line lost or doubled. demo.sh [BUILD]: without the build folder of a finished build, installs
# what is missing and builds uvm first.
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:-build}
if [[ $# -eq 0 ]]; then
  tools/setup.sh run
  cmake --preset release >/dev/null
  cmake --build --preset release --target uvm uvmc examples
fi
jdk=/usr/lib/jvm/java-17-openjdk-$(dpkg --print-architecture)/bin
generations=4000

work=$(mktemp -d)
pid=
cleanup() {
  [[ -z $pid ]] || kill -9 "$pid" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
uvm=("$build/uvm" --store "$work/store" --checkpoint-every 250ms "$build/examples/LongComputation.bc" "$generations")

show() { printf '\n$ %s\n' "$*"; }

show "uvm --checkpoint-every 250ms LongComputation.bc $generations >output &"
"${uvm[@]}" >"$work/output" &
pid=$!
for ((i = 0; i < 6000; i++)); do
  [[ $(wc -l <"$work/output") -lt 6 ]] || break
  kill -0 "$pid" # it must not have ended by itself
  sleep 0.1
done

show "kill -9 $pid"
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
pid=
show cat output
cat "$work/output"
show uvm list
"$build/uvm" list --store "$work/store"

show "uvm LongComputation.bc $generations >>output"
"${uvm[@]}" >>"$work/output"
show cat output
cat "$work/output"

show "java LongComputation $generations | diff - output && echo the same"
"$jdk/java" -cp "$build/examples/classes/LongComputation" LongComputation $generations | diff - "$work/output"
echo the same
