package references;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Finalizers (JLS 12.6): who gets one, when it runs, that it runs once, and what it may do. */
public class Finalizers {
    static final List<String> log = Collections.synchronizedList(new ArrayList<>());
    static final AtomicInteger done = new AtomicInteger();
    static Object rescued;

    static class Base {
        final String name;

        Base(String name) {
            this.name = name;
        }

        @Override
        protected void finalize() {
            log.add("finalize " + name);
            done.incrementAndGet();
        }
    }

    /** Inherits its finalizer. */
    static class Derived extends Base {
        Derived(String name) {
            super(name);
        }
    }

    /** Overrides it by one that does nothing: none is registered. */
    static class Without extends Base {
        Without(String name) {
            super(name);
        }

        @Override
        protected void finalize() {}
    }

    static class Throwing extends Base {
        Throwing(String name) {
            super(name);
        }

        @Override
        protected void finalize() {
            super.finalize();
            throw new IllegalStateException("ignored");
        }
    }

    /** Makes itself reachable again; its finalizer does not run a second time. */
    static class Phoenix extends Base {
        Phoenix(String name) {
            super(name);
        }

        @Override
        protected void finalize() {
            rescued = this;
            super.finalize();
        }
    }

    /** Its constructor fails after Object's has returned: the object is finalized all the same. */
    static class Failing extends Base {
        Failing(String name) {
            super(name);
            throw new RuntimeException("constructor of " + name);
        }
    }

    static class Copied extends Base implements Cloneable {
        Copied(String name) {
            super(name);
        }

        Object copy() throws CloneNotSupportedException {
            return clone();
        }
    }

    /** A finalizer may use what only its object refers to. */
    static class Holder extends Base {
        final StringBuilder held = new StringBuilder("held");

        Holder(String name) {
            super(name);
        }

        @Override
        protected void finalize() {
            log.add(name + " has " + held.append(" still"));
            super.finalize();
        }
    }

    static void make() {
        new Base("base");
        new Derived("derived");
        new Without("without");
        new Throwing("throwing");
        new Phoenix("phoenix");
        new Holder("holder");
        try {
            new Failing("failing");
        } catch (RuntimeException e) {
            System.out.println("caught " + e.getMessage());
        }
        try {
            new Copied("copied").copy();
            Base.class.getDeclaredConstructor(String.class).newInstance("reflected");
        } catch (ReflectiveOperationException | CloneNotSupportedException e) {
            System.out.println(e);
        }
    }

    /** Overwrites what the stack may still hold of the objects. */
    static long scrub(int depth, long a, long b, long c) {
        return depth == 0 ? a + b + c : scrub(depth - 1, b, c, a + depth);
    }

    static void collectUntil(int count) throws InterruptedException {
        while (done.get() < count) {
            System.gc();
            System.runFinalization();
            Thread.sleep(1);
        }
    }

    public static void main(String[] args) throws InterruptedException {
        Base kept = new Base("kept");
        make();
        scrub(100, 1, 2, 3);
        collectUntil(9);
        Collections.sort(log);
        log.forEach(System.out::println);
        log.clear();

        System.out.println("rescued " + ((Base) rescued).name);
        rescued = null;
        scrub(100, 1, 2, 3);
        for (int i = 0; i < 3; i++) {
            System.gc();
            System.runFinalization();
        }
        System.out.println("again " + log);
        System.out.println("kept " + kept.name);
    }
}
