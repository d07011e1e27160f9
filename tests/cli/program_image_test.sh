#!/bin/bash
# A large bundle is put into the store once, as an image over that of the class library, and not into each heap.
# Arguments: uvm, uvmc, javac.
uvm=$1 uvmc=$2 javac=$3
. "$(dirname "$0")/common.sh"

mkdir classes blobs
cat > Sum.java <<'J'
import java.io.InputStream;
import java.util.zip.CRC32;

/** Prints the checksum of its large resource before and after it is told to go on. */
public class Sum {
    static long sum() throws Exception {
        CRC32 crc = new CRC32();
        byte[] some = new byte[65536];
        try (InputStream in = Sum.class.getResourceAsStream("/blob")) {
            for (int n; (n = in.read(some)) > 0; ) crc.update(some, 0, n);
        }
        return crc.getValue();
    }

    public static void main(String[] args) throws Exception {
        if (args.length == 1) return;
        System.out.println(args.length == 0 ? "begun" : "sum " + sum());
        while (args.length > 1 && !new java.io.File(args[1]).exists()) Thread.sleep(20);
        System.out.println("sum " + sum());
    }
}
J
"$javac" -d classes Sum.java || exit 1
head -c 5000000 /dev/urandom > blobs/blob
"$uvmc" -o big.bc --main Sum classes blobs || exit 1
sum="sum $(python3 -c 'import zlib; print(zlib.crc32(open("blobs/blob", "rb").read()))')"
images=data/uvm/images

count_images() { find "$images" -name 'base-*' | wc -l; }
# image_with BLOB: the image that has it.
image_with() {
  python3 - "$1" "$images"/base-* << 'P'
import sys
some = open(sys.argv[1], "rb").read()[2000000:2000100]
print(*(name for name in sys.argv[2:] if some in open(name, "rb").read()))
P
}
# flip IMAGE BLOB: a bit of the blob in the image.
flip() {
  python3 - "$1" "$2" << 'P'
import sys
at = open(sys.argv[1], "rb").read().index(open(sys.argv[2], "rb").read()[2000000:2000100])
with open(sys.argv[1], "r+b") as image:
    image.seek(at)
    byte = image.read(1)[0]
    image.seek(at)
    image.write(bytes([byte ^ 1]))
P
}

# Ten at once make one image, and the bundle is in no heap.
for i in 1 2 3 4 5 6 7 8 9 10; do "$uvm" --name "p$i" big.bc > "out$i" 2>&1 & done
wait
for i in 1 2 3 4 5 6 7 8 9 10; do
  grep -qx "$sum" "out$i" || fail "start $i of ten: $(cat "out$i")"
done
[ "$(count_images)" = 2 ] || fail "not two images: $(ls "$images")"
expect 0 '' "$uvm" --keep --name p1 big.bc quick
used=$("$uvm" stats p1 --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["store"]["used_bytes"])')
[ "$used" -lt 5000000 ] || fail "the heap takes $used bytes: the bundle is in it"

# The bundle and the inputs may be removed; a killed run can still be resumed.
: > output
rm -f output messages
"$uvm" --checkpoint-every=20ms --name run big.bc x go > output 2> messages &
running=$!
wait_for_lines 1
sleep 0.2
kill -9 $running
wait $running 2> /dev/null
running=
old=$(image_with blobs/blob)
[ -n "$old" ] || fail 'no image has the bundle'
cp big.bc again.bc
rm big.bc blobs/blob
touch go
expect 0 "^$sum\$" "$uvm" resume run
expect 0 'is sound' "$uvm" verify p1

# Damage to its data does not matter to a program that has its image, but to one that has none it does.
printf '\xff\xff\xff\xff' | dd of=again.bc bs=1 seek=3000000 conv=notrunc 2> /dev/null
expect 0 "^$sum\$" "$uvm" --name other again.bc
expect 1 'again.bc: damaged bundle: the checksum does not match$' "$uvm" --store fresh again.bc
[ "$(ls fresh)" = images ] || fail "a damaged bundle leaves something behind: $(ls fresh)"
[ "$(find fresh/images -name '*base-*' -o -name '.new-*' | wc -l)" = 1 ] || fail "... $(ls -a fresh/images)"
truncate -s 4000000 again.bc
expect 1 'again.bc: damaged bundle: the file is truncated' "$uvm" --name other again.bc
rm -rf fresh

# An image that is no longer used is removed when another is made, after seven days and if no heap needs it.
head -c 4000000 /dev/urandom > blobs/blob
"$uvmc" -o next.bc --main Sum classes blobs || exit 1
touch -d '8 days ago' "$images"/base-*
expect 0 '^sum ' "$uvm" --name next next.bc
[ -e "$old" ] || fail "an image that the heap p1 needs is gone"
[ "$(count_images)" = 3 ] || fail "not three images: $(ls "$images")"
expect 0 '' "$uvm" remove p1
touch -d '8 days ago' "$images"/base-*
head -c 4100000 /dev/urandom > blobs/blob
"$uvmc" -o third.bc --main Sum classes blobs || exit 1
expect 0 '^sum ' "$uvm" --name third third.bc
[ ! -e "$old" ] || fail "an image that nobody has used for eight days is still there"

# A damaged line of an image is named, and the image is put aside; the next start makes a new one.
expect 0 '^sum ' "$uvm" --keep --name third third.bc
image=$(image_with blobs/blob)
flip "$image" blobs/blob
expect 74 "base image .*$(basename "$image"): content is damaged, line" "$uvm" verify third
expect 74 'base image .* is damaged: line .*the next program to start makes a new image' "$uvm" --name fourth third.bc
expect 0 '^sum ' "$uvm" --fresh --name fourth third.bc
expect 0 '^sum ' "$uvm" --cold-boot --name fifth third.bc

finish 'programs of large bundles start from images of their own'
