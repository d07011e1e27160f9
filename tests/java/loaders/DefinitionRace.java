package loaders;

import java.io.InputStream;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads define one class through one loader, which does not lock: it is defined once, the others are told. */
public class DefinitionRace {
    public static class Victim {
        public static int value = 42;
    }

    static class Loader extends ClassLoader {
        static {
            registerAsParallelCapable();
        }
        Loader() { super(null); }
        Class<?> define(byte[] bytes) { return defineClass(null, bytes, 0, bytes.length); }
    }

    static final int THREADS = 4;
    static final int ROUNDS = 200;

    public static void main(String[] args) throws Exception {
        byte[] bytes;
        try (InputStream in = DefinitionRace.class.getResourceAsStream("DefinitionRace$Victim.class")) {
            bytes = in.readAllBytes();
        }
        AtomicInteger defined = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger other = new AtomicInteger();
        Loader[] loaders = new Loader[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) loaders[i] = new Loader();
        CyclicBarrier barrier = new CyclicBarrier(THREADS);
        Thread[] threads = new Thread[THREADS];
        for (int t = 0; t < THREADS; t++) {
            threads[t] = new Thread(() -> {
                for (Loader loader : loaders) {
                    try {
                        barrier.await();
                        Class<?> c = loader.define(bytes);
                        defined.incrementAndGet();
                        if (c.getField("value").getInt(null) != 42) other.incrementAndGet();
                    } catch (LinkageError e) {
                        if (e.getClass() == LinkageError.class && e.getMessage().contains("duplicate")) {
                            refused.incrementAndGet();
                        } else {
                            other.incrementAndGet();
                        }
                    } catch (Exception e) {
                        other.incrementAndGet();
                    }
                }
            });
            threads[t].start();
        }
        for (Thread t : threads) t.join();
        System.out.println("defined " + defined + ", refused " + refused + ", other " + other);
    }
}
