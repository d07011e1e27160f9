#!/bin/bash
# Threads that wait for monitors, in Object.wait() and in park() make no lines dirty but those of their stacks and
# records and of the monitors: counted by what checkpoints find.
# waits_test.sh UVM UVMC JAVAC API
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3 api=$4

cat > Waits.java <<'JAVA'
import java.util.concurrent.locks.LockSupport;

// Prints the numbers of three versions: between the first two, all threads have run and none has waited; between the
// last two, all have waited in each way.
public class Waits {
  static final int THREADS = 64;
  static final Object lock = new Object();
  static final Thread[] threads = new Thread[THREADS];
  static final byte[][] between = new byte[2 * THREADS][];  // so that no two Thread objects share a line
  static volatile boolean wait, over;

  static void work() {
    try {
      while (!over) {
        if (wait) {
          LockSupport.park();
          synchronized (lock) {
            if (wait) lock.wait();
          }
        } else {
          Thread.yield();
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void until(Thread.State state) throws InterruptedException {
    for (Thread thread : threads) while (thread.getState() != state) Thread.sleep(1);
  }

  static void allWait(int rounds) throws InterruptedException {
    wait = true;
    for (int i = 0; i < rounds; i++) {
      until(Thread.State.WAITING);
      synchronized (lock) {
        for (Thread thread : threads) LockSupport.unpark(thread);
        until(Thread.State.BLOCKED);
      }
      until(Thread.State.WAITING);
      synchronized (lock) {
        lock.notifyAll();
        until(Thread.State.BLOCKED);
      }
    }
    until(Thread.State.WAITING);
    wait = false;
    for (Thread thread : threads) LockSupport.unpark(thread);
    until(Thread.State.RUNNABLE);
  }

  public static void main(String[] arguments) throws Exception {
    for (int i = 0; i < THREADS; i++) {
      between[2 * i] = new byte[8192];
      threads[i] = new Thread(Waits::work);
      between[2 * i + 1] = new byte[8192];
      threads[i].start();
    }
    allWait(3);  // whatever is done once is done
    uvm.Persistence.checkpoint();
    Thread.sleep(100);
    long ran = uvm.Persistence.checkpoint();
    allWait(3);
    long waited = uvm.Persistence.checkpoint();
    over = true;
    for (Thread thread : threads) thread.join();
    System.out.println(ran + " " + waited);
  }
}
JAVA
"$javac" -cp "$api" -d . Waits.java && "$uvmc" -o app.bc --main Waits Waits*.class || exit 1
"$uvm" --checkpoint-every off --stats stats.json app.bc > versions 2> messages || fail "it ended with $?: $(cat messages)"

python3 - <<'PYTHON' || fail "waiting makes lines dirty"
import json
ran, waited = (int(version) for version in open("versions").read().split())
lines = {c["version"]: c["lines_stopped"] for c in json.load(open("stats.json"))["checkpoints"]["latest"]}
print("lines changed by 64 threads:", lines[ran], "while they run,", lines[waited], "while they wait")
# Each thread's stack is among both. What waiting adds is a few lines of monitors, and the program's own fields; a
# line for each thread would be 64.
assert lines[waited] - lines[ran] < 16, lines
assert lines[ran] >= 64, lines
PYTHON
finish "waits: ok"
