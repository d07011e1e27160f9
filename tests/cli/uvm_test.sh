#!/bin/bash
# The command line of uvm: exit statuses, messages, suspending and resuming, what is kept.
# Usage: uvm_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3

cat > Main.java <<'JAVA'
public class Main {
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "exit": System.exit(Integer.parseInt(args[1]));
      case "throw": throw new IllegalStateException("thrown");
      case "echo": System.out.println(String.join("|", args) + System.getProperty("p")); break;
      case "count":
        for (int i = 0; i < 40; i++) { System.out.println(i); Thread.sleep(50); }
    }
  }
}
JAVA
"$javac" -d . Main.java && "$uvmc" -o app.bc --main Main Main.class && "$uvmc" -o library.bc Main.class 2> /dev/null

# Usage.
expect 2 '^uvm: no bundle' "$uvm"
expect 2 '^uvm: unknown option --nonsense$' "$uvm" --nonsense app.bc
expect 2 '^uvm: --memory: ' "$uvm" --memory much app.bc
expect 2 '^uvm: resume: the NAME' "$uvm" resume
expect 0 '^SYNOPSIS' "$uvm" --help
expect 0 '^uvm [0-9]' "$uvm" --version
expect 0 '^  PAGEMAP_SCAN .* (yes|no ) ' "$uvm" --version -v
expect 0 '^OpenJDK 17.* in /' "$uvm" --version -v
expect 0 '^    java.desktop +[0-9]+  graphics' "$uvm" --version -v
expect 2 '^uvm: -v goes with --version$' "$uvm" -v app.bc
expect 1 '^uvm: cannot write to standard output: No space left on device$' sh -c '"$0" --help > /dev/full' "$uvm"
expect 2 "^uvm: 'a\?b' cannot be the name of a heap: .* no control characters" "$uvm" --name $'a\nb' app.bc
expect 2 "^uvm: 'a\?b' cannot be the name of a heap: .* no control characters" "$uvm" verify $'a\tb'
expect 1 '^uvm: missing.bc' "$uvm" missing.bc
expect 1 '^uvm: Main.java' "$uvm" Main.java
expect 1 '^uvm: no interrupted run app.bc' "$uvm" resume app.bc
expect 1 '^uvm: no heap app.bc' "$uvm" versions app.bc
expect 0 '' "$uvm" list

# Programs.
expect 0 '^echo\|--keep\|-Dp=2value$' "$uvm" -Dp=value app.bc echo --keep -Dp=2
expect 7 '' "$uvm" app.bc exit 7
expect 1 '^Exception in thread "main" java.lang.IllegalStateException: thrown$' "$uvm" app.bc throw
[ -z "$("$uvm" list)" ] || fail "heaps are left: $("$uvm" list)"
expect 0 '^echo' "$uvm" --cold-boot --checkpoint-every off app.bc echo
expect 3 '' "$uvm" --keep --name kept app.bc exit 3
expect 0 '^kept .* ended with status 3$' "$uvm" list
expect 1 '^uvm: cannot write to standard output: ' sh -c '"$0" list > /dev/full' "$uvm"
expect 1 '^uvm: cannot write to standard output: ' sh -c '"$0" versions kept > /dev/full' "$uvm"
expect 1 '^uvm: .*Too many open files' bash -c 'ulimit -n 12; exec "$0" resume kept' "$uvm"
expect 1 '^uvm: kept has ended, with exit status 3$' "$uvm" resume kept
expect 0 '^kept is sound$' "$uvm" verify kept
expect 0 '' "$uvm" remove kept

