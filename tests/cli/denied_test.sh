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
for call in io_uring_setup io_uring_enter sched_getaffinity sysinfo prlimit64 getdents64 madvise socket bind listen \
    fallocate flock renameat2 linkat poll; do
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
  expect 1 '^uvm: cannot lock .*--store takes a folder on a file system that has locks' \
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

# Whatever is denied, nothing hangs or dies of a signal without having said why. Not those that the loader and the C
# library (one of its name services, too) cannot do without, nor write(2), with which one says it.
for call in $("$deny" --list); do
  case $call in
    close | exit | futex | mmap | mprotect | newfstatat | fstat | openat | pread64 | read | rt_sigprocmask | write) continue ;;
  esac
  for error in EPERM ENOSYS; do
    timeout 20 "$deny" $error "$call" "$uvm" --fresh app.bc > output 2> messages < /dev/null
    status=$?
    [ $status = 0 ] || { [ $status != 124 ] && [ $status -lt 128 ] && grep -q '^uvm: ' messages; } ||
      fail "$call denied by $error: exit status $status: $(cat messages)"
  done
done

finish 'what is denied has another way, or is told'
