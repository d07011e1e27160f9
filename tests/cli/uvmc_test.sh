#!/bin/bash
# Tests of uvmc's command line: uvmc_test.sh UVMC JAVAC JAR. Silent if all is well.
set -u
uvmc=$(realpath "$1") javac=$2 jar=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

# expect STATUS STDERR ARGUMENT...: runs uvmc; stderr must be one line that matches the pattern (empty: no output).
expect() {
  local status=$1 pattern=$2
  shift 2
  "$uvmc" "$@" >out 2>err </dev/null
  local got=$?
  [ "$got" -eq "$status" ] || fail "uvmc $*: exit $got, not $status: $(cat err)"
  if [ -z "$pattern" ]; then
    [ ! -s err ] || fail "uvmc $*: unexpected: $(cat err)"
  else
    [ "$(wc -l <err)" -eq 1 ] || fail "uvmc $*: not one line: $(cat err)"
    # shellcheck disable=SC2053 # it is a pattern
    [[ $(cat err) == $pattern ]] || fail "uvmc $*: said \"$(cat err)\", not \"$pattern\""
  fi
}

mkdir -p src classes
cat >src/Main.java <<'JAVA'
package p;
public class Main { public static void main(String[] args) {} }
class Base { public static void main(String[] args) {} }
JAVA
cat >src/NoMain.java <<'JAVA'
public class NoMain { void main(String[] args) {} }
JAVA
cat >src/Derived.java <<'JAVA'
public class Derived extends Thread { static void main(int args) {} }
JAVA
"$javac" -d classes src/*.java || exit 1

# Usage.
expect 0 ''  --help
for word in NAME SYNOPSIS OPTIONS 'EXIT STATUS' --output --main --help --version; do
  grep -q -e "$word" out || fail "--help does not explain $word"
done
expect 0 '' --version
expect 2 'uvmc: *--frob*' --frob
expect 2 'uvmc: no output*' classes
expect 2 'uvmc: *' classes -o
expect 2 'uvmc: nothing to pack*' -o app.bc
expect 2 'uvmc: --main: *empty*' -o app.bc --main '' classes

# A class file of a later version is refused by the name that its place gives it.
mkdir -p later/p
{ head -c 6 classes/p/Main.class; printf '\0\143'; tail -c +9 classes/p/Main.class; } >later/p/Main.class
expect 1 'uvmc: later: p/Main.class: p/Main has been compiled by a more recent version*' -o later.bc --main p.Main later
expect 1 'uvmc: later/p/Main.class: Main has been compiled by a more recent version*' -o later.bc later/p/Main.class

# What is packed, and that the same inputs give the same bytes.
expect 0 '' -o app.bc classes/p/Main.class
[ "$(head -c 5 app.bc)" = UVMBC ] || fail 'no magic'
expect 0 '' -o again.bc classes/p/Main.class
cmp -s app.bc again.bc || fail 'packing is not deterministic'
expect 0 '' -o app.bc --main p/Main classes
expect 0 '' -o app.bc --main Derived classes/Derived.class   # its superclass is not at hand
"$jar" --create --file app.jar --main-class p.Main -C classes . || exit 1
expect 0 '' -o app.bc app.jar

# Refusals: one line that says what, and the output is as it was.
rm -f app.bc again.bc
expect 1 'uvmc: not-there.jar: No such file or directory' -o app.bc not-there.jar
expect 1 'uvmc: main method not found in class NoMain, *' -o app.bc classes/NoMain.class
expect 1 'uvmc: could not find main class p.Missing in the inputs' -o app.bc --main p.Missing classes
expect 1 'uvmc: which main class? give --main with one of p.Base, p.Main' -o app.bc classes
printf 'plain text' >text
expect 1 'uvmc: text: not a jar*' -o app.bc text
: >empty.jar
expect 1 'uvmc: empty.jar: not a jar*' -o app.bc empty.jar
head -c 300 app.jar >short.jar
expect 1 'uvmc: short.jar: not a jar*' -o app.bc short.jar
head -c 40 classes/NoMain.class >Short.class
expect 1 'uvmc: Short.class: *' -o app.bc Short.class
cp classes/NoMain.class Other.class
expect 1 'uvmc: Other.class: holds class NoMain' -o app.bc Other.class
mkdir -p wrong/q && cp classes/p/Main.class wrong/q/
expect 1 'uvmc: wrong: q/Main.class: holds class p.Main' -o app.bc wrong
mkdir -p future && printf '\xca\xfe\xba\xbe\x00\x00\x00\x63' | cat - <(tail -c +9 classes/NoMain.class) >future/NoMain.class
expect 1 'uvmc: future: NoMain.class: *99.0*' -o app.bc future
expect 1 'uvmc: *' -o no/such/folder/app.bc classes/p/Main.class
expect 1 'uvmc: classes: exists and is not a regular file' -o classes app.jar
[ ! -e app.bc ] || fail 'a refused input left an output behind'
expect 0 '' -o app.bc app.jar
cp app.bc before.bc
expect 1 'uvmc: app.bc: is already a bundle' -o other.bc app.bc
expect 1 'uvmc: app.bc: is also the output' -o app.bc app.bc
cmp -s app.bc before.bc || fail 'a refused input changed the output'
cp app.jar before.jar
expect 1 'uvmc: app.jar: is also the output' -o ./app.jar app.jar
cmp -s app.jar before.jar || fail 'the input was overwritten'
said=$( (ulimit -f 0; "$uvmc" -o app.bc app.jar) 2>&1)
[ "$said" = 'uvmc: app.bc: cannot write: File too large' ] || fail "a limit of file sizes: $said"
cmp -s app.bc before.bc || fail 'a bundle that could not be written changed the output'
[ -z "$(find . -name '*.bc.*')" ] || fail 'temporary files are left'

exit $((failures > 0))
