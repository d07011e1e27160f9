#!/bin/bash
# uvm stats: of a heap that runs, of one that is stored, of none; after a kill, under torture, by another user.
# stats_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3

cat > Busy.java <<'JAVA'
import java.io.File;

// Writes and reads 24 MiB until the file `go` is there.
public class Busy {
  public static void main(String[] args) throws Exception {
    byte[][] parts = new byte[24][];
    for (int i = 0; i < parts.length; i++) parts[i] = new byte[1 << 20];
    for (byte[] part : parts) for (int at = 0; at < part.length; at += 4096) part[at] = 1;
    System.out.println("ready");
    for (int round = 0; !new File("go").exists(); round++) {
      for (byte[] part : parts) {
        for (int at = 0; at < part.length; at += 4096) if (at % 16384 == 0) part[at]++; else round += part[at];
      }
      Thread.sleep(1);
    }
    System.out.println("done");
  }
}
JAVA
"$javac" -d . Busy.java && "$uvmc" -o app.bc --main Busy Busy.class || exit 1
socket=$XDG_DATA_HOME/uvm/app.bc/control.socket

# check_json WHAT: the document of app.bc, with `d` for it and `shape(d)` for the names in it.
check_json() {
  "$uvm" stats app.bc --json > document 2> problem || { fail "stats --json: $(cat problem)"; return; }
  python3 - "$1" <<'PYTHON' || fail "the document is not as it should be"
import json, sys
def shape(d, name=""):
    return [name] if not isinstance(d, dict) else [n for k in sorted(d) for n in shape(d[k], f"{name}.{k}")]
d = json.load(open("document"))
def check(text):
    assert eval(text), text
for line in sys.argv[1].splitlines():
    if line.strip(): exec(line.strip()) if line.strip().startswith("open(") else check(line.strip())
PYTHON
}

# start OPTION... BUNDLE: and waits until it runs and has made two checkpoints.
start() {
  rm -f messages
  "$uvm" --memory 16M --checkpoint-every 100ms "$@" >> output 2> messages &
  running=$!
  for _ in $(seq 600); do
    "$uvm" stats app.bc --json > document 2> /dev/null &&
      python3 -c '
import json, sys
d = json.load(open("document"))
sys.exit(not (d["running"] and d["checkpoints"]["count"] >= 2))' && return
    sleep 0.05
  done
  fail "it does not run: $(cat messages)"
}

expect 2 '^uvm: stats: the NAME of a heap is missing$' "$uvm" stats
expect 2 '^uvm: .*--jsn$' "$uvm" stats app.bc --jsn
expect 1 '^uvm: no heap app.bc in ' "$uvm" stats app.bc
expect 1 '^uvm: no heap app.bc in ' "$uvm" stats app.bc --json --store .

# Running.
start --stats figures.json app.bc
wait_for_lines 1
check_json '
  d["running"] and d["state"] == "running" and not d["ended"] and d["name"] == "app.bc"
  d["pid"] == '$running'
  d["uptime_ns"] > 0
  d["faults"]["zero"] > 0 and d["faults"]["disk"] > 0
  d["fault_latency"]["disk"]["count"] > 0
  0 < d["fault_latency"]["disk"]["p50_ns"] <= d["fault_latency"]["disk"]["p99_ns"] <= d["fault_latency"]["disk"]["max_ns"]
  all(l["count"] == sum(b["count"] for b in l["buckets"]) for l in d["fault_latency"].values())
  d["memory_limit_bytes"] == 16 << 20
  0 < d["lines"]["resident"] * 4096 <= d["memory_limit_bytes"]
  0 <= d["lines"]["dirty"] <= d["lines"]["resident"]
  d["store"]["used_bytes"] + d["store"]["free_bytes"] == d["store"]["file_bytes"]
  d["checkpoints"]["count"] > 0 and d["checkpoints"]["failed"] == 0
  d["versions"] and d["versions"][-1]["lines"] > 24 * 256
  d["program"]["bundle"].endswith("/app.bc")
  open("shape", "w").write(str(shape(d)))'
expect 0 '^state +running, by process' "$uvm" stats app.bc
expect 0 '^disk faults by duration$' "$uvm" stats app.bc
expect 1 '^uvm: cannot write to standard output: ' sh -c '"$0" stats app.bc > /dev/full' "$uvm"
[ "$(stat -c %a "$socket")" = 600 ] || fail "the socket: $(ls -l "$socket")"
for _ in 1 2 3 4 5 6; do "$uvm" stats app.bc > /dev/null & done
wait $(jobs -p | grep -v "^$running\$")
python3 -c '
import json
d = json.load(open("figures.json"))
assert d["running"] and d["lines"]["resident"] > 0 and d["calls"] > 0 and d["fault_latency"]["zero"]["count"] > 0, d' || fail "--stats"

