package bytecodes;

public class Monitors {
    static int depth;

    static synchronized int recursive(int n) {
        if (!Thread.holdsLock(Monitors.class)) throw new IllegalStateException();
        return n == 0 ? 0 : 1 + recursive(n - 1);
    }

    synchronized void thrower(int n) {
        if (n == 0) throw new RuntimeException("from depth, holds " + Thread.holdsLock(this));
        thrower(n - 1);
    }

    int early(int n) {
        synchronized (this) {
            if (n == 0) return 10;
            synchronized ("constant") {
                if (n == 1) return 11;
                for (int i = 0; ; i++) {
                    synchronized (this) {
                        if (i == n) break;
                        if (i % 2 == 0) continue;
                    }
                }
            }
            return 12;
        }
    }

    public static void main(String[] args) {
        System.out.println(recursive(50) + " " + Thread.holdsLock(Monitors.class));
        Monitors m = new Monitors();
        try { m.thrower(10); } catch (RuntimeException e) { System.out.println(e.getMessage() + " then " + Thread.holdsLock(m)); }
        System.out.println(m.early(0) + " " + m.early(1) + " " + m.early(7) + " " + Thread.holdsLock(m));
        try { synchronized ((Object) null) { System.out.println("no"); } } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        Object[] locks = new Object[100];
        for (int i = 0; i < locks.length; i++) locks[i] = i % 2 == 0 ? new int[i] : new Object();
        nest(locks, 0);
        int held = 0;
        for (Object l : locks) if (Thread.holdsLock(l)) held++;
        System.out.println(depth + " " + held);
        try { m.notify(); } catch (IllegalMonitorStateException e) { System.out.println(e.getMessage()); }
        try { m.notifyAll(); } catch (IllegalMonitorStateException e) { System.out.println(e.getMessage()); }
        try { m.wait(1); } catch (IllegalMonitorStateException e) { System.out.println(e.getMessage()); } catch (InterruptedException e) { System.out.println("interrupted"); }
        int hash = m.hashCode();
        synchronized (m) { if (hash != m.hashCode()) System.out.println("hash changed"); }
        if (hash != m.hashCode() || hash != System.identityHashCode(m)) System.out.println("hash changed");
        long sum = 0;
        for (int i = 0; i < 50000; i++) synchronized (locks[i % 100]) { sum += i; }
        System.out.println(sum);
    }

    static void nest(Object[] locks, int i) {
        if (i == locks.length) {
            for (Object l : locks) if (Thread.holdsLock(l)) depth++;
            return;
        }
        synchronized (locks[i]) {
            nest(locks, i + 1);
        }
    }
}
