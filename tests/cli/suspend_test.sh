#!/bin/bash
# uvm suspend: by the control socket, from another PID namespace too; of a process that is stopped, ends, or never
# answers. No other process ever gets a signal.
# suspend_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3

cat > Hold.java <<'JAVA'
public class Hold {
  public static void main(String[] args) throws Exception {
    System.out.println("ready");
    for (int i = 0; !new java.io.File("go").exists(); i++) Thread.sleep(1);
  }
}
JAVA
"$javac" -d . Hold.java && "$uvmc" -o app.bc --main Hold Hold.class || exit 1
heap=$XDG_DATA_HOME/uvm/app.bc
socket=$heap/control.socket

# start: runs the program, or goes on with it, until it can be asked.
start() {
  rm -f output messages
  "$uvm" app.bc > output 2> messages &
  running=$!
  for _ in $(seq 600); do
    "$uvm" stats app.bc --json 2> /dev/null | grep -Eq "\"pid\": ?$running\b" && return
    sleep 0.05
  done
  fail "it does not run: $(cat messages)"
}

# suspended: the process has left with the status of SIGTERM, and a last version.
suspended() {
  wait $running
  local status=$?
  [ $status = 143 ] || fail "exit status $status, not 143: $(cat messages)"
  grep -q '^uvm: suspended app.bc at version' messages || fail "it was not suspended: $(cat messages)"
  running=
}

expect 2 "^uvm: --timeout: 'soon' is not a duration" "$uvm" suspend app.bc --timeout soon
expect 1 '^uvm: no heap app.bc in ' "$uvm" suspend app.bc

# Twice at once.
start
"$uvm" suspend app.bc 2> first & first=$!
"$uvm" suspend app.bc 2> second & second=$!
suspended
statuses=
for pid in $first $second; do wait $pid; statuses+=$?; done
# A request that comes when all is over finds nobody.
case $statuses in 00 | 01 | 10) ;; *) fail "two at once: $statuses: $(cat first second)" ;; esac

# Stopped: nothing happens to it, now or later.
start
kill -STOP $running
expect 75 "^uvm: app.bc is run by process $running, which is stopped \(SIGSTOP, or a debugger\): kill -CONT $running continues" \
  timeout 60 "$uvm" suspend app.bc --timeout 300ms
expect 75 "^uvm: app.bc is run by process $running, which is stopped" timeout 60 "$uvm" stats app.bc
expect 1 "^uvm: heap app.bc is in use: it is being run by process $running$" timeout 60 "$uvm" app.bc
expect 0 "run by process $running$" timeout 60 "$uvm" list
kill -CONT $running
expect 0 "^state +running, by process $running" "$uvm" stats app.bc
# A process that continues in time is suspended.
kill -STOP $running
(sleep 0.5; kill -CONT $running) &
continuer=$!
expect 0 '' "$uvm" suspend app.bc --timeout 1m
wait $continuer
suspended

# A number in the file identifies nobody, and a socket that a killed process left has nobody behind it.
sleep 600 & innocent=$!
start
kill -9 $running
wait $running 2> /dev/null
[ -S "$socket" ] || fail "no socket is left"
echo $innocent > "$heap/running"
expect 1 '^uvm: no process runs app.bc$' "$uvm" suspend app.bc
start
echo $innocent > "$heap/running"
expect 0 '' "$uvm" suspend app.bc
suspended

# Without a socket it is found by its lock.
start
rm "$socket"
expect 0 '' "$uvm" suspend app.bc --timeout 200ms
suspended

