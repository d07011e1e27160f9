/**
 * A heap of which a given share is written each second, for measuring checkpoints. Fills `mib` MiB of long arrays, then
 * for `seconds` writes one word in each of `percent` percent of its lines per second, chosen at random, spread over
 * hundredths of a second. Prints how many lines it wrote to, and a checksum of the heap that tells whether all is there.
 *
 * args: mib percent seconds
 */
public final class DirtyHeap {
    private static final int LINE_WORDS = 512;
    private static final int LINES_PER_ARRAY = 256;

    private static long next(long x) {
        x ^= x << 13;
        x ^= x >>> 7;
        return x ^ (x << 17);
    }

    public static void main(String[] args) throws InterruptedException {
        int mib = Integer.parseInt(args[0]);
        double percent = Double.parseDouble(args[1]);
        int seconds = Integer.parseInt(args[2]);
        long[][] heap = new long[mib][];
        for (int i = 0; i < mib; i++) {
            heap[i] = new long[LINES_PER_ARRAY * LINE_WORDS];
            for (int line = 0; line < LINES_PER_ARRAY; line++) {
                heap[i][line * LINE_WORDS] = i;
            }
        }
        System.out.println("built");
        long lines = (long) mib * LINES_PER_ARRAY, random = 88172645463325252L, written = 0;
        double perTick = lines * percent / 100 / 100;
        long start = System.nanoTime();
        for (int tick = 1; tick <= seconds * 100; tick++) {
            while (written < perTick * tick) {
                random = next(random);
                int line = (int) Long.remainderUnsigned(random, lines);
                heap[line / LINES_PER_ARRAY][line % LINES_PER_ARRAY * LINE_WORDS]++;
                written++;
            }
            long left = start + tick * 10_000_000L - System.nanoTime();
            if (left > 0) {
                Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
            }
        }
        long sum = 0;
        for (int i = 0; i < mib; i++) {
            for (int line = 0; line < LINES_PER_ARRAY; line++) {
                sum += heap[i][line * LINE_WORDS];
            }
        }
        long expected = (long) mib * (mib - 1) / 2 * LINES_PER_ARRAY + written;
        System.out.println("wrote " + written + " in ms " + (System.nanoTime() - start) / 1_000_000 + " "
                + (sum == expected ? "checksum right" : "checksum WRONG"));
    }
}
