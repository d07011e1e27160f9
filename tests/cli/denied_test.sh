#!/bin/bash
# What the host denies or limits: descriptors, stacks, address space, system calls.
# denied_test.sh UVM UVMC JAVAC DENY API_JAR
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3 deny=$4 api=$5

cat > App.java <<'JAVA'
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

public class App {
  public static void main(String[] args) throws Exception {
    int number = args.length < 2 ? 0 : Integer.parseInt(args[1]);
    switch (args.length == 0 ? "" : args[0]) {
      case "all-descriptors" -> useUpDescriptors();
      case "outputs" -> writeFiles(number);
      case "threads" -> print(number);
      default -> {}
    }
    System.out.println("end");
  }

  static void useUpDescriptors() throws Exception {
    List<FileInputStream> open = new ArrayList<>();
    try {
      while (true) open.add(new FileInputStream("/dev/null"));
    } catch (IOException e) {
      System.out.println(e.getMessage());
    }
    while (!new java.io.File("go").exists()) Thread.sleep(5);
  }

  // Each open when the checkpoint comes, and written since the last one.
  static void writeFiles(int count) throws Exception {
    new java.io.File("outputs").mkdir();
    List<FileOutputStream> open = new ArrayList<>();
    for (int i = 0; i < count; i++) open.add(new FileOutputStream("outputs/" + i));
    for (int round = 0; round < 3; round++) {
      for (FileOutputStream out : open) out.write(round);
      uvm.Persistence.checkpoint();
    }
  }

  static void print(int count) throws Exception {
    CountDownLatch printed = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      new Thread(() -> {
        System.out.println("line");
        printed.countDown();
        try {
          printed.await();
        } catch (InterruptedException e) {
          System.out.println(e);
        }
      }).start();
    }
    printed.await();
  }
}
JAVA
"$javac" -cp "$api" -d . App.java && "$uvmc" -o app.bc --main App App.class || exit 1

# limited LIMIT STATUS PATTERN ARGUMENT...: runs the program with stdout a pipe, under `ulimit LIMIT`.
limited() {
  local limit=$1 status=$2 pattern=$3
  shift 3
  # shellcheck disable=SC2086
  expect "$status" "$pattern" bash -c "ulimit $limit && exec timeout 60 \"\$@\"" bash "$uvm" --fresh app.bc "$@"
}

expect 0 '^end$' "$uvm" app.bc

# Descriptors: threads that wait for a pipe, and checkpoints, need none.
limited '-Sn 64' 0 '^end$' threads 70
limited '-Sn 256' 0 '^end$' outputs 300
limited '-n 400' 0 '^end$' outputs 320
limited '-n 20' 1 '^uvm: .*Too many open files' # not enough for the VM itself
: > output
(
  ulimit -n 100
  exec "$uvm" --fresh --checkpoint-every 50ms app.bc all-descriptors > output 2> messages
) &
running=$!
wait_for_lines 1
grep -q 'Too many open files' output || fail "opening until it fails: $(cat output)"
expect 0 '^state +running' "$uvm" stats app.bc
expect 0 '' "$uvm" suspend app.bc
running=
touch go
expect 0 '^end$' bash -c "ulimit -n 100; exec \"$uvm\" resume app.bc"
grep -v 'suspended app.bc' messages && fail 'out of descriptors, something failed'

# Stacks and address space.
limited '-s 64' 0 '^end$'
limited '-s unlimited' 0 '^end$'
limited '-l 0' 0 '^end$'
limited '-v 1048576' 1 '^uvm: not enough address space .*ulimit -v'
limited '-v 30000000' 1 '^uvm: region: .*ulimit -v'

# System calls. These have another way:
for call in io_uring_setup io_uring_enter sched_getaffinity sysinfo prlimit64 socket bind listen \
    fallocate flock renameat2 linkat poll PAGEMAP_SCAN; do
  for error in EPERM ENOSYS; do
    [ "$call $error" = "fallocate EPERM" ] && continue # is taken for the file system's word
    expect 0 '^end$' timeout 20 "$deny" $error $call "$uvm" --fresh app.bc
  done
