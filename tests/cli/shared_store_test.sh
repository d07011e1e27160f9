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

: > output
rm -f output messages
"$uvm" app.bc > output 2> messages &
running=$!
wait_for_lines 1
"$uvm" suspend app.bc || fail "cannot suspend: $(cat messages)"
wait $running
running=

# The file `running` is a link to one of our files: refused, and that file stays as it is.
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

# A heap that is a FIFO blocks no command, and the other heaps are listed.
mkdir -m 700 "$XDG_DATA_HOME/uvm/fifo"
mkfifo "$XDG_DATA_HOME/uvm/fifo/heap"
expect 0 'fifo .*heap is a FIFO, not a regular file' timeout 20 "$uvm" list
expect 0 'app.bc .*interrupted' timeout 20 "$uvm" list
expect 1 'heap is a FIFO, not a regular file' timeout 20 "$uvm" verify fifo
expect 1 'heap is a FIFO, not a regular file' timeout 20 "$uvm" resume fifo
rm -r "$XDG_DATA_HOME/uvm/fifo"

# Others can write to it.
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

# refused PATTERN: what would run or change the heap says that, what only looks at it does not, and with --trust-store all
# do what they do.
refused() {
  local command
  for command in 'resume app.bc' 'app.bc' 'pin app.bc 1' 'unpin app.bc 1' 'remove app.bc --version 1'; do
    # shellcheck disable=SC2086
    expect 1 "$1" "$uvm" $command
  done
  expect 0 'app.bc .*[0-9]' "$uvm" list
  expect 0 '^ +[0-9]+ ' "$uvm" versions app.bc
  expect 0 '^state +suspended' "$uvm" stats app.bc
  expect 0 'app.bc is sound' "$uvm" verify app.bc
  expect 0 'app.bc .*interrupted' "$uvm" --trust-store list
  expect 0 'app.bc is sound' "$uvm" --trust-store verify app.bc
  expect 0 '^state +suspended' "$uvm" --trust-store stats app.bc
  local newest
  newest=$("$uvm" versions app.bc | awk 'END { print $1 }')
  expect 0 '' "$uvm" --trust-store pin app.bc "$newest"
  expect 0 '' "$uvm" --trust-store unpin app.bc "$newest"
  : > output
  rm -f output messages
  "$uvm" --trust-store "${@:2}" app.bc > output 2> messages &
  running=$!
  for _ in $(seq 600); do
    "$uvm" stats app.bc --json 2> /dev/null | grep -q '"running": *true' && break
    sleep 0.05
  done
  expect 0 '' "$uvm" --trust-store suspend app.bc
  wait $running
  running=
  grep -q 'resuming the interrupted run' messages || fail "trusted, it does not go on: $(cat messages)"
}
chmod 777 "$heap"
refused 'app.bc may be written to by others' resume
chmod 700 "$heap"
if [ "$(id -u)" = 0 ]; then
  chown -R 65534 "$heap"
  refused 'app.bc belongs to user .*65534'
  chown -R 0 "$heap"
  # Only its image is another user's: the heap is not damaged for that.
  chown -R 65534 "$XDG_DATA_HOME/uvm/images"
  refused 'images belongs to user .*65534' resume
  chown -R 0 "$XDG_DATA_HOME/uvm/images"
fi

# Names that a terminal would obey are not printed as they are, and uvm gives none.
mkdir "$XDG_DATA_HOME/uvm/$(printf 'esc\033[2J\177')"
expect 0 '^esc\?\[2J\? ' "$uvm" list
"$uvm" list | LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" && fail "list prints control characters"
rmdir "$XDG_DATA_HOME/uvm/"esc*
expect 2 "'a\?b' cannot be the name of a heap" "$uvm" --name "$(printf 'a\177b')" app.bc

# The figures go into no file that somebody else has chosen.
cat > Quick.java <<'JAVA'
public class Quick {
  public static void main(String[] args) {
    System.out.println("quick");
  }
}
JAVA
"$javac" -d . Quick.java && "$uvmc" -o quick.bc --main Quick Quick.class || exit 1
ln -s "$work/victim" figures.json.new
expect 0 '^quick$' "$uvm" --stats figures.json quick.bc
[ "$(cat victim)" = precious ] || fail "figures were written through a link"
[ -s figures.json ] || fail "no figures"

