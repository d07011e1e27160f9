#!/bin/bash
# Threads that read the same pipe, or write to the same full one, do not hold up checkpoints: the one whose data or room
# another has taken is brought out of its system call.
# pipes_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3

cat > Main.java <<'JAVA'
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

public class Main {
  static final AtomicLong moved = new AtomicLong();

  interface Mover {
    boolean move() throws IOException;
  }

  static Thread mover(Mover mover) {
    Thread thread = new Thread(() -> {
      try {
        while (mover.move()) moved.incrementAndGet();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  public static void main(String[] args) throws Exception {
    FileInputStream in = new FileInputStream(FileDescriptor.in);
    FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = args[0].equals("read") ? mover(() -> in.read() >= 0)
                                          : mover(() -> { out.write(new byte[4096]); return moved.get() < 5000; });
    }
    for (long last = -1; args[0].equals("write") && last != moved.get(); Thread.sleep(300)) last = moved.get();
    System.err.println("ready"); // writers: the pipe has been full for a while
    for (Thread thread : threads) thread.join();
    System.err.println("moved");
  }
}
JAVA
"$javac" -Xlint:all -Werror Main.java || exit 1
"$uvmc" -o app.bc --main Main Main*.class || exit 1

# checkpoints: how many the run has made. It waits for more of them than BEFORE.
wait_for_checkpoints() {
  local before=$1
  for _ in $(seq 200); do
    count=$(python3 -c 'import json; print(json.load(open("stats"))["checkpoints"]["count"])' 2> /dev/null || echo 0)
    [ "$count" -gt "$before" ] && return 0
    sleep 0.05
  done
  return 1
}

wait_for_message() {
  for _ in $(seq 600); do
    grep -q "$1" messages && return
    sleep 0.05
  done
  fail "no '$1': $(cat messages)"
}

# Each byte wakes all readers, and one of them gets it.
mkfifo input
rm -f messages
"$uvm" --checkpoint-every 20ms --stats stats app.bc read < input 2> messages &
running=$!
exec 3> input
wait_for_message ready
for _ in $(seq 300); do printf x >&3; done
wait_for_checkpoints 0 || fail "readers: no checkpoint"
wait_for_checkpoints $((count + 3)) || fail "readers: no checkpoint after number $count"
exec 3>&-
wait $running || fail "readers: status $?"
grep -q moved messages || fail "readers: $(cat messages)"

mkfifo output
rm -f messages
"$uvm" --checkpoint-every 20ms --stats stats app.bc write > output 2> messages &
running=$!
exec 3< output
wait_for_message ready
for _ in $(seq 50); do head -c 4096 <&3 > /dev/null; done
wait_for_checkpoints 0 || fail "writers: no checkpoint"
wait_for_checkpoints $((count + 3)) || fail "writers: no checkpoint after number $count"
cat <&3 > /dev/null &
wait $running || fail "writers: status $?"
wait
exec 3<&-
grep -q moved messages || fail "writers: $(cat messages)"
running=

finish "pipes: all as expected"