done
# and these do not work on each file system:
rm -rf outputs
for denied in 'ENOLCK flock' 'EOPNOTSUPP flock' 'EINVAL renameat2' 'EPERM linkat,link' 'EOPNOTSUPP linkat,link' \
    'EOPNOTSUPP fallocate' 'EINVAL fsync' 'EOPNOTSUPP fsync,syncfs'; do
  # shellcheck disable=SC2086
  expect 0 '^end$' timeout 20 "$deny" $denied "$uvm" --fresh app.bc outputs 3
  # shellcheck disable=SC2086
  timeout 20 "$deny" $denied "$uvm" --fresh app.bc outputs 3 2>&1 | grep '^uvm: ' && fail "$denied: something failed"
done
for error in ENOLCK EOPNOTSUPP ENOSYS; do
  expect 1 '^uvm: cannot lock .*give --store a folder on a file system that has locks' \
    timeout 20 "$deny" $error fcntl "$uvm" --fresh app.bc
done
expect 0 '^  io_uring +no ' "$deny" EPERM io_uring_enter "$uvm" --version -v
expect 0 '^  memory: .* [0-9.]+ [KMGT]iB$' "$uvm" --version -v
expect 0 '^  processors: .* [0-9]+$' "$uvm" --version -v
# and these are told of, in one line:
for error in EPERM ENOSYS; do
  if [ -r /dev/userfaultfd ] && [ -w /dev/userfaultfd ]; then
    expect 0 '^end$' timeout 20 "$deny" $error userfaultfd "$uvm" --fresh app.bc
  else
    expect 1 '^uvm: .*userfaultfd, which is denied here.*--device' timeout 20 "$deny" $error userfaultfd "$uvm" --fresh app.bc
  fi
  expect 1 '^uvm: region: memfd_create: .*seccomp' timeout 20 "$deny" $error memfd_create "$uvm" --fresh app.bc
  expect 1 '^uvm: .*thread.*ulimit -u' timeout 20 "$deny" $error clone3,clone "$uvm" --fresh app.bc
done

for error in ENOTTY EINVAL; do
  expect 0 '^end$' timeout 20 "$deny" $error PAGEMAP_SCAN "$uvm" --fresh app.bc
done
# Each operation that paging needs is tried before anything depends on it.
for call in UFFDIO_CONTINUE UFFDIO_COPY UFFDIO_WAKE UFFDIO_WRITEPROTECT UFFDIO_ZEROPAGE; do
  for error in EPERM ENOTTY; do
    expect 1 "^uvm: the heap is paged by .*of which $call is denied here: .*seccomp" timeout 20 "$deny" $error $call "$uvm" --fresh app.bc
  done
done
expect 1 '^uvm: the heap is paged by .*MADV_DONTNEED is denied here' timeout 20 "$deny" EPERM madvise "$uvm" --fresh app.bc

# A heap that waits to be resumed, in a store with nothing else but the image.
cat > Hold.java <<'JAVA'
public class Hold {
  public static void main(String[] args) throws Exception {
    System.out.println("ready");
    while (!new java.io.File("go").exists()) Thread.sleep(1);
    System.out.println("end");
  }
}
JAVA
"$javac" -d . Hold.java && "$uvmc" -o hold.bc --main Hold Hold.class || exit 1
mkdir classes && cp Hold.class classes
rm -f go
export UVM="$uvm" UVMC="$uvmc" DENY="$deny"
# hold STORE COMMAND...: has the command run the program there until it has begun. Its process is $held.
hold() {
  : > "$1.output"
  "${@:2}" --store "$1" --checkpoint-every 200ms hold.bc > "$1.output" 2> "$1.messages" < /dev/null &
  held=$!
  for _ in $(seq 400); do
    [ ! -s "$1.output" ] && kill -0 $held 2> /dev/null || return
    sleep 0.02
  done
}
hold template "$uvm"
"$uvm" --store template suspend hold.bc || fail "cannot suspend: $(cat template.messages)"
wait $held

# A folder that cannot be listed is not an empty one: no heap is damaged for that.
for command in 'list' 'verify hold.bc' 'resume hold.bc' 'remove hold.bc' 'pin hold.bc 1'; do
  # shellcheck disable=SC2086
  expect 1 '^uvm: .*cannot list ' "$deny" EPERM getdents64 "$uvm" --store template $command
done
expect 1 '^uvmc: .*classes: ' "$deny" EPERM getdents64 "$uvmc" -o other.bc --main Hold classes
expect 0 'sound' "$uvm" --store template verify hold.bc
# The figures in the store need no socket, though one was left there, nor a bundle modes of files.
expect 0 '^state +suspended' "$deny" EPERM socket "$uvm" --store template stats hold.bc
expect 0 '' "$deny" EPERM fchmod "$uvmc" -o other.bc Hold.class

