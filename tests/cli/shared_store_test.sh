#!/bin/bash
# Stores that others can write to: whose a heap is, and what has its files' names.
# shared_store_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3

cat > Hold.java <<'JAVA'
public class Hold {
  public static void main(String[] args) throws Exception {
    System.out.println("ready");
    Thread.sleep(600_000);
  }
}
JAVA
"$javac" -d . Hold.java && "$uvmc" -o app.bc --main Hold Hold.class || exit 1
heap=$XDG_DATA_HOME/uvm/app.bc

"$uvm" app.bc > output 2> messages &
running=$!
wait_for_lines 1
"$uvm" suspend app.bc || fail "cannot suspend: $(cat messages)"
wait $running
running=

# The mark of who runs it is a link to a file of ours: refused, and the file stays as it is.
echo precious > victim
rm -f "$heap/running"
ln -s "$work/victim" "$heap/running"
expect 1 'running is a symbolic link, not a regular file' "$uvm" resume app.bc
[ "$(cat victim)" = precious ] || fail "a file was written through a link"
rm "$heap/running"
ln victim "$heap/running"
expect 1 'running has other names' "$uvm" resume app.bc
[ "$(cat victim)" = precious ] || fail "a file was written through a hard link"
rm "$heap/running"
mkfifo "$heap/running"
expect 1 'running is a FIFO, not a regular file' timeout 20 "$uvm" resume app.bc
rm "$heap/running"

# A heap that is a FIFO holds up nobody, and others are listed.
mkdir -m 700 "$XDG_DATA_HOME/uvm/fifo"
mkfifo "$XDG_DATA_HOME/uvm/fifo/heap"
expect 0 'fifo .*heap is a FIFO, not a regular file' timeout 20 "$uvm" list
expect 0 'app.bc .*interrupted' timeout 20 "$uvm" list
expect 1 'heap is a FIFO, not a regular file' timeout 20 "$uvm" verify fifo
expect 1 'heap is a FIFO, not a regular file' timeout 20 "$uvm" resume fifo
rm -r "$XDG_DATA_HOME/uvm/fifo"

# Others may write to it.
chmod 777 "$heap"
expect 1 'app.bc may be written to by others \(mode 0777\)' "$uvm" resume app.bc
chmod 700 "$heap"
chmod 666 "$heap/heap"
expect 1 'heap may be written to by others \(mode 0666\)' "$uvm" resume app.bc
chmod 600 "$heap/heap"

# Another user's.
if [ "$(id -u)" = 0 ]; then
  chown -R 65534 "$heap"
  expect 1 'app.bc belongs to user .*65534.* and is not used by user root' "$uvm" resume app.bc
  expect 1 'app.bc belongs to user .*65534.* and is not used by user root' "$uvm" app.bc
  chown -R 0 "$heap" && chown 65534 "$heap/heap"
  expect 1 'heap belongs to user .*65534.* and is not used by user root' "$uvm" resume app.bc
  chown 0 "$heap/heap"
else
  echo "not run as root: heaps of other users are not tried"
fi
expect 0 'app.bc .*interrupted' "$uvm" list

finish "shared stores: all as expected"
