/**
 * Many small objects, all alive, visited at random: for heaps larger than memory. Each is linked to another at random, so a
 * visit cannot be foreseen. Prints a checksum and how long building and visiting took.
 *
 * args: mib visits
 */
public final class RandomVisit {
    /** 64 bytes, header included. */
    private static final class Item {
        Item next;
        int id;
        long a, b, c, d, e, f;
    }

    private static final int CHUNK = 4096;

    public static void main(String[] args) {
        int count = Integer.parseInt(args[0]) * (1 << 20) / 64, visits = Integer.parseInt(args[1]);
        long start = System.nanoTime();
        Item[][] all = new Item[(count + CHUNK - 1) / CHUNK][];
        long random = 88172645463325252L;
        for (int i = 0; i < count; i++) {
            if (i % CHUNK == 0) {
                all[i / CHUNK] = new Item[Math.min(CHUNK, count - i)];
            }
            Item item = new Item();
            item.id = i;
            item.a = random;
            item.f = ~random;
            random ^= random << 13;
            random ^= random >>> 7;
            random ^= random << 17;
            all[i / CHUNK][i % CHUNK] = item;
            // A link to some earlier one.
            int other = (int) Long.remainderUnsigned(random, i + 1);
            item.next = all[other / CHUNK][other % CHUNK];
        }
        long built = System.nanoTime();
        long sum = 0;
        for (int i = 0; i < visits; i++) {
            random ^= random << 13;
            random ^= random >>> 7;
            random ^= random << 17;
            int index = (int) Long.remainderUnsigned(random, count);
            Item item = all[index / CHUNK][index % CHUNK];
            if (item.id != index || item.f != ~item.a) {
                throw new IllegalStateException("object " + index + " is not what it was");
            }
            sum = sum * 31 + item.a + item.next.id;
            item.b++;
        }
        long end = System.nanoTime();
        System.out.println("{\"checksum\":\"" + Long.toHexString(sum) + "\",\"build_ms\":" + (built - start) / 1_000_000
                + ",\"visit_ms\":" + (end - built) / 1_000_000 + "}");
    }
}
