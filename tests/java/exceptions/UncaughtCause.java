package exceptions;

public class UncaughtCause {
    static class Failure extends Exception { Failure(String m, Throwable c) { super(m, c); } }
    static void inner() { int[] a = new int[2]; a[2] = 5; }
    static void middle() throws Failure { try { inner(); } catch (RuntimeException e) { throw new Failure("middle failed", e); } }
    static void outer() { try { middle(); } catch (Failure e) { Error x = new Error("outer", e); x.addSuppressed(new RuntimeException("on the side")); throw x; } }
    public static void main(String[] args) { outer(); }
}
