import java.io.File;
import java.io.FileWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import uvm.Persistence;

/**
 * Four threads change words all over their arrays, which are larger than the memory that the run is given, and meet
 * after each round; the last one to come prints a sum, appends to a file, and writes another one anew and renames it into
 * its place. A fifth asks for checkpoints, and does not mind if one fails. What is printed and written is always the same.
 *
 * args: rounds, and MiB in each array
 */
public final class Faulted {
    private static final int WORKERS = 4;
    private static final int LINE = 512; // words
    private final int rounds;
    private final long[][] words;
    private final long[] sums = new long[WORKERS];
    private final ConcurrentHashMap<Integer, Long> shared = new ConcurrentHashMap<>();
    private final CyclicBarrier meeting = new CyclicBarrier(WORKERS, this::afterRound);
    private int round;

    private Faulted(int rounds, int mib) {
        this.rounds = rounds;
        words = new long[WORKERS][mib << 17];
    }

    private static long next(long random) {
        random ^= random << 13;
        random ^= random >>> 7;
        return random ^ random << 17;
    }

    private void work(int me) {
        long[] mine = words[me];
        long random = 88172645463325252L + me;
        for (int i = 0; i < mine.length; i += LINE) {
            mine[i] = random = next(random);
        }
        try {
            for (int r = 0; r < rounds; r++) {
                for (int i = 0; i < 200; i++) {
                    random = next(random);
                    int at = (int) Math.floorMod(random, (long) mine.length);
                    mine[at] = mine[at] * 31 + random;
                    sums[me] += mine[at] ^ mine[at / LINE * LINE];
                }
                shared.merge((int) Math.floorMod(sums[me], 61L), 1L, Long::sum);
                meeting.await();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void afterRound() {
        round++;
        long sum = round;
        for (long one : sums) {
            sum = sum * 31 + one;
        }
        System.out.println("round " + round + " " + sum);
        try {
            try (FileWriter log = new FileWriter("log.txt", true)) {
                log.write(round + " " + sum + "\n");
            }
            File fresh = new File("state.new"), state = new File("state.txt");
            try (FileWriter out = new FileWriter(fresh)) {
                out.write("state " + sum + "\n");
            }
            Files.move(fresh.toPath(), state.toPath(), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void keep() {
        for (;;) {
            try {
                Persistence.checkpoint();
            } catch (IOException e) {
                // The program goes on; a later one may be good.
            }
        }
    }

    public static void main(String[] args) throws InterruptedException {
        Faulted all = new Faulted(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        Thread[] workers = new Thread[WORKERS];
        for (int i = 0; i < WORKERS; i++) {
            int me = i;
            workers[i] = new Thread(() -> all.work(me));
            workers[i].start();
        }
        Thread keeper = new Thread(Faulted::keep);
        keeper.setDaemon(true);
        keeper.start();
        for (Thread worker : workers) {
            worker.join();
        }
        long sum = 0;
        for (long[] part : all.words) {
            for (int i = 0; i < part.length; i += 64) {
                sum = sum * 31 + part[i];
            }
        }
        long merged = 0;
        for (long count : all.shared.values()) {
            merged += count;
        }
        System.out.println("end " + sum + " " + merged);
    }
}