# Clients that connect and send nothing delay neither the other clients nor the end.
(cd "$(dirname "$socket")" && exec python3 -c '
import socket, time
clients = [socket.socket(socket.AF_UNIX) for _ in range(3)]
for client in clients: client.connect("control.socket")
open("'"$work"'/connected", "w").close()
time.sleep(60)') &
silent=$!
for _ in $(seq 200); do [ -e connected ] && break; sleep 0.05; done
expect 0 '^state +running, by process' "$uvm" stats app.bc

# Another user may not ask, and is told that.
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
  chmod 755 "$work" data data/uvm data/uvm/app.bc
  chmod 644 data/uvm/app.bc/heap
  expect 1 '^uvm: app.bc is run by process [0-9]+ of user root; only that user and root may ask it' \
    setpriv --reuid 65534 --regid 65534 --clear-groups "$uvm" stats app.bc
  chmod 700 "$work"
fi

# A stopped process cannot answer; a killed one leaves a socket with nobody behind it.
kill -STOP $running
expect 75 "^uvm: app.bc is run by process $running, which is stopped \(SIGSTOP, or a debugger\): kill -CONT $running continues it$" "$uvm" stats app.bc
kill -CONT $running
kill -9 $running
wait $running 2> /dev/null
kill $silent
wait $silent 2> /dev/null
[ -S "$socket" ] || fail "no socket is left"
stored='
  not d["running"] and not d["ended"] and d["pid"] is None and d["faults"]["zero"] is None
  str(shape(d)) == open("shape").read()
  d["versions"] and d["versions"][-1]["held_bytes"] > 24 << 20 and d["versions"][-1]["wall_time_ns"] > 10 ** 18
  d["versions"][-1]["alone_bytes"] > 0 and d["versions"][-1]["bytes_written"] > 0
  d["store"]["used_bytes"] > 24 << 20 and d["store"]["room_bytes"] > 0
  d["program"]["bundle"].endswith("/app.bc") and d["program"]["heap_bytes"] > 1 << 30'
check_json "$stored
  d['state'] == 'interrupted'"
expect 0 '^state +interrupted$' "$uvm" stats app.bc
expect 0 '^  last +version [0-9]+, 2' "$uvm" stats app.bc

# answer TEXT: at the socket of app.bc, to one client.
answer() {
  rm -f "$socket" listening
  (cd "$(dirname "$socket")" && exec python3 -c '
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind("control.socket")
server.listen()
open(sys.argv[2], "w").close()
client = server.accept()[0]
client.sendall(sys.argv[1].encode())' "$1" "$work/listening") &
  for _ in $(seq 200); do [ -e listening ] && return; sleep 0.05; done
}

# The answer comes from another uvm, or from something else; or the process ends while it answers.
answer '{"format": 99, "uvm": "9.9"}'
expect 1 '^uvm: app.bc is run by another uvm, version 9.9, whose figures this one' "$uvm" stats app.bc --json
answer '{"answer": 42}'
expect 1 '^uvm: app.bc is run by another uvm, of an unknown version' "$uvm" stats app.bc
answer '{"format": 1, "faults": 42}'
expect 1 '^uvm: the process that runs app.bc answers with something other than figures: ' "$uvm" stats app.bc
answer '{"format": 1, "fau'
expect 0 '^state +interrupted$' "$uvm" stats app.bc
wait

# Where there can be no socket, the run continues without one, and says so.
rm -f "$socket"
mkdir "$socket"
rm -f output messages
"$uvm" --log info app.bc > output 2> messages &
running=$!
for _ in $(seq 600); do grep -q 'resuming the interrupted run' messages && break; sleep 0.05; done
expect 1 "^uvm: app.bc is run by process $running, which cannot be asked: " "$uvm" stats app.bc
grep -q '^uvm: info: uvm stats cannot ask this process: cannot make ' messages || fail "no line of info: $(cat messages)"
kill -9 $running
wait $running 2> /dev/null
rmdir "$socket" || fail "$(ls -l "$(dirname "$socket")")"

# After a resume the socket is a new one; after a suspension it is gone.
start app.bc
check_json '
  d["running"] and d["resumed_version"] > 0
  d["fault_latency"]["disk"]["count"] > 0'
"$uvm" suspend app.bc
wait $running
running=
[ -e "$socket" ] && fail "suspended, and the socket is there"
check_json "$stored
  d['state'] == 'suspended'"

# In a life of torture, between lives too.
start --torture=resume:2000 app.bc
for _ in $(seq 20); do
  check_json '
  d["running"] and d["pid"] == '$running' and d["lines"]["resident"] * 4096 <= d["memory_limit_bytes"]'
done
# Ended and kept; ended and gone.
"$uvm" suspend app.bc
wait $running
start --keep --stats figures.json app.bc
touch go
wait $running || fail "status $?: $(cat messages)"
running=
tail -n 1 output | grep -qx done || fail "output: $(cat output)"
check_json '
  d["state"] == "ended" and d["ended"] and d["exit_code"] == 0 and not d["running"]'
python3 -c '
import json
d = json.load(open("figures.json"))
assert d["ended"] and not d["running"] and d["state"] == "ended" and d["faults"]["disk"] > 0, d' || fail "--stats at the end"
expect 0 '^state +ended with status 0$' "$uvm" stats app.bc
"$uvm" remove app.bc
expect 1 '^uvm: no heap app.bc in ' "$uvm" stats app.bc

# A damaged heap.
"$uvm" --keep app.bc > output 2> messages || fail "status $?: $(cat messages)"
dd if=/dev/urandom of="$XDG_DATA_HOME/uvm/app.bc/heap" bs=4096 seek=1 count=3 conv=notrunc 2> /dev/null
expect 74 '^uvm: heap app.bc is damaged: ' "$uvm" stats app.bc

finish "uvm stats: all as expected"
