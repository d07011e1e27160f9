#!/bin/bash
# Going on under another wall clock: it is the host's, also when that is behind what the run has seen; whoever waits in the
# class library goes on waiting for what was left, and versions whose time is still to come do not stay for ever.
# clock_test.sh UVM UVMC JAVAC SHIM
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3 shim=$4

cat > Clock.java <<'JAVA'
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

public class Clock {
  interface Wait {
    void once() throws Exception;
  }

  static final int EVERY = 50; // ms
  static final Map<String, AtomicInteger> fired = new LinkedHashMap<>();

  static AtomicInteger counter(String name) {
    AtomicInteger counter = new AtomicInteger();
    fired.put(name, counter);
    return counter;
  }

  static void loop(String name, Wait wait) {
    AtomicInteger counter = counter(name);
    Thread thread = new Thread(() -> {
      try {
        for (;; counter.incrementAndGet()) wait.once();
      } catch (Exception e) {
        e.printStackTrace();
      }
    });
    thread.setDaemon(true);
    thread.start();
  }

  static TimerTask task(String name) {
    AtomicInteger counter = counter(name);
    return new TimerTask() {
      @Override public void run() {
        counter.incrementAndGet();
      }
    };
  }

  public static void main(String[] args) throws Exception {
    Timer timer = new Timer(true);
    timer.schedule(task("schedule"), EVERY, EVERY);
    // What has a fixed rate catches up, for a year if need be.
    if (args.length == 0) timer.scheduleAtFixedRate(task("scheduleAtFixedRate"), EVERY, EVERY);
    AtomicInteger executed = counter("ScheduledExecutorService");
    Executors.newScheduledThreadPool(1, code -> {
      Thread thread = new Thread(code);
      thread.setDaemon(true);
      return thread;
    }).scheduleWithFixedDelay(executed::incrementAndGet, EVERY, EVERY, TimeUnit.MILLISECONDS);
    loop("sleep", () -> Thread.sleep(EVERY));
    loop("parkNanos", () -> LockSupport.parkNanos(EVERY * 1_000_000L));
    loop("parkUntil", () -> LockSupport.parkUntil(System.currentTimeMillis() + EVERY));
    Object monitor = new Object();
    loop("wait", () -> {
      synchronized (monitor) {
        monitor.wait(EVERY);
      }
    });
    ReentrantLock lock = new ReentrantLock();
    Condition condition = lock.newCondition();
    loop("awaitUntil", () -> {
      lock.lock();
      try {
        condition.awaitUntil(new Date(System.currentTimeMillis() + EVERY));
      } finally {
        lock.unlock();
      }
    });
    System.out.println("begun");

    long wall = System.currentTimeMillis(), nano = System.nanoTime();
    for (;;) { // until the wall clock jumps
      Thread.sleep(20);
      long wallNow = System.currentTimeMillis(), nanoNow = System.nanoTime();
      if (nanoNow < nano || nanoNow - nano > 1_000_000_000_000L) System.out.println("nanoTime jumped");
      if (wallNow < wall || wallNow - wall > 1_000_000_000L) break;
      wall = wallNow;
      nano = nanoNow;
    }
    System.out.println("now " + System.currentTimeMillis() / 1000);
    Map<String, Integer> before = new LinkedHashMap<>();
    fired.forEach((name, counter) -> before.put(name, counter.get()));
    for (String name : before.keySet()) {
      while (fired.get(name).get() < before.get(name) + 3) Thread.sleep(10);
      System.out.println(name + " goes on");
    }
    System.in.read(); // until the end of input
  }
}
JAVA
"$javac" -d . Clock.java && "$uvmc" -o app.bc --main Clock Clock*.class || exit 1
printf '%s goes on\n' schedule scheduleAtFixedRate ScheduledExecutorService sleep parkNanos parkUntil wait awaitUntil > expected

year=31536000
# shifted SECONDS COMMAND...
shifted() {
  local seconds=$1
  shift
  LD_PRELOAD=$shim SHIFT=$seconds exec "$@"
}

# jump FROM TO [ARGUMENT]: a run begun under one clock goes on, after a kill, under another. $running is the latter.
# $before is the last version of the former.
mkfifo input
jump() {
  local from=$1 to=$2
  shift 2
  rm -f output messages
  (shifted "$from" "$uvm" --fresh --checkpoint-every 100ms --keep-age 1s app.bc "$@") > output 2> messages &
  running=$!
  wait_for_lines 1
  sleep 0.5
  kill -9 $running
  wait $running 2> /dev/null
  before=$("$uvm" versions app.bc | awk '$1 ~ /^[0-9]+$/ { last = $1 } END { print last }')
  rm -f messages
  (shifted "$to" "$uvm" --checkpoint-every 100ms --keep-age 1s app.bc "$@" < input) >> output 2> messages &
  running=$!
  exec 3> input
}

# check SHIFT: what came out of it, and the end.
check() {
  local now
  wait_for_lines $(($(wc -l < expected) + 2))
  exec 3>&-
  wait $running || fail "shifted by $1: status $?: $(cat messages)"
  running=
  grep -q '^uvm: resuming' messages || fail "nothing to go on with: $(cat messages)"
  now=$(sed -n 's/^now //p' output)
  now=$((now - $1 - $(date +%s)))
  [ ${now#-} -lt 600 ] || fail "shifted by $1: the wall clock is off by $now s"
  sed '/^now /d; /^begun/d' output | cmp -s - expected || fail "shifted by $1: $(diff output expected)"
}

jump 5 0
check 0

# A version from next year is as old as the correction of the clock: after --keep-age it is removed.
jump $year 0
for _ in $(seq 200); do
  kept=$("$uvm" versions app.bc | awk -v last="$before" '$1 ~ /^[0-9]+$/ && $1 <= last' | wc -l)
  [ "$kept" = 0 ] && break
  sleep 0.1
done
[ "$kept" = 0 ] || fail "versions from before the jump stay: $("$uvm" versions app.bc)"
check 0

sed -i '/AtFixedRate/d' expected
jump 0 $year forward
check $year

finish "clocks: all as expected"
