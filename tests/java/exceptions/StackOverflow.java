package exceptions;

public class StackOverflow {
    static int depth;
    static int down(int n) { depth = n; return down(n + 1) + 1; }
    static long wide(long a, double b, Object c, long d) { return wide(a + 1, b * 2, c, d - 1) + wide(d, b, null, a); }
    static int caught(int n) { try { return caught(n + 1); } catch (StackOverflowError e) { return n; } }
    static int finallyDepth;
    static void withFinally() { try { withFinally(); } finally { finallyDepth++; } }
    int field = 1;
    StackOverflow next;
    @Override public String toString() { return "x" + next; }
    interface F { int f(F f); }

    public static void main(String[] args) throws Exception {
        for (int i = 0; i < 3; i++) try { down(0); } catch (StackOverflowError e) { System.out.println("caught " + (depth > 500) + " " + e.getMessage() + " " + (e.getStackTrace().length <= 1024 && e.getStackTrace().length > 100) + " " + e.getStackTrace()[10].getMethodName()); }
        try { wide(1, 2, "c", 4); } catch (StackOverflowError e) { System.out.println("wide"); }
        System.out.println(caught(0) > 100);
        try { withFinally(); } catch (StackOverflowError e) { System.out.println("finally " + (finallyDepth > 100)); }
        StackOverflow s = new StackOverflow();
        s.next = s;
        try { s.toString(); } catch (StackOverflowError e) { System.out.println("toString"); }
        F f = g -> g.f(g);
        try { f.f(f); } catch (StackOverflowError e) { System.out.println("lambda"); }
        java.util.List<Object> self = new java.util.ArrayList<>(); self.add(self); System.out.println(self);
        try { self.hashCode(); } catch (StackOverflowError e) { System.out.println("hashCode"); }
        Thread t = new Thread(null, () -> { try { down(0); } catch (StackOverflowError e) { System.out.println("thread " + (depth > 100)); } }, "small", 256 * 1024);
        t.start(); t.join();
        java.util.Map<Integer, Integer> memo = new java.util.HashMap<>();
        System.out.println(ok(1000, memo) + " still works");
    }
    static int ok(int n, java.util.Map<Integer, Integer> m) { return n == 0 ? 0 : m.computeIfAbsent(n, k -> 1) + ok(n - 1, m); }
}
