#!/bin/bash
# What leaves the heap unchanged makes no line dirty: calls of virtual and interface methods on many receivers, parking,
# sleeping, and two threads that fight for a lock. Dirty lines of a version are compared with those of one before which
# nothing was done but the asking for it.
# clean_work_test.sh UVM UVMC JAVAC API
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3 api=$4

cat > CleanWork.java <<'JAVA'
import java.util.concurrent.locks.LockSupport;

public class CleanWork {
  interface Shape {
    int sides();
  }

  record A() implements Shape {
    public int sides() {
      return 1;
    }
  }

  record B() implements Shape {
    public int sides() {
      return 2;
    }
  }

  record C() implements Shape {
    public int sides() {
      return 3;
    }
  }

  abstract static class Base {
    abstract int value();
  }

  static class D extends Base {
    int value() {
      return 4;
    }
  }

  static class E extends Base {
    int value() {
      return 5;
    }
  }

  static final Shape[] SHAPES = {new A(), new B(), new C()};
  static final Base[] BASES = {new D(), new E()};
  static final Object LOCK = new Object();

  static int calls() {
    int sum = 0;
    for (int i = 0; i < 200_000; i++) sum += SHAPES[i % 3].sides() + BASES[i % 2].value();
    return sum;
  }

  static void fight() {
    for (int i = 0; i < 3000; i++) {
      synchronized (LOCK) {
        calls(30);
      }
    }
  }

  static int calls(int n) {
    int sum = 0;
    for (int i = 0; i < n; i++) sum += SHAPES[i % 3].sides();
    return sum;
  }

  static final Thread OPPONENT = new Thread(() -> {
    for (;;) {
      LockSupport.park();
      fight();
    }
  });

  static void round(String what, Runnable work) throws Exception {
    for (int i = 0; i < 3; i++) work.run(); // resolves and quickens
    StringBuilder versions = new StringBuilder(what);
    uvm.Persistence.checkpoint();
    for (int i = 0; i < 2; i++) {
      work.run();
      versions.append(' ').append(uvm.Persistence.checkpoint());
    }
    System.out.println(versions);
  }

  public static void main(String[] a) throws Exception {
    OPPONENT.setDaemon(true);
    OPPONENT.start();
    round("warm", () -> {});
    round("nothing", () -> {});
    round("calls", () -> {
      if (calls() == 7) System.out.println();
    });
    round("parking", () -> {
      for (int i = 0; i < 5; i++) LockSupport.parkNanos(200_000);
    });
    round("contention", () -> {
      LockSupport.unpark(OPPONENT);
      fight();
      LockSupport.parkNanos(5_000_000);
    });
    round("sleeping", () -> {
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
  }
}
JAVA
"$javac" -cp "$api" -d . CleanWork.java && "$uvmc" -o app.bc --main CleanWork CleanWork*.class || exit 1
"$uvm" --checkpoint-every off --stats stats.json app.bc > output 2> messages || fail "it does not run: $(cat messages)"

# dirty WHAT: lines that were dirty at the last version of that round.
dirty() {
  python3 - "$1" <<'PYTHON'
import json, sys
versions = {words[0]: int(words[-1]) for words in (line.split() for line in open("output"))}
latest = json.load(open("stats.json"))["checkpoints"]["latest"]
print(next(record["lines_stopped"] for record in latest if record["version"] == versions[sys.argv[1]]))
PYTHON
}

nothing=$(dirty nothing)
[ "$nothing" -gt 0 ] || fail "no dirty lines at all"
# at_most ROUND N: so many more lines than nothing makes dirty.
at_most() {
  local lines
  lines=$(dirty "$1")
  [ "$lines" -le $((nothing + $2)) ] || fail "$1 makes $lines lines dirty, nothing $nothing"
}
at_most calls 0
at_most parking 0
at_most sleeping 0
at_most contention 4 # the other thread's record and stack, the monitor
finish "calls, waits and locks leave the heap clean"
