package exceptions;

import java.util.*;

public class TryWithResources {
    static class R implements AutoCloseable { final String n; final boolean bad; R(String n) { this(n, false, false); } R(String n, boolean bad, boolean badOpen) { if (badOpen) throw new IllegalStateException("open " + n); this.n = n; this.bad = bad; System.out.print("open " + n + "; "); } public void close() { System.out.print("close " + n + "; "); if (bad) throw new IllegalArgumentException("close " + n); } }
    static void show(Throwable t, String in) { System.out.println(in + t + (t.getCause() != null ? " cause " + t.getCause() : "")); for (Throwable s : t.getSuppressed()) show(s, in + "  suppressed "); }
    interface Action { void run() throws Exception; }
    static void go(Action a) { try { a.run(); System.out.println("fine"); } catch (Throwable t) { System.out.println(); show(t, ""); } }
    static int ret() { try (R r = new R("ret")) { return 5; } finally { System.out.println("finally"); } }

    public static void main(String[] args) {
        go(() -> { try (R a = new R("a")) { System.out.print("body; "); } });
        go(() -> { try (R a = new R("a"); R b = new R("b"); R c = null) { System.out.print("body; "); } });
        go(() -> { try (R a = new R("a", true, false); R b = new R("b", true, false)) { System.out.print("body; "); } });
        go(() -> { try (R a = new R("a", true, false); R b = new R("b", true, false)) { throw new RuntimeException("body"); } });
        go(() -> { try (R a = new R("a"); R b = new R("b", false, true)) { System.out.print("never"); } });
        go(() -> { try (R a = new R("a", true, false); R b = new R("b", false, true)) { System.out.print("never"); } });
        go(() -> { try (R a = new R("a", true, false)) { System.out.print("body; "); } catch (IllegalArgumentException e) { System.out.print("caught " + e.getMessage() + "; "); } finally { System.out.print("finally; "); } });
        go(() -> { R outer = new R("outer"); try (outer; R in = new R("in")) { System.out.print("body; "); } });
        System.out.println(ret());
        go(() -> { for (int i = 0; i < 3; i++) try (R r = new R("" + i)) { if (i == 1) continue; if (i == 2) break; System.out.print("loop; "); } });
        Throwable t = new Exception("main", new Error("cause"));
        t.addSuppressed(new RuntimeException("s1"));
        t.addSuppressed(new Exception("s2", t.getCause()));
        show(t, "");
        try { t.addSuppressed(t); } catch (IllegalArgumentException e) { System.out.println(e.getMessage()); }
        try { t.addSuppressed(null); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { t.initCause(new Exception()); } catch (IllegalStateException e) { System.out.println(e.getMessage()); }
        Throwable u = new Throwable("no cause yet"); u.initCause(t); System.out.println(u.getCause() == t);
        Throwable fixed = new Throwable("fixed", null, false, false) { }; fixed.addSuppressed(new Exception()); System.out.println(fixed.getSuppressed().length + " " + fixed.getStackTrace().length);
        fixed.setStackTrace(new StackTraceElement[] {new StackTraceElement("A", "b", "C.java", 5)}); System.out.println(fixed.getStackTrace().length);
    }
}
