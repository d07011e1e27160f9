#!/bin/bash
# Heaps resumed by another build: with a native that is gone or has another protocol, or with another layout.
# formats_test.sh UVM UVMC JAVAC ALTERED_UVM
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3 altered=$4

cat > Formats.java <<'JAVA'
import java.io.File;

public class Formats {
  static double roots;

  static String attempt(Runnable action) {
    try {
      action.run();
      return "done";
    } catch (UnsatisfiedLinkError e) {
      return "UnsatisfiedLinkError: " + e.getMessage();
    }
  }

  public static void main(String[] args) throws Exception {
    for (int i = 0; i < 1000; i++) roots += Math.sqrt(i) + Math.sin(i) + StrictMath.sin(i);
    Runtime.getRuntime().availableProcessors();
    System.out.println("ready");
    while (!new File("go").exists()) Thread.sleep(50);
    roots = 0;
    for (int i = 0; i < 1000; i++) roots += Math.sqrt(i) + Math.floor(i / 3.0);
    System.out.println(roots);
    System.out.println(attempt(() -> Runtime.getRuntime().availableProcessors()));
  }
}
JAVA
"$javac" -d . Formats.java && "$uvmc" -o app.bc --main Formats Formats*.class || exit 1

# stop: a heap that stands inside of Thread.sleep.
stop() {
  rm -f go output
  rm -f output messages
  "$uvm" --fresh app.bc > output 2> messages &
  running=$!
  for _ in $(seq 600); do
    grep -q ready output && break
    sleep 0.05
  done
  sleep 0.2
  "$uvm" suspend app.bc > /dev/null || fail "it cannot be suspended: $(cat messages)"
  wait $running
  running=
}

# goes_on WHAT EXPECTED-LINE...: the heap goes on under that build, and prints these lines behind "ready".
goes_on() {
  local what=$1
  shift
  touch go
  UVM_ALTER=$what "$altered" resume app.bc >> output 2> messages || fail "$what: $(cat messages)"
  diff output <(printf '%s\n' ready "$@") || fail "$what: another output"
}

sum=187232.83311087894 # as java prints it
stop
# Inside the native: refused by name, and the heap is unchanged.
UVM_ALTER=drop:java/lang/Thread.sleep expect 1 'inside the native method .*java.lang.Thread.sleep.*does not have' \
  "$altered" resume app.bc
UVM_ALTER=protocol:java/lang/Thread.sleep expect 1 'inside the native method .*java.lang.Thread.sleep.*differently' \
  "$altered" resume app.bc
UVM_ALTER=layout expect 1 "structures are laid out differently" "$altered" resume app.bc
goes_on "" "$sum" done
# Not inside it: by name. If an intrinsic is gone its bytecode runs; if a native is gone, calling it throws.
stop
goes_on "drop:java/lang/Math.floor drop:java/lang/Math.sin" "$sum" done
stop
goes_on "protocol:java/lang/Runtime.availableProcessors" "$sum" done
stop
goes_on "drop:java/lang/Runtime.availableProcessors" "$sum" \
  "UnsatisfiedLinkError: 'int java.lang.Runtime.availableProcessors()'"
finish "heaps are resumed by other builds, or refused by name"
