package classes;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Threads wait for the initialiser that another thread runs (JVMS 5.5): interrupts and permits come through it. */
public class InitWait {
    static final CountDownLatch started = new CountDownLatch(1);
    static final CountDownLatch release = new CountDownLatch(1);
    static final AtomicInteger interrupted = new AtomicInteger();
    static final AtomicInteger sum = new AtomicInteger();
    static final AtomicInteger failures = new AtomicInteger();

    static class Slow {
        static int value = 1;

        static {
            started.countDown();
            await(release);
            value = 7;
        }

        static int get() {
            return value;
        }
    }

    /** Its initialiser waits for a thread that waits for it to start others. */
    static class Failing {
        static int value;

        static {
            await(release);
            if (value == 0) throw new IllegalStateException("no value");
        }
    }

    /** Initialised by many at once, each waiting for those before. */
    static class Chain0 {
        static int v = Chain1.v + 1;
    }

    static class Chain1 {
        static int v = Chain2.v + 1;
    }

    static class Chain2 {
        static int v = Chain3.v + 1;
    }

    static class Chain3 {
        static int v;

        static {
            await(release);
            v = 1;
        }
    }

    static void await(CountDownLatch latch) {
        boolean again = true;
        while (again) {
            try {
                latch.await();
                again = false;
            } catch (InterruptedException e) {
                System.out.println("interrupted in the initialiser");
            }
        }
    }

    static Thread start(Runnable r) {
        Thread t = new Thread(r);
        t.start();
        return t;
    }

    public static void main(String[] args) throws InterruptedException {
        Thread[] all = new Thread[25];
        int n = 0;
        all[n++] = start(() -> sum.addAndGet(Slow.get()));
        started.await();
        Thread[] waiting = new Thread[8];
        for (int i = 0; i < waiting.length; i++) {
            waiting[i] = all[n++] = start(() -> {
                sum.addAndGet(Slow.get());
                if (Thread.currentThread().isInterrupted()) interrupted.incrementAndGet();
                LockSupport.park(); // the permit is still there, or the interrupt is
                if (Thread.interrupted()) interrupted.addAndGet(100);
            });
        }
        for (int i = 0; i < 8; i++) {
            all[n++] = start(() -> {
                try {
                    sum.addAndGet(1000 * Failing.value);
                } catch (ExceptionInInitializerError e) {
                    failures.addAndGet(1);
                } catch (NoClassDefFoundError e) {
                    failures.addAndGet(100);
                }
            });
        }
        all[n++] = start(() -> sum.addAndGet(10000 * Chain0.v));
        all[n++] = start(() -> sum.addAndGet(10000 * Chain3.v));
        all[n++] = start(() -> sum.addAndGet(10000 * Chain1.v));
        for (int i = 3; i > 0; i--) all[n++] = start(() -> sum.addAndGet(10000 * Chain2.v));
        for (int i = 0; i < waiting.length; i++) {
            if (i % 2 == 0) waiting[i].interrupt();
            else LockSupport.unpark(waiting[i]);
        }
        Thread.sleep(20);
        System.out.println("nobody went on: " + sum + " " + interrupted);
        release.countDown();
        for (int i = 0; i < n; i++) all[i].join();
        System.out.println(sum + " " + interrupted + " " + failures);
    }
}
