package references;

import java.lang.invoke.*;
import java.lang.ref.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.function.*;

// Objects that only a frame, a thread, a call in progress or a class refers to must survive a collection.
public class StackRoots {
    static final List<WeakReference<?>> refs = Collections.synchronizedList(new ArrayList<>());

    static <T> T watch(T o) { refs.add(new WeakReference<>(o)); return o; }

    static String check() {
        System.gc();
        int alive = 0;
        for (WeakReference<?> r : refs) if (r.get() != null) alive++;
        String s = alive + " of " + refs.size();
        refs.clear();
        return s;
    }

    static int deep(int n, Object before, long wide, Object after) {
        Object local = watch(new int[] {n});
        if (n == 0) {
            System.out.println("deep " + check());
            return 0;
        }
        int sum = deep(n - 1, watch(new Object()), wide * 31 + n, watch("s" + n)) + ((int[]) local)[0];
        if (before == null || after == null) throw new AssertionError();
        return sum + (int) wide % 2;
    }

    static Object operands(Object a, double d, Object b, String c) { return a == null || b == null || d != 2.5 ? null : c; }

    static String collect(Object... ignored) { return check(); }

    static synchronized void locked(Object o) { System.out.println("synchronized " + check() + (o == null)); }

    static Object thrower() { throw new IllegalStateException() { final Object payload = watch(new Object()); }; }

    static int sumOf(int a, Object o, long l) { System.out.println("handle " + check()); return a + (int) l + (o == null ? 1 : 0); }

    static class Late {
        static Object early = watch(new Object());
        static { System.out.println("initialiser " + check()); }
        static Object ready = early;
    }

    public static void main(String[] args) throws Throwable {
        System.out.println(deep(300, watch(new Object()), 1, watch(new Object())));

        // Operands below a call.
        System.out.println(operands(watch(new Object()), 2.5, watch(new Object()), collect(watch(new Object()), 7)));

        locked(watch(new Object()));
        Object monitor = watch(new Object());
        synchronized (monitor) {
            monitor = null;
            System.out.println("monitor " + check());
        }

        // An exception on its way through finally.
        try {
            try {
                thrower();
            } finally {
                System.out.println("finally " + check());
            }
        } catch (IllegalStateException e) {
            System.out.println(e.getClass().getDeclaredFields().length > 0);
        }

        // Captured by lambdas, bound to method handles, arguments of reflection.
        Object captured = watch(new Object());
        Supplier<String> s = () -> captured == null ? "none" : "lambda " + check();
        System.out.println(s.get());
        MethodHandle h = MethodHandles.insertArguments(
                MethodHandles.lookup().findStatic(StackRoots.class, "sumOf",
                        MethodType.methodType(int.class, int.class, Object.class, long.class)), 1, watch(new Object()));
        System.out.println((int) h.invokeExact(3, 4L));
        StackRoots.class.getDeclaredMethod("locked", Object.class).invoke(null, watch(new Object()));
        System.out.println(Late.ready == Late.early);

        // Threads that wait: in a monitor, asleep, parked, to enter a monitor.
        Object lock = new Object();
        CountDownLatch started = new CountDownLatch(3), go = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        threads.add(new Thread(() -> {
            Object mine = watch(new Object());
            synchronized (lock) {
                started.countDown();
                try { lock.wait(); } catch (InterruptedException e) { }
            }
            if (mine == null) System.out.println("lost");
        }));
        threads.add(new Thread(() -> {
            Object mine = watch(new Object());
            started.countDown();
            try { Thread.sleep(1_000_000); } catch (InterruptedException e) { }
            if (mine == null) System.out.println("lost");
        }));
        threads.add(new Thread(() -> {
            Object mine = watch(new Object());
            started.countDown();
            try { go.await(); } catch (InterruptedException e) { }
            if (mine == null) System.out.println("lost");
        }));
        for (Thread t : threads) t.start();
        started.await();
        while (threads.get(0).getState() != Thread.State.WAITING) Thread.yield();
        System.out.println("waiting " + check());
        synchronized (lock) { lock.notifyAll(); }
        threads.get(1).interrupt();
        go.countDown();
        for (Thread t : threads) t.join();

        ThreadLocal<Object> local = new ThreadLocal<>();
        local.set(watch(new Object()));
        System.out.println("thread local " + check());
        local.remove();

        // And what nothing refers to does not: not even a slot of a frame that has been left.
        watch(new Object());
        {
            Object gone = watch(new Object());
            gone = null;
        }
        System.out.println("garbage " + check());
    }
}
