package classes;

import java.util.concurrent.*;
import java.util.concurrent.atomic.*;

public class ThreadedInit {
    static final AtomicInteger inits = new AtomicInteger(); static class Slow { static final int V; static { inits.incrementAndGet(); long x = 1; for (int i = 0; i < 50000; i++) x = x * 31 + i; V = (int) x; } } static class Fails { static final int V = compute(); static int compute() { inits.incrementAndGet(); try { Thread.sleep(20); } catch (InterruptedException e) { } throw new IllegalStateException("once"); } } static class A { static final String S = "A" + init(); static String init() { return "i"; } static int via() { return B.count; } } static class B extends A { static int count = 5; }
    enum Lazy { INSTANCE; final long made; Lazy() { inits.addAndGet(100); made = inits.get(); } } static class Holder { static final Object IT = new Object(); }
    public static void main(String[] args) throws Exception { int n = 6; CyclicBarrier b = new CyclicBarrier(n); int[] seen = new int[n]; AtomicInteger eiie = new AtomicInteger(), ncdfe = new AtomicInteger(); Object[] objs = new Object[n]; Thread[] ts = new Thread[n]; for (int i = 0; i < n; i++) { int me = i; ts[i] = new Thread(() -> { try { b.await(); seen[me] = Slow.V; try { System.out.println(Fails.V); } catch (ExceptionInInitializerError e) { eiie.incrementAndGet(); } catch (NoClassDefFoundError e) { ncdfe.incrementAndGet(); } objs[me] = Holder.IT; if (Lazy.INSTANCE.made < 100) System.out.println("bad"); } catch (Exception e) { System.out.println(e); } }); ts[i].start(); } for (Thread t : ts) t.join(); boolean same = true, one = true; for (int i = 1; i < n; i++) { same &= seen[i] == seen[0]; one &= objs[i] == objs[0]; } System.out.println(seen[0] + " " + same + one + " " + inits + " " + eiie + " " + ncdfe); Thread x = new Thread(() -> System.out.println(A.via())), y = new Thread(() -> System.out.println(B.count)); x.start(); x.join(); y.start(); y.join(); }
}