# Nor the journal: the target of a link in the heap's folder stays as it is, and the run continues.
rm -f "$heap/writes"
ln -s "$work/victim" "$heap/writes"
rm -f output messages
"$uvm" resume app.bc > output 2> messages &
running=$!
for _ in $(seq 600); do
  "$uvm" stats app.bc 2> /dev/null | grep -q '^state *running' && break
  sleep 0.05
done
"$uvm" suspend app.bc || fail "cannot suspend: $(cat messages)"
wait $running
running=
[ "$(cat victim)" = precious ] || fail "the journal was written through a link"

# Only what uvm makes is removed, and anything else is named.
echo mine > "$heap/thesis"
expect 1 'app.bc contains what uvm has not made: thesis' "$uvm" remove app.bc
expect 0 'app.bc .*interrupted' "$uvm" list
rm "$heap/thesis"
if [ "$(id -u)" = 0 ]; then
  chown 65534 "$heap"
  expect 1 'app.bc belongs to user .*65534.* and is left alone' "$uvm" remove app.bc
  # Where owners cannot be right.
  expect 0 '' "$uvm" --trust-store remove app.bc
else
  chmod 777 "$heap"
  expect 0 '' "$uvm" remove app.bc
fi
[ "$(cat victim)" = precious ] || fail "a file was removed through a link"

# start_at_once N: programs in a new store, or one whose image is damaged: one of them boots the class library.
start_at_once() {
  rm -f ten.*
  local pids=() pid i
  for i in $(seq "$1"); do
    "$uvm" --store "$work/ten" --name "heap$i" quick.bc > "ten.out.$i" 2> "ten.err.$i" < /dev/null &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || fail "one of $1 ended with status $?"; done
  [ "$(cat ten.out.* | grep -c '^quick$')" = "$1" ] || fail "$1 at once: $(cat ten.out.* ten.err.*)"
  local booted
  booted=$(cat ten.err.* | grep -c 'booting the class library, once')
  [ "$booted" = 1 ] || fail "$1 starts at once booted the class library $booted times"
}
start_at_once 10
for image in "$work/ten/images/base-"*; do : > "$image"; done
start_at_once 4

# The process that boots it is stopped: the waiting ones say so. It is killed: one of them boots it.
"$uvm" --store "$work/hung" --name first quick.bc > /dev/null 2> first.err &
running=$!
for _ in $(seq 600); do
  grep -q 'booting the class library' first.err && break
  sleep 0.01
done
kill -STOP $running
"$uvm" --store "$work/hung" --name second quick.bc > output 2> second.err &
second=$!
for _ in $(seq 600); do
  [ -s second.err ] && break
  sleep 0.05
done
grep -q '^uvm: another process is booting the class library: waiting' second.err || fail "waiting: $(cat second.err)"
kill -9 $running
wait $running 2> /dev/null
wait $second || fail "the second ended with status $?: $(cat second.err)"
grep -q '^quick$' output || fail "the second: $(cat output second.err)"
running=

# Two users of one store: each has images of its own. The other user comes first.
store=$work/both
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
  mkdir -m 1777 "$store"
  chmod 755 "$work"
  cp "$uvm" "$work/uvm" && chmod 755 "$work/uvm" && chmod 644 quick.bc
  other=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$work" "$work/uvm" --store "$store")
  if "${other[@]}" list > /dev/null 2>&1; then
    expect 0 '^quick$' "${other[@]}" --keep --name theirs quick.bc
    expect 0 '^quick$' "$work/uvm" --store "$store" --keep --name ours quick.bc
    expect 0 '^quick$' "$work/uvm" --store "$store" --fresh --keep --name ours quick.bc
    [ "$(stat -c %u "$store/images" "$store/images-0" | tr '\n' ' ')" = '65534 0 ' ] || fail "images: $(ls -ln "$store")"
    # A third one, who trusts the store, but to whom the images of the first are closed.
    expect 0 '^quick$' setpriv --reuid=65533 --regid=65533 --clear-groups env HOME="$work" "$work/uvm" --store "$store" \
      --trust-store --name third quick.bc
    expect 1 'theirs belongs to user .*65534' "$work/uvm" --store "$store" --name theirs quick.bc
    expect 0 'sound' "$work/uvm" --store "$store" verify ours
    expect 0 'sound' "${other[@]}" verify theirs
    expect 1 'ours: Permission denied; it belongs to user root' "${other[@]}" --name ours quick.bc
  else
    echo "uvm cannot be run as another user here: two users are not tried"
  fi
else
  echo "not run as root: two users are not tried"
fi

finish "shared stores: all as expected"
