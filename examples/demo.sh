#!/bin/bash
# Installs what is missing, builds uvm, and shows what it is for: a long computation with threads is killed with
# kill -9 in the middle and goes on. Its output must be what java prints, no line lost or doubled.
set -euo pipefail
cd "$(dirname "$0")/.."

tools/setup.sh run
cmake --preset release >/dev/null
cmake --build --preset release --target uvm uvmc
jdk=/usr/lib/jvm/java-17-openjdk-$(dpkg --print-architecture)/bin

work=$(mktemp -d)
pid=
cleanup() {
  [[ -z $pid ]] || kill -9 "$pid" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
uvm=(build/uvm --store "$work/store")

show() { printf '\n$ %s\n' "$*"; }

show uvmc -o queens.bc Queens*.class
"$jdk/javac" -Xlint:all -d "$work/classes" examples/queens/Queens.java
build/uvmc -o "$work/queens.bc" "$work/classes"

show "uvm --checkpoint-every 250ms queens.bc 15 >output &"
"${uvm[@]}" --checkpoint-every 250ms "$work/queens.bc" 15 >"$work/output" &
pid=$!
for ((i = 0; i < 6000; i++)); do
  [[ $(wc -l <"$work/output") -lt 3 ]] || break
  kill -0 "$pid"  # it must not have ended by itself
  sleep 0.1
done
sleep 0.3

show "kill -9 $pid"
kill -9 "$pid"
wait "$pid" 2>/dev/null || true
pid=
show cat output
cat "$work/output"
show uvm list
build/uvm list --store "$work/store"

show "uvm queens.bc 15 >>output"
"${uvm[@]}" "$work/queens.bc" 15 >>"$work/output"
show cat output
cat "$work/output"

show "java Queens 15 | diff - output && echo the same"
"$jdk/java" -cp "$work/classes" Queens 15 | diff - "$work/output"
echo the same
