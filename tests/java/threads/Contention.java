package threads;

import java.util.concurrent.atomic.*;

public class Contention {
    static int a, b, c; static synchronized void stat() { a++; } synchronized void inst() { b++; rec(3); } synchronized void rec(int n) { if (n > 0) rec(n - 1); else c++; } static volatile int v; static final AtomicInteger ai = new AtomicInteger();
    public static void main(String[] args) throws Exception {
        Contention o = new Contention(); Object[] stripes = new Object[7]; int[] counts = new int[7]; for (int i = 0; i < 7; i++) stripes[i] = new Object(); Thread[] ts = new Thread[6]; for (int t = 0; t < ts.length; t++) { int me = t; ts[t] = new Thread(() -> { for (int i = 0; i < 3000; i++) { stat(); o.inst(); ai.incrementAndGet(); int k = (i * 13 + me) % 7; synchronized (stripes[k]) { counts[k]++; if (i % 500 == 0) Thread.yield(); } } }); ts[t].start(); } for (Thread t : ts) t.join(); int total = 0; for (int x : counts) total += x; System.out.println(a + " " + b + " " + c + " " + ai + " " + total);
        int n = 4; long[][] parts = new long[n][]; Thread[] ws = new Thread[n]; for (int w = 0; w < n; w++) { int me = w; ws[w] = new Thread(() -> { long h = me; long[] out = new long[100]; for (int i = 0; i < 40000; i++) { h = h * 6364136223846793005L + 1442695040888963407L; out[(int) (h >>> 57) % 100] += h >>> 40; } parts[me] = out; }); ws[w].start(); } long sum = 0; for (int w = 0; w < n; w++) { ws[w].join(); for (long x : parts[w]) sum = sum * 31 + x; } System.out.println(sum);
        class Account { long m = 1000; } Account[] acc = new Account[5]; for (int i = 0; i < 5; i++) acc[i] = new Account(); Thread[] tr = new Thread[4]; for (int t = 0; t < 4; t++) { int me = t; tr[t] = new Thread(() -> { for (int i = 0; i < 2000; i++) { int x = (i + me) % 5, y = (i * 3 + me * 7 + 1) % 5; if (x == y) continue; Account lo = acc[Math.min(x, y)], hi = acc[Math.max(x, y)]; synchronized (lo) { synchronized (hi) { acc[x].m -= i % 10; acc[y].m += i % 10; } } } }); tr[t].start(); } for (Thread t : tr) t.join(); StringBuilder sb = new StringBuilder(); long all = 0; for (Account x : acc) { sb.append(x.m).append(' '); all += x.m; } System.out.println(sb + "" + all);
    }
}
