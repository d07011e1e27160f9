/**
 * A heap of `mib` MiB that does nothing but say when it runs: for measuring how fast it resumes. Every millisecond it
 * asks for the time; when the clock on the wall has jumped by more than a tenth of a second since, it was not running,
 * and it prints the time (milliseconds since the epoch) and the number of such gaps, and reads a word of each array.
 *
 * args: mib
 */
public final class HeldHeap {
    public static void main(String[] args) throws InterruptedException {
        int mib = Integer.parseInt(args[0]);
        long[][] heap = new long[mib][];
        for (int i = 0; i < mib; i++) {
            heap[i] = new long[1 << 17];
            for (int word = 0; word < heap[i].length; word += 64) {
                heap[i][word] = i + word;
            }
        }
        System.out.println("built");
        long last = System.currentTimeMillis();
        for (int gaps = 0;; ) {
            Thread.sleep(1);
            long now = System.currentTimeMillis();
            if (now - last > 100) {
                System.out.println("resumed " + ++gaps + " at " + now);
                long sum = 0;
                for (int i = 0; i < mib; i++) {
                    sum += heap[i][i & 63 << 6] - i - (i & 63 << 6);
                }
                if (sum != 0) {
                    System.out.println("checksum WRONG " + sum);
                }
                now = System.currentTimeMillis();
            }
            last = now;
        }
    }
}
