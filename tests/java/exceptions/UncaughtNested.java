package exceptions;

public class UncaughtNested {
    static Exception chain(int n) { return n == 0 ? new Exception("root cause") : new IllegalStateException("level " + n, chain(n - 1)); }
    static void a() throws Exception { try { b(); } catch (Exception e) { throw new Exception("from a", e); } } static void b() throws Exception { try { c(0); } finally { System.out.println("finally b"); } } static int c(int z) throws Exception { try (AutoCloseable x = () -> { throw new java.io.IOException("close failed"); }) { return 1 / z; } }
    public static void main(String[] args) throws Exception { System.out.println(chain(2).getCause().getCause().getMessage()); a(); }
}
