import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A long computation with threads: in how many ways can n queens stand on an n by n board? Each opening (the queens of
 * the first two rows) is a task of its own. Prints a line for each tenth of the openings counted.
 *
 * <p>Arguments: n (default 12), threads (default 4).
 */
public final class Queens {
    private final int n;
    private final int all;

    private Queens(int n) {
        this.n = n;
        this.all = (1 << n) - 1;
    }

    /** Ways to fill the rows left, given what the queens so far attack in the next row. */
    private long count(int columns, int left, int right) {
        if (columns == all) {
            return 1;
        }
        long ways = 0;
        for (int free = all & ~(columns | left | right); free != 0; free &= free - 1) {
            int queen = free & -free;
            ways += count(columns | queen, (left | queen) << 1, (right | queen) >>> 1);
        }
        return ways;
    }

    public static void main(String[] args) throws InterruptedException {
        int n = args.length > 0 ? Integer.parseInt(args[0]) : 12;
        int threads = args.length > 1 ? Integer.parseInt(args[1]) : 4;
        if (n < 4 || n > 20 || threads < 1) {
            System.err.println("usage: Queens [N from 4 to 20] [THREADS]");
            System.exit(2);
        }
        Queens board = new Queens(n);
        AtomicLong ways = new AtomicLong();
        Progress progress = new Progress(n * n - (3 * n - 2));
        CountDownLatch open = new CountDownLatch(progress.total);
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        for (int first = 0; first < n; first++) {
            for (int second = 0; second < n; second++) {
                if (Math.abs(first - second) <= 1) {
                    continue;
                }
                int a = 1 << first, b = 1 << second;
                workers.execute(() -> {
                    ways.addAndGet(board.count(a | b, a << 2 | b << 1, a >>> 2 | b >>> 1));
                    progress.step();
                    open.countDown();
                });
            }
        }
        open.await();
        workers.shutdown();
        System.out.println(n + " queens: " + ways + " ways");
    }

    /** Counts finished openings. */
    private static final class Progress {
        final int total;
        private int done;

        Progress(int total) {
            this.total = total;
        }

        synchronized void step() {
            done++;
            if (done * 10 / total != (done - 1) * 10 / total) {
                System.out.println(done + " of " + total + " openings counted");
            }
        }
    }
}
