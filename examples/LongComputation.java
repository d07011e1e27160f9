import java.util.concurrent.CyclicBarrier;

/**
 * A long computation by four threads, with a line of progress now and then and a checksum at the end.
 *
 * <p>A ring of cellular automata: each thread owns a quarter of the cells and steps it; after each generation all
 * threads meet. The checksum depends on every cell of every generation, so a lost or a repeated step would show.
 * The argument is the number of generations.
 */
public class LongComputation {
    private static final int THREADS = 4;
    private static final int CELLS = 1 << 14;
    private static final int REPORTS = 20;

    private final int generations;
    private int[] now = new int[CELLS];
    private int[] next = new int[CELLS];
    private final long[] sums = new long[THREADS];
    private int generation;
    private final CyclicBarrier meeting = new CyclicBarrier(THREADS, this::turn);

    private LongComputation(int generations) {
        this.generations = generations;
        long seed = 42;
        for (int i = 0; i < CELLS; i++) {
            seed = seed * 6364136223846793005L + 1442695040888963407L;
            now[i] = (int) (seed >>> 32);
        }
    }

    /** Runs in one of the threads while the others wait. */
    private void turn() {
        int[] old = now;
        now = next;
        next = old;
        generation++;
        if (generation % Math.max(1, generations / REPORTS) == 0) {
            System.out.println("generation " + generation + " of " + generations + ", checksum " + checksum());
        }
    }

    private String checksum() {
        long all = 0;
        for (long sum : sums) {
            all = all * 31 + sum;
        }
        return Long.toHexString(all);
    }

    private void work(int me) {
        int from = me * (CELLS / THREADS);
        int to = from + CELLS / THREADS;
        try {
            for (int g = 0; g < generations; g++) {
                int[] a = now;
                int[] b = next;
                long sum = sums[me];
                for (int i = from; i < to; i++) {
                    int left = a[(i - 1) & (CELLS - 1)];
                    int right = a[(i + 1) & (CELLS - 1)];
                    int cell = Integer.rotateLeft(left ^ a[i], 7) + (right | a[i]);
                    b[i] = cell;
                    sum = sum * 31 + cell;
                }
                sums[me] = sum;
                meeting.await();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public static void main(String[] args) throws InterruptedException {
        int generations = args.length > 0 ? Integer.parseInt(args[0]) : 1000;
        LongComputation computation = new LongComputation(generations);
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            int me = i;
            threads[i] = new Thread(() -> computation.work(me), "worker-" + i);
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println("done, checksum " + computation.checksum());
    }
}
