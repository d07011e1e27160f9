package kill;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Eight threads: four compute in step through a barrier, two pass numbers through a queue, one waits and is notified,
 * one sleeps. Whatever the interleaving, what is printed is the same.
 */
public class ManyThreads {
    private static final int WORKERS = 4;
    private final int rounds;
    private final long[][] cells;
    private final CyclicBarrier barrier;
    private final BlockingQueue<Long> queue = new ArrayBlockingQueue<>(16);
    private final ConcurrentHashMap<Integer, Long> shared = new ConcurrentHashMap<>();
    private final AtomicLong naps = new AtomicLong();
    private final Object bell = new Object();
    private int rung;
    private long consumed;
    private volatile boolean done;

    private ManyThreads(int rounds) {
        this.rounds = rounds;
        cells = new long[WORKERS][2];
        barrier = new CyclicBarrier(WORKERS, this::betweenRounds);
    }

    private int round;

    private void betweenRounds() {
        round++;
        long hash = round;
        for (long[] cell : cells) {
            cell[0] = cell[1];
            hash = hash * 31 + cell[0];
        }
        if (round % 20 == 0) {
            System.out.println("round " + round + " " + hash);
        }
        synchronized (bell) {
            rung++;
            bell.notifyAll();
        }
    }

    private void work(int me) throws Exception {
        for (int r = 0; r < rounds; r++) {
            long hash = cells[me][0] + cells[(me + 1) % WORKERS][0] * 7 + me;
            for (int i = 0; i < 5000; i++) {
                hash = hash * 6364136223846793005L + i;
                hash ^= hash >>> 29;
            }
            for (int i = 0; i < 50; i++) {
                shared.merge((int) Math.floorMod(hash + i, 97L), 1L, Long::sum);
            }
            cells[me][1] = hash;
            barrier.await();
        }
    }

    private void produce() throws InterruptedException {
        for (long i = 0; i < rounds * 40L; i++) {
            queue.put(i * i);
        }
        queue.put(-1L);
    }

    private void consume() throws InterruptedException {
        for (long v; (v = queue.take()) >= 0; ) {
            consumed = consumed * 31 + v;
        }
    }

    private void listen() throws InterruptedException {
        synchronized (bell) {
            while (rung < rounds) {
                bell.wait();
            }
        }
    }

    private void nap() throws InterruptedException {
        while (!done) {
            Thread.sleep(3);
            naps.incrementAndGet();
        }
    }

    private interface Body {
        void run() throws Exception;
    }

    private static Thread start(String name, Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }, name);
        thread.start();
        return thread;
    }

    public static void main(String[] args) throws Exception {
        ManyThreads all = new ManyThreads(args.length > 0 ? Integer.parseInt(args[0]) : 2500);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            int me = i;
            threads.add(start("worker-" + i, () -> all.work(me)));
        }
        threads.add(start("producer", all::produce));
        threads.add(start("consumer", all::consume));
        threads.add(start("listener", all::listen));
        Thread napper = start("napper", all::nap);
        for (Thread thread : threads) {
            thread.join();
            System.out.println(thread.getName() + " ended");
        }
        all.done = true;
        napper.join();
        long merged = 0;
        for (long v : all.shared.values()) {
            merged += v;
        }
        System.out.println("end " + all.consumed + " " + merged + " " + all.rung + " " + (all.naps.get() > 0));
    }
}
