package threads;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RecursiveTask;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;

/**
 * Everything that threads do to each other, at once: monitors, wait and notify, park, locks, fork and join, interrupts,
 * threads that come and go, first uses of the same classes and call sites, and a live heap above the memory of the tiny mode.
 * Written for the sanitizers. Each part prints a checksum that no schedule changes.
 */
public class Stress {
    interface Part {
        long run() throws Exception;
    }

    static void in(Thread... threads) throws InterruptedException {
        for (Thread t : threads) t.start();
        for (Thread t : threads) t.join();
    }

    static Thread[] threads(int count, Part part) {
        Thread[] threads = new Thread[count];
        for (int i = 0; i < count; i++) {
            threads[i] = new Thread(() -> {
                try {
                    part.run();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
        return threads;
    }

    // Nested monitors, always in one order; one of the threads throws out of them.
    static long monitors() throws Exception {
        Object[] locks = {new Object(), new Object(), new int[2]};
        long[] count = new long[3];
        in(threads(4, () -> {
            for (int i = 0; i < 400; i++) {
                int k = i % 3;
                synchronized (locks[k]) {
                    count[k]++;
                    try {
                        synchronized (locks[2]) {
                            if (k == 2) synchronized (locks[2]) { count[2]++; }
                            if (i % 50 == 0) throw new IllegalStateException("out of two");
                        }
                    } catch (IllegalStateException e) {
                        count[k] += e.getMessage().length();
                    }
                }
            }
            return 0;
        }));
        return count[0] * 1_000_000 + count[1] * 1_000 + count[2];
    }

    // A bounded buffer between producers and consumers.
    static long buffer() throws Exception {
        ArrayDeque<Integer> queue = new ArrayDeque<>();
        long[] sum = new long[1];
        Thread[] producers = threads(2, () -> {
            for (int i = 1; i <= 300; i++) {
                synchronized (queue) {
                    while (queue.size() >= 4) queue.wait();
                    queue.add(i);
                    queue.notifyAll();
                }
            }
            return 0;
        });
        Thread[] consumers = threads(2, () -> {
            for (int i = 0; i < 300; i++) {
                synchronized (queue) {
                    while (queue.isEmpty()) queue.wait(50);
                    sum[0] += queue.remove();
                    queue.notifyAll();
                }
            }
            return 0;
        });
        in(producers[0], consumers[0], producers[1], consumers[1]);
        return sum[0];
    }

    static volatile int token;

    // A token goes round by unpark; the volatile field is the condition.
    static long ring() throws Exception {
        Thread[] ring = new Thread[3];
        long[] turns = new long[3];
        token = 0;
        for (int k = 0; k < 3; k++) {
            int me = k;
            ring[k] = new Thread(() -> {
                for (int round = 0; round < 150; round++) {
                    while (token % 3 != me) LockSupport.park(Stress.class);
                    turns[me]++;
                    token++;
                    LockSupport.unpark(ring[(me + 1) % 3]);
                }
            });
        }
        in(ring);
        return turns[0] * 1_000_000 + turns[1] * 1_000 + turns[2];
    }

    static class Sum extends RecursiveTask<Long> {
        final int from, to;

        Sum(int from, int to) {
            this.from = from;
            this.to = to;
        }

        @Override
        protected Long compute() {
            if (to - from <= 40) {
                long sum = 0;
                for (int i = from; i < to; i++) sum += (long) i * i;
                return sum;
            }
            Sum left = new Sum(from, (from + to) / 2);
            left.fork();
            return new Sum((from + to) / 2, to).compute() + left.join();
        }
    }

    static long forkJoin() {
        ForkJoinPool pool = new ForkJoinPool(3);
        long sum = pool.invoke(new Sum(0, 8000)) + new Sum(0, 1000).invoke();
        pool.shutdown();
        return sum;
    }

    // Classes, call sites, switches and constants that several threads use for the first time in the same moment.
    static class FirstA {
        static final List<String> NAMES = new ArrayList<>(List.of("a", "bb", "ccc"));

        static int of(String name) {
            switch (name) {
                case "a": return 1;
                case "bb": return 20;
                case "ccc": return 300;
                default: return -1;
            }
        }
    }

    static class FirstB extends FirstA implements LongUnaryOperator {
        static final LongUnaryOperator TWICE = x -> 2 * x;
        static int made;
        final long add;

        static {
            made = FirstA.NAMES.size();
        }

        FirstB(long add) {
            this.add = add;
        }

        @Override
        public long applyAsLong(long x) {
            return TWICE.applyAsLong(x) + add;
        }
    }

    enum FirstC {
        ONE { long times(long x) { return x; } },
        TEN { long times(long x) { return 10 * x; } };

        abstract long times(long x);
    }

    record FirstD(int x, String s) {}

    static long firstUses() throws Exception {
        long[] sums = new long[4];
        CyclicBarrier barrier = new CyclicBarrier(4);
        int[] next = new int[1];
        in(threads(4, () -> {
            int me;
            synchronized (next) { me = next[0]++; }
            barrier.await();
            long sum = 0;
            for (int i = 0; i < 60; i++) {
                Object o = i % 2 == 0 ? new FirstB(i) : FirstC.values()[i / 2 % 2];
                if (o instanceof LongUnaryOperator f) sum += f.applyAsLong(i);
                if (o instanceof FirstC c) sum += switch (c) { case ONE -> c.times(3); case TEN -> c.times(4); };
                sum += FirstA.of("abc".substring(0, 1)) + FirstA.of(FirstA.NAMES.get(i % 3)) + FirstB.made;
                Object[][] array = new FirstD[2][3];
                array[1][2] = new FirstD(i, "n" + i);
                sum += array[1][2].hashCode() % 1000 + array[1][2].toString().length();
                try {
                    array[0][0] = "no";
                } catch (ArrayStoreException e) {
                    sum++;
                }
            }
            sums[me] = sum;
            return sum;
        }));
        for (long sum : sums) if (sum != sums[0]) return -1;
        return sums[0];
    }

    // Threads that come and go, interrupted while they sleep, wait, park or have not begun.
    static long interrupts() throws Exception {
        long count = 0;
        for (int i = 0; i < 12; i++) {
            Object lock = new Object();
            int kind = i % 4;
            boolean[] interrupted = new boolean[1];
            ThreadLocal<Integer> local = ThreadLocal.withInitial(() -> 7);
            Thread t = new Thread(() -> {
                try {
                    local.set(local.get() + kind);
                    if (kind == 0) {
                        Thread.sleep(1_000_000);
                    } else if (kind == 1) {
                        synchronized (lock) { while (true) lock.wait(); }
                    } else if (kind == 2) {
                        while (!Thread.currentThread().isInterrupted()) LockSupport.park();
                        throw new InterruptedException();
                    } else {
                        new CyclicBarrier(2).await();
                    }
                } catch (InterruptedException e) {
                    interrupted[0] = local.get() == 7 + kind;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            t.start();
            if (i % 3 == 0) while (t.getState() == Thread.State.RUNNABLE) Thread.yield();
            t.interrupt();
            t.join();
            if (interrupted[0]) count++;
        }
        return count;
    }

    static int cell;
    static final VarHandle CELL;

    static {
        try {
            CELL = MethodHandles.lookup().findStaticVarHandle(Stress.class, "cell", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Compare-and-set, a fair lock, a concurrent map, and strings that must be the same ones to all.
    static long atomics() throws Exception {
        ReentrantLock lock = new ReentrantLock(true);
        ConcurrentHashMap<String, Integer> map = new ConcurrentHashMap<>();
        long[] sum = new long[1];
        in(threads(3, () -> {
            for (int i = 0; i < 200; i++) {
                int seen;
                do { seen = (int) CELL.getVolatile(); } while (!CELL.compareAndSet(seen, seen + 1));
                String name = ("key" + i % 20).intern();
                map.merge(name, 1, Integer::sum);
                lock.lock();
                try {
                    if (name == ("key" + i % 20).intern()) sum[0]++;
                } finally {
                    lock.unlock();
                }
            }
            return 0;
        }));
        return cell * 1_000_000L + map.size() * 10_000L + map.get("key7") + sum[0];
    }

    // More than the tiny mode's memory, written and read by two threads.
    static long pages() throws Exception {
        byte[][] blocks = new byte[1100][];
        long[] sums = new long[2];
        int[] next = new int[1];
        in(threads(2, () -> {
            int me;
            synchronized (next) { me = next[0]++; }
            for (int i = me; i < blocks.length; i += 2) {
                blocks[i] = new byte[32 << 10];
                for (int at = 0; at < blocks[i].length; at += 4096) blocks[i][at] = (byte) (i + at / 4096);
            }
            int x = 1;
            for (int k = 0; k < 1500; k++) {
                x = x * 1664525 + 1013904223;
                int i = 2 * ((x >>> 8) % (blocks.length / 2)) + me;
                sums[me] = sums[me] * 31 + blocks[i][(k % 8) * 4096];
            }
            return 0;
        }));
        return sums[0] ^ sums[1];
    }

    public static void main(String[] args) throws Exception {
        Part[] parts = {Stress::monitors, Stress::buffer, Stress::ring, Stress::forkJoin, Stress::firstUses,
                Stress::interrupts, Stress::atomics, Stress::pages};
        long[] results = new long[parts.length];
        Thread[] all = new Thread[parts.length];
        for (int i = 0; i < parts.length; i++) {
            int k = i;
            all[i] = new Thread(() -> {
                try {
                    results[k] = parts[k].run();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
        }
        in(all);
        for (long result : results) System.out.println(result);
    }
}
