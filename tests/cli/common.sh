# What the tests of uvm's command line begin with, sourced by them: a folder of their own with a store in it, and how to
# fail. `running` is a process that is killed at the end.
set -u
work=$(mktemp -d)
running=
# Not in a child that gets a signal before it has executed another program.
trap '[ "$BASHPID" != $$ ] || { [ -z "$running" ] || kill -9 "$running" 2> /dev/null; rm -rf "$work"; }' EXIT
cd "$work" || exit 1
export XDG_DATA_HOME=$work/data
failures=0

fail() {
  echo "FAIL: $*" >&2
  failures=$((failures + 1))
}

# expect STATUS PATTERN COMMAND...: the exit status, and an extended regular expression in stdout and stderr together.
expect() {
  local status=$1 pattern=$2
  shift 2
  local output
  output=$("$@" 2>&1 < /dev/null)
  local got=$?
  [ "$got" = "$status" ] || fail "$*: exit status $got, not $status: $output"
  grep -Eq -- "$pattern" <<< "$output" || fail "$*: no '$pattern' in: $output"
}

# wait_for_lines N: until the file `output` has so many.
wait_for_lines() {
  for _ in $(seq 600); do
    [ -f output ] && [ "$(wc -l < output)" -ge "$1" ] && return
    sleep 0.05
  done
  fail "no $1 lines of output: $(cat messages)"
}

# finish TEXT: says it and ends, with the status that the failures give.
finish() {
  [ $failures = 0 ] || exit 1
  echo "$1"
  exit 0
}
