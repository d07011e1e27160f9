package references;

import java.lang.ref.*;
import java.util.*;
import java.util.concurrent.*;

// Cleaner actions, WeakHashMap, and a queue that a thread waits for.
public class Cleaners {
    static final class Resource implements Runnable {
        final int id;
        Resource(int id) { this.id = id; }
        public void run() { done.add(id); latch.countDown(); }
    }
    static final Set<Integer> done = new ConcurrentSkipListSet<>();
    static CountDownLatch latch = new CountDownLatch(5);

    public static void main(String[] args) throws Exception {
        Cleaner cleaner = Cleaner.create();
        List<Object> owners = new ArrayList<>();
        List<Cleaner.Cleanable> cleanables = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Object owner = new Object();
            cleanables.add(cleaner.register(owner, new Resource(i)));
            if (i % 2 == 0) owners.add(owner);
        }
        System.gc();
        System.out.println(latch.await(20, TimeUnit.SECONDS) + " " + done);
        cleanables.get(0).clean();
        cleanables.get(0).clean();
        cleanables.get(1).clean();
        System.out.println(done + " " + owners.size());

        Map<Object, String> map = new WeakHashMap<>();
        List<Object> keys = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Object key = new String("key" + i);
            map.put(key, "v" + i);
            if (i % 10 == 0) keys.add(key);
        }
        System.gc();
        // The references become known to the map as they are enqueued.
        for (int i = 0; i < 2000 && map.size() > 10; i++) Thread.sleep(10);
        System.out.println(map.size() + " " + new TreeMap<>(map) + " " + keys.size());

        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        List<Reference<?>> references = new ArrayList<>();
        Thread waiter = new Thread(() -> {
            try {
                for (int i = 0; i < 3; i++) queue.remove();
                System.out.println("three came");
            } catch (InterruptedException e) {
                System.out.println(e);
            }
        });
        waiter.start();
        for (int i = 0; i < 3; i++) {
            references.add(new PhantomReference<>(new Object(), queue));
            System.gc();
        }
        waiter.join();
        System.out.println(references.stream().filter(Reference::isEnqueued).count());
    }
}
