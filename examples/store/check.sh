#!/bin/bash
# What uvm-store does, step by step, with what it prints: check.sh UVM-STORE
set -u
store=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

# expect STATUS TEXT COMMAND...
expect() {
  local wanted=$1 text=$2 output status
  shift 2
  output=$("$store" notes "$@" 2>&1)
  status=$?
  [ "$status" = "$wanted" ] && [ "$output" = "$text" ] && return
  echo "FAIL: uvm-store notes $*: status $status, expected $wanted; printed '$output', expected '$text'" >&2
  failures=$((failures + 1))
}

expect 1 'uvm-store: cannot open notes: No such file or directory' delete 1
expect 1 'uvm-store: cannot open notes: No such file or directory' versions
expect 0 'version 1' set 1 first 2 second
expect 0 'version 2' set 1 changed 70000 'far away'
expect 0 'version 3' delete 2
expect 0 changed get 1
expect 1 '' get 2
expect 0 second get 2 --version 2
expect 0 first get 1 --version 1
expect 0 $'1 changed\n70000 far away' list
expect 0 $'1 first\n2 second' list --version 1
expect 0 $'1  2 notes  set 2\n2  3 notes  set 2\n3  2 notes  delete 2' versions
expect 0 '' verify
expect 2 'uvm-store: set wants pairs of a number below 1048576 and a text' set 5
expect 1 'uvm-store: notes has no version 9; it has 1 2 3' get 1 --version 9

# A flipped byte of a line is found, and no wrong text is given.
at=$(grep -obUa 'far away' notes | head -n 1 | cut -d: -f1)
printf X | dd of=notes bs=1 seek="$at" conv=notrunc status=none
expect 1 'uvm-store: note 70000 cannot be read' get 70000
expect 0 changed get 1
"$store" notes verify | grep -q 'line 70000' || { echo "FAIL: verify does not name line 70000" >&2; failures=$((failures + 1)); }

[ $failures = 0 ] || exit 1
echo "uvm-store: all as expected"