# silent: a socket whose owner accepts and says nothing, in place of the process's.
silent() {
  rm -f "$socket" listening
  (cd "$heap" && exec python3 -c '
import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind("control.socket")
server.listen()
open(sys.argv[1], "w").close()
clients = []
while True: clients.append(server.accept())' "$work/listening") &
  silent=$!
  for _ in $(seq 200); do [ -e listening ] && return; sleep 0.05; done
  fail "nobody listens"
}
start
silent
expect 0 '' "$uvm" suspend app.bc --timeout 300ms
suspended
kill $silent
wait $silent 2> /dev/null

# The heap is locked by a process that has no socket and cannot be named: no process is signalled.
exec 9<> "$heap/running"
python3 -c '
import fcntl, struct
fcntl.fcntl(9, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 1, 0))' || fail "cannot lock"
expect 75 '^uvm: app.bc is run by a process that cannot be seen from here .*no signal is sent' \
  "$uvm" suspend app.bc --timeout 200ms
expect 1 'in use: it is being run by a process that cannot be seen from here' timeout 60 "$uvm" app.bc
exec 9<&-

# From another PID namespace, where the process's number belongs to an innocent process.
if [ "$(id -u)" != 0 ] || ! unshare --pid --fork --mount-proc true 2> /dev/null; then
  echo "PID namespaces cannot be made here: suspending from another one is not tried"
else
  # there COMMAND...: in a namespace in which process $running is a `sleep`, which must live on.
  cat > there.sh <<'THERE'
number=$1
shift
# The next process there gets the number after this one.
echo $((number - 1)) > /proc/sys/kernel/ns_last_pid || exit 99
sleep 600 &
[ $! = "$number" ] || exit 98
"$@"
status=$?
sleep 0.2
kill -0 "$number" || { echo "the innocent process is gone"; exit 97; }
exit $status
THERE
  there() { unshare --pid --fork --mount-proc --kill-child bash there.sh "$running" "$@"; }
  start
  expect 0 'run by a process that cannot be seen from here' there "$uvm" list
  expect 0 '^state +running' there "$uvm" stats app.bc
  expect 1 'in use: it is being run by a process that cannot be seen from here' there "$uvm" app.bc
  expect 1 'in use: it is being run by a process that cannot be seen from here' there "$uvm" remove app.bc
  kill -STOP $running
  expect 75 '^uvm: app.bc is run by a process that cannot be seen from here .*, which does not answer: ' \
    there "$uvm" suspend app.bc --timeout 300ms
  kill -CONT $running
  expect 0 '' there "$uvm" suspend app.bc
  suspended
  # It cannot be asked, either.
  start
  rm "$socket"
  expect 75 '^uvm: app.bc is run by a process that cannot be seen .*suspend it where it runs$' \
    there "$uvm" suspend app.bc --timeout 300ms
  kill -0 $running || fail "it is gone"
  expect 0 '' "$uvm" suspend app.bc --timeout 300ms
  suspended
  # /proc may show the numbers of another namespace.
  start
  rm "$socket"
  expect 75 'no signal is sent' unshare --pid --fork --kill-child "$uvm" suspend app.bc --timeout 300ms
  expect 0 '' "$uvm" suspend app.bc --timeout 300ms
  suspended
fi
kill -0 $innocent || fail "a process whose number was in a file got a signal"
kill $innocent
wait $innocent 2> /dev/null

# It ends at that moment: the state is suspended or ended, and nothing else.
for delay in 0 0.01 0.02; do
  rm -f go
  start
  touch go
  sleep $delay
  "$uvm" suspend app.bc 2> said
  asked=$?
  wait $running
  status=$?
  running=
  case $status in
    143) [ $asked = 0 ] || fail "suspended, and uvm suspend says $asked: $(cat said)" ;;
    0)
      [ $asked = 1 ] || fail "ended, and uvm suspend says $asked: $(cat said)"
      grep -Eq '^uvm: (app.bc ended before it was suspended|no process runs app.bc|no heap app.bc in .*)$' said ||
        fail "ended: $(cat said)"
      [ ! -e "$heap" ] || fail "it has ended, and its heap is there"
      ;;
    *) fail "exit status $status: $(cat messages)" ;;
  esac
done

finish "uvm suspend: all as expected"
