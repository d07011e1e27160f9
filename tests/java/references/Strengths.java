package references;

import java.lang.ref.*;
import java.util.*;

// What System.gc() does to references of each strength, and in which order they reach their queues.
public class Strengths {
    static Object kept = new Object();

    static final class Named extends WeakReference<Object> {
        final String name;
        Named(String name, Object o, ReferenceQueue<Object> q) { super(o, q); this.name = name; }
    }

    static Reference<?> next(ReferenceQueue<?> q) throws InterruptedException { return q.remove(20_000); }

    public static void main(String[] args) throws Exception {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        WeakReference<Object> weak = new WeakReference<>(new Object(), queue);
        WeakReference<Object> held = new WeakReference<>(kept, queue);
        SoftReference<Object> soft = new SoftReference<>(new Object());
        System.out.println(weak.refersTo(null) + " " + held.refersTo(kept));
        System.gc();
        System.out.println((weak.get() == null) + " " + (held.get() == kept) + " " + (soft.get() != null));
        System.out.println(next(queue) == weak);
        System.out.println(weak.isEnqueued() + " " + weak.enqueue());

        PhantomReference<Object> phantom = new PhantomReference<>(new Object(), queue);
        PhantomReference<Object> phantomHeld = new PhantomReference<>(kept, queue);
        System.gc();
        System.out.println((next(queue) == phantom) + " " + phantom.refersTo(null) + " " + phantomHeld.refersTo(kept));

        // A chain: what only weakly reachable objects refer to is weakly reachable too.
        Object[] tail = {"tail"};
        Object[] head = {tail};
        WeakReference<Object> toTail = new WeakReference<>(tail), toHead = new WeakReference<>(head);
        tail = null;
        System.gc();
        System.out.println((toHead.get() != null) + " " + (toTail.get() != null));
        Reference.reachabilityFence(head);
        head = null;
        System.gc();
        System.out.println((toHead.get() == null) + " " + (toTail.get() == null));

        // Cycles do not keep each other.
        Object[] a = new Object[1], b = {a};
        a[0] = b;
        WeakReference<Object> cycle = new WeakReference<>(a);
        a = b = null;
        System.gc();
        System.out.println(cycle.get() == null);

        // Many, all at once.
        Set<String> expected = new TreeSet<>(), seen = new TreeSet<>();
        List<Named> names = new ArrayList<>();
        List<Object> survivors = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            Object o = new Object();
            if (i % 3 == 0) survivors.add(o); else expected.add("n" + i);
            names.add(new Named("n" + i, o, queue));
        }
        System.gc();
        for (int i = 0; i < 200; i++) seen.add(((Named) next(queue)).name);
        System.out.println(expected.equals(seen) + " " + queue.poll() + " " + survivors.size() + " " + names.size());

        // Cleared by the program: never enqueued. Enqueued by the program: not again.
        WeakReference<Object> cleared = new WeakReference<>(new Object(), queue);
        cleared.clear();
        WeakReference<Object> enqueued = new WeakReference<>(new Object(), queue);
        System.out.println(enqueued.enqueue() + " " + (queue.remove() == enqueued));
        WeakReference<Object> last = new WeakReference<>(new Object(), queue);
        System.gc();
        System.out.println((next(queue) == last) + " " + queue.poll() + " " + cleared.isEnqueued());
        Reference.reachabilityFence(phantomHeld);
    }
}
