// uvm-test: torture10
package threads;

import java.util.*;

public class HomePool {
    static class Pool { final LinkedList<Runnable> q = new LinkedList<>(); final List<Thread> ts = new ArrayList<>(); boolean closed; int running; Pool(int n) { for (int i = 0; i < n; i++) { Thread t = new Thread(this::loop, "pool-" + i); ts.add(t); t.start(); } } void loop() { while (true) { Runnable r; synchronized (this) { while (q.isEmpty() && !closed) try { wait(); } catch (InterruptedException e) { return; } if (q.isEmpty()) return; r = q.removeFirst(); running++; } try { r.run(); } catch (RuntimeException e) { synchronized (this) { errors++; } } finally { synchronized (this) { running--; notifyAll(); } } } } int errors; synchronized void submit(Runnable r) { if (closed) throw new IllegalStateException("closed"); q.add(r); notify(); } synchronized void drain() throws InterruptedException { while (!q.isEmpty() || running > 0) wait(); } void close() throws InterruptedException { synchronized (this) { closed = true; notifyAll(); } for (Thread t : ts) t.join(); } }
    public static void main(String[] args) throws Exception { Pool p = new Pool(4); long[] results = new long[60]; for (int i = 0; i < 60; i++) { int k = i; p.submit(() -> { if (k % 20 == 19) throw new IllegalArgumentException(); long h = k; for (int j = 0; j < 2000; j++) h = h * 31 + j; results[k] = h; if (k % 10 == 0) p.submit(() -> results[k] ^= 1); }); } p.drain(); long sum = 0; for (long r : results) sum = sum * 17 + r; System.out.println(sum + " " + p.errors); p.close(); try { p.submit(() -> { }); } catch (IllegalStateException e) { System.out.println(e.getMessage()); } for (Thread t : p.ts) System.out.print(t.getState() + " "); System.out.println(); }
}
