#!/bin/bash
# Files that others append to while a killed run waits to go on: what the program wrote behind its last checkpoint is cut
# off, what they wrote stays, and what is lost to the program is told.
# logs_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3

cat > Log.java <<'JAVA'
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

public class Log {
  public static void main(String[] args) throws Exception {
    try (FileWriter append = new FileWriter("append", true); FileOutputStream plain = new FileOutputStream("plain")) {
      for (int i = 0; i < (args.length == 0 ? 40 : 4000); i++) {
        String line = i + "\n";
        System.out.print(line);
        append.write(line);
        append.flush();
        plain.write(line.getBytes());
        Files.writeString(Path.of("named"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        Files.writeString(Path.of("rewritten"), line);
        Thread.sleep(20);
      }
    }
  }
}
JAVA
"$javac" -d . Log.java && "$uvmc" -o app.bc --main Log Log.class || exit 1
seq 0 39 > expected
logs="output append plain named"

# killed: a run with so long a way between its checkpoints that it writes behind one; killed after some lines.
killed() {
  rm -f $logs rewritten ./*.uvm-cut*
  : > output
  : > append
  "$uvm" --fresh --checkpoint-every 200ms app.bc >> output 2> first &
  running=$!
  wait_for_lines "$1"
  kill -9 $running
  wait $running 2> /dev/null
}
finished() {
  "$uvm" app.bc >> output 2> messages || fail "status $?: $(cat messages)"
  grep -q '^uvm: resuming' messages || fail "nothing to go on with: $(cat messages)"
}

# Nobody else has written: nothing is reported, nothing is saved.
killed 17
finished
for log in $logs; do
  cmp -s $log expected || fail "$log: $(diff $log expected)"
done
[ "$(grep -vc '^uvm: standard error is a file without' messages)" = 1 ] || fail "told: $(cat messages)"
[ "$(ls ./*.uvm-cut* 2> /dev/null)" = "" ] || fail "saved: $(ls)"

# A supervisor writes two lines, and again after a second kill.
killed 15
for log in $logs; do
  printf 'died\nrestarted\n' >> $log
done
"$uvm" --checkpoint-every off app.bc >> output 2> second &
running=$!
wait_for_lines 22
kill -9 $running
wait $running 2> /dev/null
for log in $logs; do
  printf 'again\n' >> $log
done
finished
for log in $logs; do
  grep -v '[a-z]' $log | cmp -s - expected || fail "$log: $(diff $log expected)"
  [ "$(grep '[a-z]' $log | tr '\n' ' ')" = "died restarted again " ] || fail "$log lost lines: $(cat $log)"
done
[ "$(cat rewritten)" = 39 ] || fail "rewritten: $(cat rewritten)"

# It is not known whose the bytes are: they are cut off, and saved.
killed 15
printf 'died\n' >> output
find "$XDG_DATA_HOME" -name writes -delete
finished
cmp -s output expected || fail "output: $(diff output expected)"
grep -q 'output: cut back .* in .*output.uvm-cut' messages || fail "not told: $(cat messages)"
[ "$(tail -n 1 output.uvm-cut)" = died ] || fail "not saved: $(cat output.uvm-cut)"

# A log that was renamed is lost, which is reported.
newest() { "$uvm" versions app.bc | awk '$1 ~ /^[0-9]+$/ { last = $1 } END { print last + 0 }'; }
rm -f $logs
: > output
"$uvm" --fresh --checkpoint-every 50ms app.bc longer >> output 2> first &
running=$!
wait_for_lines 1
# The second version from here on was made when the log was open already.
before=$(newest)
for _ in $(seq 600); do
  [ "$(newest)" -ge $((before + 2)) ] && break
  sleep 0.05
done
kill -9 $running
wait $running 2> /dev/null
mv append append.1
"$uvm" app.bc longer >> output 2> messages
[ $? = 1 ] || fail "the dead log: status $?"
grep -q 'append could not be re-established.*lost' messages || fail "not told: $(cat messages)"

finish "logs: all as expected"