# Whatever is denied, nothing hangs or dies of a signal without having said why. Not those that the loader and the C
# library (one of its name services, too) cannot do without.
#
# outcome CALL ERROR COMMAND...: of a command to which that is denied.
outcome() {
  local call=$1 error=$2 said status
  shift 2
  said=$(timeout 20 "$DENY" "$error" "$call" "$@" 2>&1 > /dev/null < /dev/null)
  status=$?
  [ $status = 0 ] && return
  [ $status != 124 ] && [ $status -lt 128 ] && { grep -Eq '^uvmc?: ' <<< "$said" || [ "$call" = 'write(stderr)' ]; } && return
  echo "$call denied by $error: ${*:1}: exit status $status: $said"
}
# What the program's start makes of it.
started() {
  outcome "$1" "$2" "$UVM" --fresh --name "app.$$" app.bc
}
# What all other commands do, on a copy of the store.
commanded() {
  local copy=copy.$$ command
  cp -a --sparse=always template $copy
  for command in list 'stats hold.bc' 'verify hold.bc' 'pin hold.bc 1' 'unpin hold.bc 1' \
      'resume hold.bc' 'remove hold.bc'; do
    # shellcheck disable=SC2086
    outcome "$1" "$2" "$UVM" --store $copy $command
    [ "$command" != 'unpin hold.bc 1' ] || "$UVM" --store $copy verify hold.bc > said.$$ ||
      echo "$1 denied by $2: $(tail -n 1 said.$$)"
  done
  outcome "$1" "$2" "$UVMC" -o $copy.bc --main Hold classes
  rm -rf $copy* said.$$
}
# Suspending, with the call denied to the one who asks, and to the one who is asked.
suspended() {
  local copy=held.$$ side
  for side in asking asked; do
    mkdir $copy && cp -a --sparse=always template/images $copy/
    if [ $side = asked ]; then
      hold $copy "$DENY" "$2" "$1" "$UVM"
      "$UVM" --store $copy suspend hold.bc --timeout 100ms 2> said.$$ || grep -q '^uvm: ' said.$$ ||
        echo "$1 denied by $2 to who is asked: $(cat said.$$)"
    else
      hold $copy "$UVM"
      outcome "$1" "$2" "$UVM" --store $copy suspend hold.bc --timeout 100ms
    fi
    kill $held 2> /dev/null
    (sleep 10; kill -9 $held) 2> /dev/null & local watch=$!
    wait $held
    local status=$?
    kill $watch 2> /dev/null
    [ $status = 143 ] || [ $status = 1 ] || echo "$1 denied by $2, $side: exit status $status: $(cat $copy.messages)"
    [ ! -e $copy/hold.bc/heap ] || "$UVM" --store $copy verify hold.bc > said.$$ ||
      echo "$1 denied by $2, $side: $(tail -n 1 said.$$)"
    rm -rf $copy* said.$$
  done
}
export -f hold outcome started commanded suspended
# sweep FUNCTION CALL...: for each of the calls and both errors, some at once.
sweep() {
  local function=$1
  shift
  printf '%s\n' "$@" | while read -r call; do printf '%s\0' "$call" EPERM "$call" ENOSYS; done |
    xargs -0 -n 2 -P 4 bash -c "$function \"\$@\"" bash > wrong 2>&1
  [ ! -s wrong ] || fail "$(cat wrong)"
}
denied=()
for call in $("$deny" --list); do
  case $call in
    arch_prctl | close | exit | futex | mmap | mprotect | newfstatat | fstat | openat | pread64 | read | rt_sigprocmask | write) ;;
    *) denied+=("$call") ;;
  esac
done
touch go
sweep started "${denied[@]}"
# These make fewer calls.
sweep commanded access clone3 connect eventfd2 fcntl fdatasync fsync ftruncate getcwd getdents64 geteuid getpid getrandom \
  io_uring_enter io_uring_setup lseek madvise poll preadv pwrite64 pwritev readlink rename renameat2 rt_sigaction \
  sendto setsockopt socket stat statx unlink unlinkat userfaultfd 'write(stdout)' 'write(stderr)' PAGEMAP_SCAN
rm go
sweep suspended accept4 bind connect clock_nanosleep fchmod getpid getsockopt listen pidfd_open pidfd_send_signal poll \
  readlink recvfrom rt_sigtimedwait sendto socket unlinkat 'write(stderr)'

finish 'what is denied has another way, or is told'
