package threads;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sleeping, joining with a limit, and timers: each lasts at least as long as asked, and they fire in the order they are due. */
public class SleepOrder {
    public static void main(String[] args) throws Exception {
        sleeps();
        interruptedSleep();
        timers();
    }

    private static void sleeps() throws InterruptedException {
        StringBuffer order = new StringBuffer();
        long start = System.nanoTime();
        Thread sleeper = new Thread(() -> {
            try {
                Thread.sleep(30);
                order.append("slept30 ");
            } catch (InterruptedException e) {
                order.append(e);
            }
        });
        sleeper.start();
        sleeper.join();
        order.append(System.nanoTime() - start >= 30_000_000L).append(' ');
        long wall = System.currentTimeMillis();
        Thread.sleep(0);
        Thread.sleep(1, 999999);
        TimeUnit.MILLISECONDS.sleep(5);
        LockSupport.parkNanos(2_000_000);
        order.append(System.currentTimeMillis() - wall >= 5);
        System.out.println(order);
    }

    private static void interruptedSleep() throws InterruptedException {
        Thread sleeper = new Thread(() -> {
            try {
                Thread.sleep(100_000_000);
            } catch (InterruptedException e) {
                System.out.println("woken");
            }
        });
        sleeper.start();
        sleeper.join(20);
        System.out.println(sleeper.isAlive());
        sleeper.interrupt();
        sleeper.join();
    }

    private static void timers() throws InterruptedException {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        CountDownLatch allScheduled = new CountDownLatch(1);
        timer.execute(() -> {
            try {
                allScheduled.await();
            } catch (InterruptedException e) {
                System.out.println(e);
            }
        });
        List<Integer> fired = Collections.synchronizedList(new ArrayList<>());
        List<ScheduledFuture<?>> futures = new ArrayList<>();
        List<Integer> delays = List.of(300, 20, 150, 20, 60);
        for (int i = 0; i < delays.size(); i++) {
            int number = i;
            futures.add(timer.schedule(() -> fired.add(number), delays.get(i), TimeUnit.MILLISECONDS));
        }
        // How far apart they are due depends on how fast they were scheduled; that they fire in this order does not.
        List<Integer> due = new ArrayList<>(List.of(0, 1, 2, 3, 4));
        due.sort((a, b) -> futures.get(a).compareTo(futures.get(b)));
        allScheduled.countDown();
        timer.shutdown();
        System.out.println(timer.awaitTermination(300, TimeUnit.SECONDS) + " " + fired.equals(due));
    }
}
