package threads;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

// uvm-test: torture10
// Thread.getState() of threads that wait in each way, again and again while they do, also where the run goes on elsewhere.
public class States {
    interface Wait {
        void run() throws InterruptedException;
    }

    static volatile boolean over;

    static Thread start(Wait wait) {
        Thread thread = new Thread(() -> {
            while (!over) {
                try {
                    wait.run();
                } catch (InterruptedException e) {
                    // over, perhaps
                }
            }
        });
        thread.start();
        return thread;
    }

    static void until(Thread thread, Thread.State state) {
        while (thread.getState() != state) Thread.yield();
    }

    public static void main(String[] args) throws Exception {
        Object lock = new Object(), held = new Object();
        Thread spinning = start(() -> Thread.onSpinWait());
        Map<String, Thread> waiting = new LinkedHashMap<>();
        synchronized (held) {
            waiting.put("park", start(() -> LockSupport.park()));
            waiting.put("wait", start(() -> { synchronized (lock) { lock.wait(); } }));
            waiting.put("join", start(() -> spinning.join()));
            waiting.put("parkNanos", start(() -> LockSupport.parkNanos(1_000_000_000_000L)));
            waiting.put("parkUntil", start(() -> LockSupport.parkUntil(System.currentTimeMillis() + 1_000_000_000L)));
            waiting.put("wait for a time", start(() -> { synchronized (lock) { lock.wait(1_000_000_000L); } }));
            waiting.put("sleep", start(() -> Thread.sleep(1_000_000_000L)));
            waiting.put("enter", start(() -> { synchronized (held) { Thread.onSpinWait(); } }));
            Thread.State[] states = {
                Thread.State.WAITING, Thread.State.WAITING, Thread.State.WAITING, Thread.State.TIMED_WAITING,
                Thread.State.TIMED_WAITING, Thread.State.TIMED_WAITING, Thread.State.TIMED_WAITING, Thread.State.BLOCKED};
            int i = 0;
            for (Map.Entry<String, Thread> entry : waiting.entrySet()) {
                Thread thread = entry.getValue();
                Thread.State state = states[i++];
                for (int round = 0; round < 50; round++) until(thread, state);
                while (ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId()).getThreadState() != state)
                    Thread.yield();
                System.out.println(entry.getKey() + ": " + state);
            }
        }
        System.out.println("spinning: " + spinning.getState());
        Thread fresh = new Thread(() -> { });
        System.out.println("fresh: " + fresh.getState());
        // One that was notified waits for the monitor next.
        synchronized (lock) {
            lock.notifyAll();
            until(waiting.get("wait"), Thread.State.BLOCKED);
            until(waiting.get("wait for a time"), Thread.State.BLOCKED);
            System.out.println("notified: BLOCKED");
        }
        over = true;
        for (Thread thread : waiting.values()) {
            while (thread.isAlive()) {
                thread.interrupt();
                thread.join(10);
            }
            System.out.print(thread.getState() + " ");
        }
        spinning.join();
        System.out.println(spinning.getState());
    }
}
