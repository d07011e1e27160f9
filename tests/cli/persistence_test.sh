#!/bin/bash
# uvm.Persistence: a checkpoint asked for is durable when the call returns, also for who goes on from it; commits and
# failures are told; on another JVM the class says that it is not available.
# persistence_test.sh UVM UVMC JAVAC API_JAR
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3 api=$4

cat > Main.java <<'JAVA'
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import uvm.Persistence;

public class Main {
  static void steps() throws Exception {
    SynchronousQueue<String> commits = new SynchronousQueue<>();
    Persistence.onCommit(() -> commits.offer("told"));
    long last = 0;
    for (int i = 1; i <= 3; i++) {
      System.out.println("step " + i);
      long version = Persistence.checkpoint();
      System.out.println("durable " + (version > last));
      last = version;
    }
    while (!"told".equals(commits.poll(10, java.util.concurrent.TimeUnit.MILLISECONDS))) Persistence.checkpoint();
    System.out.println("told");
    System.in.read(); // until the end of input
    System.out.println("end");
  }

  static void full() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    Persistence.onCheckpointFailed(e -> told.countDown());
    Persistence.checkpoint();
    byte[][] much = new byte[80][];
    java.util.Random random = new java.util.Random(1);
    for (int i = 0; i < much.length; i++) random.nextBytes(much[i] = new byte[1 << 20]);
    try {
      System.out.println("durable " + Persistence.checkpoint());
    } catch (IOException e) {
      System.out.println("failed, with a reason: " + !e.getMessage().isEmpty());
    }
    told.await();
    System.out.println("told");
  }

  public static void main(String[] args) throws Exception {
    if (!Persistence.isAvailable()) {
      System.out.println("elsewhere");
      Persistence.checkpoint();
    }
    if (args[0].equals("full")) full(); else steps();
  }
}
JAVA
"$javac" -Xlint:all -Werror -cp "$api" Main.java || exit 1
"$uvmc" -o app.bc --main Main Main.class || exit 1

printf '%s\n' 'step 1' 'durable true' 'step 2' 'durable true' 'step 3' 'durable true' told end > expected
# Only with requested checkpoints: killed at the end, it continues after the last one.
mkfifo input
rm -f output messages
"$uvm" --checkpoint-every off app.bc steps < input > output 2> messages &
running=$!
exec 3> input
for _ in $(seq 600); do
  grep -q told output && break
  sleep 0.1
done
kill -9 $running
wait $running 2>/dev/null
exec 3>&-
grep -q 'step 3' output || fail "no three steps: $(cat output messages)"
"$uvm" --checkpoint-every off app.bc steps < /dev/null >> output 2> messages || fail "status $?: $(cat messages)"
grep -q '^uvm: resuming' messages || fail "nothing to go on with: $(cat messages)"
cmp -s output expected || fail "killed: $(diff output expected)"

"$uvm" --torture=resume:2000 app.bc steps < /dev/null > output 2> messages || fail "torture: $(cat messages)"
cmp -s output expected || fail "torture: $(diff output expected)"

if unshare -rm true 2>/dev/null; then
  mkdir small
  printf '%s\n' 'failed, with a reason: true' told > expected
  # shellcheck disable=SC2016
  unshare -rm sh -c 'mount -t tmpfs -o size=60M none small && exec "$@"' sh "$uvm" --store small --memory 64M \
    --checkpoint-every off app.bc full > output 2> messages || fail "full disk: status $?: $(cat messages)"
  cmp -s output expected || fail "full disk: $(diff output expected)"
else
  echo "skipped for want of user namespaces: a full disk"
fi

"${javac%/javac}/java" -cp "$api:." Main steps > output 2> messages && fail "java goes on without uvm"
grep -qx elsewhere output || fail "java: $(cat output)"
grep -q 'UnsupportedOperationException: this program does not run on uvm' messages || fail "java: $(cat messages)"

finish "uvm.Persistence: all as expected"
