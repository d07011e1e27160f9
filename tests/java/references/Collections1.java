package references;

import java.lang.ref.*;
import java.util.*;

// Collections of large and deep graphs, wider than a marker's stack, while other threads run.
public class Collections1 {
    static final class Node { Node next; Object payload; Node(Node n, Object p) { next = n; payload = p; } }

    static volatile boolean stop;

    public static void main(String[] args) throws Exception {
        Node list = null;
        List<WeakReference<Object>> watched = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            Object payload = new long[i % 5];
            list = new Node(list, payload);
            if (i % 1000 == 0) watched.add(new WeakReference<>(payload));
        }
        Object[] wide = new Object[300_000];
        for (int i = 0; i < wide.length; i++) wide[i] = new Object[] {i % 2 == 0 ? wide : null};
        watched.add(new WeakReference<>(((Object[]) wide[wide.length - 1])));
        WeakReference<Object> dead = new WeakReference<>(new Node(list, wide));

        Thread[] busy = new Thread[2];
        long[] counts = new long[busy.length];
        for (int t = 0; t < busy.length; t++) {
            int me = t;
            busy[t] = new Thread(() -> {
                Map<Integer, String> map = new HashMap<>();
                do {
                    for (int i = 0; i < 50; i++) map.merge(i, "x", (a, b) -> a.length() > 20 ? b : a + b);
                    counts[me]++;
                } while (!stop);
            });
            busy[t].start();
        }
        for (int i = 0; i < 5; i++) System.gc();
        stop = true;
        for (Thread t : busy) t.join();

        int alive = 0;
        for (WeakReference<Object> r : watched) if (r.get() != null) alive++;
        System.out.println(alive + " " + (dead.get() == null) + " " + (counts[0] > 0 && counts[1] > 0));
        int length = 0;
        for (Node n = list; n != null; n = n.next) length += ((long[]) n.payload).length;
        System.out.println(length + " " + wide.length);
        list = null;
        wide = null;
        System.gc();
        alive = 0;
        for (WeakReference<Object> r : watched) if (r.get() != null) alive++;
        System.out.println(alive);
    }
}
