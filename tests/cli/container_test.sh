#!/bin/bash
# A program with more threads than the memory of its control group has room for beside the heap: it goes on, slower, or is
# told that there can be no more; the kernel never has to kill it.
# container_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3

# make_group MIB: a control group with so much memory, below the own one of version 1 or the root of version 2; its folder in `group`.
make_group() {
  local own
  own=$(sed -n 's/^[0-9]*:\([^:]*,\)*memory\(,[^:]*\)*:\(.*\)/\3/p' /proc/self/cgroup)
  for group in "/sys/fs/cgroup/memory$own/uvm-test-$$" "/sys/fs/cgroup/memory/uvm-test-$$" "/sys/fs/cgroup/uvm-test-$$"; do
    mkdir "$group" 2> /dev/null || continue
    for limit in "$group/memory.limit_in_bytes" "$group/memory.max"; do
      [ -w "$limit" ] && echo $(($1 << 20)) > "$limit" 2> /dev/null && return
    done
    rmdir "$group"
  done
  return 1
}
# A group can only go when the last process in it has been reaped.
remove_group() {
  for _ in $(seq 100); do
    rmdir "$group" 2> /dev/null && return
    sleep 0.05
  done
  fail "$group cannot be removed"
}
# in_group COMMAND...
in_group() {
  (echo "$BASHPID" > "$group/cgroup.procs" && exec "$@")
}

make_group 64 || finish "skipped: this user can make no control group with a limit on memory here"
trap '[ -z "$group" ] || rmdir "$group" 2> /dev/null; rm -rf "$work"' EXIT
if [ "$(ulimit -u)" != unlimited ] && [ "$(ulimit -u)" -lt 4000 ]; then
  finish "skipped: this user may have too few threads (ulimit -u)"
fi

cat > Many.java <<'JAVA'
import java.util.concurrent.CountDownLatch;

// Starts so many threads that all wait for the last, works in each of them, and says how many there were.
public class Many {
  static int work(int rounds) {
    byte[] bytes = new byte[256];
    int sum = 0;
    for (int i = 0; i < rounds; i++) {
      bytes[i & 255] = (byte) i;
      sum += bytes[(i * 7) & 255];
    }
    return sum;
  }

  public static void main(String[] args) throws Exception {
    Thread[] threads = new Thread[Integer.parseInt(args[0])];
    CountDownLatch go = new CountDownLatch(1);
    int[] done = new int[1];
    int made = 0;
    try {
      for (; made < threads.length; made++) {
        threads[made] = new Thread(() -> {
          work(500);
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          synchronized (done) {
            done[0] += work(100) == work(100) ? 1 : 0;
          }
        });
        threads[made].start();
      }
    } catch (OutOfMemoryError e) {
      System.out.println(e.getMessage());
    }
    go.countDown();
    for (int i = 0; i < made; i++) threads[i].join();
    System.out.println(done[0] == made ? "all " + (made == threads.length) : made + " started, done " + done[0]);
    Thread last = new Thread(() -> System.out.println("and one more"));
    last.start();
    last.join();
  }
}
JAVA
"$javac" -d . Many.java && "$uvmc" -o many.bc --main Many Many*.class || exit 1

expect 0 '^all true$' in_group "$uvm" many.bc 500
remove_group
make_group 48 || fail "no second control group"
expect 0 '^all true$' in_group "$uvm" many.bc 500
in_group "$uvm" many.bc 3000 > output 2>&1 || fail "more threads than there is memory for: exit status $?"
[ "$(cat output)" = "unable to create native thread: possibly out of memory or process/resource limits reached
all false
and one more" ] || fail "more threads than there is memory for: $(cat output)"
remove_group
group=
finish "threads in containers are as they should be"
