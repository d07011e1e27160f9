#!/bin/bash
# Resuming an older version: the output is cut back to what that version knows, whenever the process is killed.
# versions_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3

cat > Count.java <<'JAVA'
import java.io.FileWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

public class Count {
  public static void main(String[] args) throws Exception {
    try (FileWriter open = new FileWriter("open")) {
      for (int i = 0; i < 60; i++) {
        System.out.println(i);
        open.write(i + "\n");
        open.flush();
        Files.writeString(Path.of("named"), i + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Thread.sleep(20);
      }
    }
  }
}
JAVA
"$javac" -d . Count.java && "$uvmc" -o app.bc --main Count Count.class || exit 1
seq 0 59 > expected

: > output
"$uvm" --keep-versions 6 --checkpoint-every 100ms app.bc >> output 2>> messages &
running=$!
wait_for_lines 35
kill -9 $running
wait $running 2> /dev/null
oldest=$("$uvm" versions app.bc | sed -n '2s/^ *\([0-9]*\) .*/\1/p')
# Killed at once, or some time later; what follows needs no --version.
for delay in 0.02 0.05 0.1 0.3; do
  "$uvm" resume app.bc --version "$oldest" --keep-versions 6 --checkpoint-every 100ms >> output 2>> messages &
  running=$!
  sleep $delay
  kill -9 $running
  wait $running 2> /dev/null
  "$uvm" versions app.bc | grep -q "^ *$oldest " || break
done
"$uvm" resume app.bc >> output 2>> messages || fail "status $?: $(cat messages)"
cmp -s output expected || fail "output: $(diff output expected)"
cmp -s open expected || fail "the open file: $(diff open expected)"
# What was appended by name is undone to the newest version, and an older one does not know of it.
head -n 1 named | grep -qx 0 || fail "the other file: $(head -n 3 named)"
[ "$(tail -n 1 named)" = 59 ] || fail "the other file: $(tail -n 3 named)"

# A closed terminal suspends; resuming with > is warned about what it costs.
: > output
rm -f output messages
"$uvm" --fresh app.bc > output 2> messages &
running=$!
wait_for_lines 5
kill -HUP $running
wait $running
[ $? = 129 ] || fail "SIGHUP does not end a run with 129"
grep -q '^uvm: suspended app.bc' messages || fail "SIGHUP: $(cat messages)"
"$uvm" app.bc > output 2> messages || fail "status $?: $(cat messages)"
[ "$(tail -n 1 output)" = 59 ] || fail "after SIGHUP: $(cat output)"
: > output
rm -f output messages
"$uvm" --checkpoint-every 100ms app.bc > output 2> messages &
running=$!
wait_for_lines 20
kill -9 $running
wait $running 2> /dev/null
"$uvm" app.bc > output 2> messages || fail "status $?: $(cat messages)"
grep -q '^uvm: standard output is a file without the' messages || fail "no warning: $(cat messages)"

finish "resuming older versions: all as expected"