# Assertions and signals.
cat > Outside.java <<'JAVA'
public class Outside {
  public static void main(String[] args) throws Exception {
    try {
      assert args.length == 0 : "asserted";
      System.out.println("not asserted");
    } catch (AssertionError e) {
      System.out.println(e.getMessage() + " " + String.class.desiredAssertionStatus());
    }
    for (String name : new String[] {"TERM", "USR2"}) {
      try {
        sun.misc.Signal.handle(new sun.misc.Signal(name), signal -> { });
        System.out.println(name);
      } catch (IllegalArgumentException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
JAVA
"$javac" -nowarn Outside.java 2> /dev/null || exit 1
"$uvmc" -o outside.bc --main Outside Outside*.class || exit 1
printf '%s\n' 'not asserted' TERM 'Signal already used by VM or OS: SIGUSR2' > expected
"$uvm" outside.bc x > output 2> messages || fail "status $?: $(cat messages)"
cmp -s output expected || fail "outside: $(diff output expected)"
sed -i '1s/.*/asserted false/' expected
"$uvm" --enable-assertions outside.bc x > output 2> messages || fail "status $?: $(cat messages)"
cmp -s output expected || fail "assertions: $(diff output expected)"
"$uvm" --enable-assertions --torture=resume:1000 outside.bc x > output 2> messages || fail "status $?: $(cat messages)"
cmp -s output expected || fail "assertions, resumed: $(diff output expected)"

# Figures replace a regular file, also behind a link; what is something else is written to and stays what it is.
ln -s figures.json link
expect 0 '^echo' "$uvm" --checkpoint-every off --stats link app.bc echo
expect 0 '^echo' "$uvm" --stats link app.bc echo
[ -L link ] && grep -q '"ended": true' figures.json || fail "--stats through a link: $(ls -l)"
mkfifo figures_pipe
cat figures_pipe > through &
expect 0 '^echo' "$uvm" --checkpoint-every off --stats figures_pipe app.bc echo
wait $!
[ -p figures_pipe ] && grep -q '"ended": true' through || fail "--stats to a pipe: $(ls -l)"

# Started without the standard descriptors: none of uvm's own files gets their numbers, and using them fails as in java.
cat > Streams.java <<'JAVA'
public class Streams {
  public static void main(String[] args) throws Exception {
    String read;
    try { read = "read " + System.in.read(); } catch (java.io.IOException e) { read = e.getMessage(); }
    System.out.println("out " + read);
    System.err.println("err " + read);
    try (java.io.FileWriter file = new java.io.FileWriter(args[0])) {
      file.write(read + " " + System.out.checkError() + " " + System.err.checkError());
    }
    Thread.sleep(300); // time for a checkpoint
  }
}
JAVA
"$javac" -d . Streams.java && "$uvmc" -o streams.bc --main Streams Streams.class <&- >&- 2>&- || fail "uvmc without streams"
for closed in '' '<&-' '>&-' '2>&-' '<&- >&-' '<&- >&- 2>&-'; do
  rm -f result
  eval "\"$uvm\" --fresh --checkpoint-every 50ms streams.bc result < /dev/null > out 2> err $closed" || fail "closed $closed: status $?"
  wanted="read -1 false false"
  case $closed in *'<'*) wanted="Bad file descriptor false false" ;; esac
  case $closed in '>'* | *' >'*) wanted=${wanted/false/true} ;; esac
  case $closed in *2*) wanted="${wanted% *} true" ;; esac
  [ "$(cat result)" = "$wanted" ] || fail "closed $closed: '$(cat result)', not '$wanted'"
done

# Suspended while it opens a FIFO whose other end nobody has opened, for reading and for writing.
cat > Fifo.java <<'JAVA'
public class Fifo {
  public static void main(String[] args) throws Exception {
    System.out.println("opening");
    if (args[0].equals("read")) {
      try (java.io.BufferedReader in = new java.io.BufferedReader(new java.io.FileReader("fifo"))) {
        System.out.println(in.readLine());
      }
    } else {
      try (java.io.OutputStream out = java.nio.file.Files.newOutputStream(java.nio.file.Path.of("fifo"))) {
        out.write("through the pipe\n".getBytes());
      }
    }
  }
}
JAVA
"$javac" -d . Fifo.java && "$uvmc" -o fifo.bc --main Fifo Fifo.class && mkfifo fifo
for way in read write; do
  rm -f output messages
  "$uvm" fifo.bc $way > output 2> messages &
  running=$!
  for _ in $(seq 600); do [ -s output ] && break; sleep 0.05; done
  sleep 0.2
  expect 0 '' "$uvm" suspend fifo.bc
  wait $running
  [ $? = 143 ] || fail "suspended while opening a FIFO to $way: $(cat messages)"
  rm -f messages
  "$uvm" resume fifo.bc >> output 2> messages &
  running=$!
  if [ $way = read ]; then
    (exec 3> fifo; sleep 0.2; echo "through the pipe" >&3)
  else
    cat fifo >> output
  fi
  wait $running || fail "FIFO to $way: $(cat messages)"
  [ "$(cat output)" = "opening
through the pipe" ] || fail "FIFO to $way: $(cat output)"
done
running=

# A limit on the size of files is met by an exception in the program, and by checkpoints as a full disk.
cat > Large.java <<'JAVA'
public class Large {
  public static void main(String[] args) throws Exception {
    try (java.io.FileOutputStream file = new java.io.FileOutputStream("large")) {
      for (int i = 0; i < 100; i++) file.write(new byte[1 << 20]);
    } catch (java.io.IOException e) {
      System.out.println(e.getMessage());
    }
    byte[][] kept = new byte[48][];
    for (int i = 0; i < 48; i++) java.util.Arrays.fill(kept[i] = new byte[1 << 20], (byte) i);
    Thread.sleep(500); // time for a checkpoint
    int sum = 0;
    for (byte[] part : kept) sum += part[77];
    System.out.println(sum);
  }
}
JAVA
"$javac" -d . Large.java && "$uvmc" -o large.bc --main Large Large.class
expect 0 '^File too large$' bash -c 'ulimit -S -f 20480; exec "$0" --checkpoint-every 100ms large.bc' "$uvm"
expect 0 '^1128$' bash -c 'ulimit -S -f 20480; exec "$0" --checkpoint-every 100ms large.bc' "$uvm"
expect 0 '^uvm: .*checkpoint failed.*File too large' bash -c 'ulimit -S -f 20480; exec "$0" --checkpoint-every 100ms large.bc' "$uvm"
expect 1 '^uvm: .* \(ulimit -f\) forbids it' bash -c 'ulimit -f 20480; exec "$0" large.bc' "$uvm"
rm -f large

# Suspended by another process, and by a signal; resumed by name, and by running the bundle again.
seq 0 39 > expected
rm -f output messages
"$uvm" app.bc count > output 2> messages &
running=$!
wait_for_lines 5
expect 0 '^app.bc .* run by process [0-9]+$' "$uvm" list
expect 1 '^uvm: heap app.bc is in use' "$uvm" app.bc count
expect 1 '^uvm: heap app.bc is in use' "$uvm" remove app.bc
expect 0 '' "$uvm" suspend app.bc
wait $running
[ $? = 143 ] || fail "a suspended run does not end with 143"
grep -q '^uvm: suspended app.bc at version' messages || fail "suspending says nothing: $(cat messages)"
expect 1 '^uvm: no process runs app.bc$' "$uvm" suspend app.bc
expect 0 '^app.bc .* interrupted$' "$uvm" list
before=$(wc -l < output)
rm -f messages
"$uvm" resume app.bc >> output 2> messages &
running=$!
wait_for_lines $((before + 5))
kill -TERM $running
wait $running
[ $? = 143 ] || fail "SIGTERM does not end a run with 143"
running=
# Not with another class library, but with the same one elsewhere.
home=$(readlink -f "$(dirname "$(readlink -f "$javac")")/..")
mkdir other-jdk copied-jdk
ln -s "$home/lib" other-jdk/lib
ln -s "$home/lib" copied-jdk/lib
{ cat "$home/release"; echo 'MADE="by a test"'; } > other-jdk/release
cp "$home/release" copied-jdk/release
for command in "resume app.bc" "app.bc count"; do
  # shellcheck disable=SC2086
  expect 1 "^uvm: heap app.bc cannot be resumed: .* OpenJDK 17.* in $home, .* in $work/other-jdk: .*--fresh" \
    env UVM_JAVA_HOME="$work/other-jdk" "$uvm" $command
done
rm -f messages
UVM_JAVA_HOME=$work/copied-jdk "$uvm" resume app.bc >> output 2> messages &
running=$!
for _ in $(seq 600); do grep -q 'resuming the interrupted run' messages && break; sleep 0.05; done
kill -TERM $running
wait $running
[ $? = 143 ] || fail "the same class library elsewhere is not gone on with: $(cat messages)"
running=
newest=$("$uvm" versions app.bc | tail -n 1 | sed 's/^ *\([0-9]*\) .*/\1/')
expect 0 '' "$uvm" pin app.bc "$newest"
expect 0 "^ *$newest .* pinned$" "$uvm" versions app.bc
expect 1 '^uvm: .* has no version 123456789$' "$uvm" pin app.bc 123456789
expect 2 '^uvm: pin: the VERSION of the heap is missing$' "$uvm" pin app.bc
expect 2 "^uvm: 'x' is not a version number$" "$uvm" pin app.bc x
expect 1 '^uvm: .* is in use: the opened version and newer ones stay$' "$uvm" remove app.bc --version "$newest"
expect 1 '^uvm: heap app.bc has pinned versions' "$uvm" --fresh app.bc count
"$uvm" -Dp=1 app.bc count 2 >> output 2> messages || fail "the run did not end well: $(cat messages)"
grep -q '^uvm: resuming the interrupted run app.bc from version' messages || fail "resuming says nothing"
grep -q '^uvm: it keeps the command line it was started with (count); --fresh starts anew' messages ||
  fail "nothing is said of another command line: $(cat messages)"
cmp -s output expected || fail "output differs: $(diff output expected)"
expect 0 '^app.bc .* ended with status 0$' "$uvm" list
expect 0 "^ *$newest .* pinned$" "$uvm" versions app.bc
expect 1 '^uvm: heap app.bc has pinned versions' "$uvm" app.bc count
expect 1 "^uvm: version $newest of .* is pinned: unpin it first$" "$uvm" remove app.bc --version "$newest"
expect 1 '^uvm: heap app.bc has pinned versions: uvm unpin releases them$' "$uvm" remove app.bc
expect 0 '' "$uvm" unpin app.bc "$newest"
expect 0 '' "$uvm" remove app.bc --version "$newest"
expect 1 "has no version $newest$" "$uvm" remove app.bc --version "$newest"
expect 0 '' "$uvm" remove app.bc

# What --log shows of a run.
cat > Gone.java <<'JAVA'
public class Gone {
  public static void main(String[] args) throws Exception {
    try (java.io.InputStream in = new java.io.FileInputStream("gone")) {
      System.out.println(in.read());
      while (!new java.io.File("go").exists()) Thread.sleep(20);
      System.out.println("read on: " + in.read());
    } catch (java.io.IOException e) {
      System.out.println("failed");
    }
  }
}
JAVA
"$javac" -d . Gone.java && "$uvmc" -o gone.bc --main Gone Gone.class && echo text > gone
rm -f output messages
"$uvm" --log info gone.bc > output 2> messages &
running=$!
wait_for_lines 1
grep -q '^uvm: info: heap gone.bc in .*: ' messages || fail "--log info says nothing of the heap: $(cat messages)"
grep -q debug messages && fail "--log info says too much: $(cat messages)"
expect 0 '' "$uvm" suspend gone.bc
wait $running
running=
rm gone && touch go
"$uvm" resume gone.bc --log debug --keep > output 2> messages || fail "gone: $(cat messages)"
[ "$(cat output)" = failed ] || fail "gone: $(cat output)"
for pattern in 'resuming version [0-9]+, [0-9.]+ s old' 'lease on .*/gone could not be re-established: No such file' \
  'version [0-9]+: [0-9]+ lines, [0-9]+ bytes written, [0-9.]+ ms stopped'; do
  grep -Eq "^uvm: debug: $pattern" messages || fail "--log debug has no '$pattern': $(cat messages)"
done
expect 0 '' "$uvm" remove gone.bc

finish "uvm's command line: all as expected"
