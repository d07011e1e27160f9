package exceptions;

public class TryFinally {
    static StringBuilder log = new StringBuilder();
    @SuppressWarnings("finally") static int override(int k) { try { if (k == 0) return 1; if (k == 1) throw new RuntimeException("lost"); return 2; } finally { if (k < 2) return 3; log.append("f"); } }
    static int value() { int i = 1; try { return i; } finally { i = 99; log.append("set").append(i); } }
    static int[] reference() { int[] a = {1}; try { return a; } finally { a[0] = 2; } }
    static String nested(int k) {
        StringBuilder s = new StringBuilder();
        try {
            s.append("a");
            try {
                s.append("b");
                if (k == 1) throw new IllegalStateException("1");
                if (k == 2) throw new IllegalArgumentException("2");
                if (k == 3) throw new Error("3");
                if (k == 4) return s.append("r").toString();
            } catch (IllegalStateException e) {
                s.append("c" + e.getMessage());
                throw new IllegalArgumentException("from catch");
            } finally {
                s.append("d");
                try { if (k == 5) throw new RuntimeException("5"); } catch (RuntimeException e) { s.append("e"); } finally { s.append("f"); }
            }
            s.append("g");
        } catch (IllegalArgumentException | Error e) {
            s.append("h" + e.getMessage());
        } finally {
            s.append("i");
            log.append(s).append(' ');
        }
        return s.append("j").toString();
    }
    static int loops() {
        int n = 0;
        outer:
        for (int i = 0; i < 10; i++) {
            try {
                for (int j = 0; ; j++) {
                    try {
                        if (j == 2) continue outer;
                        if (i == 5) break outer;
                        if (i == 3 && j == 1) throw new RuntimeException();
                        n += 1;
                    } finally { n += 10; }
                }
            } catch (RuntimeException e) { n += 1000; } finally { n += 100; }
        }
        return n;
    }
    static void replace() { try { try { throw new RuntimeException("first"); } finally { Object o = null; o.hashCode(); } } catch (RuntimeException e) { System.out.println(e.getClass().getSimpleName() + " " + (e.getCause() == null) + e.getSuppressed().length); } }
    static void rethrow(int k) throws java.io.IOException { try { if (k == 0) throw new java.io.IOException("io"); throw new RuntimeException("rt"); } catch (final Exception e) { log.append(e.getMessage()); throw e; } }
    static int deep(int n) { try { if (n == 0) throw new RuntimeException("bottom"); return deep(n - 1) + 1; } finally { log.append(n % 10); } }
    static int switchIn(int k) { for (;;) { try { switch (k) { case 0: break; case 1: return 11; default: k--; continue; } return 10; } finally { log.append('s').append(k); } } }
    static long swallow() { long s = 0; for (int i = 0; i < 3000; i++) { try { if (i % 3 == 0) throw new RuntimeException("" + i); if (i % 3 == 1) { Object o = i; s += ((String) o).length(); } s += i; } catch (ClassCastException e) { s += 2; } catch (RuntimeException e) { s += Integer.parseInt(e.getMessage()); } finally { s ^= i; } } return s; }

    public static void main(String[] args) {
        System.out.println(override(0) + " " + override(1) + " " + override(2) + " " + value() + " " + reference()[0]);
        for (int k = 0; k < 6; k++) System.out.println(k + " " + nested(k));
        System.out.println(loops());
        replace();
        for (int k = 0; k < 2; k++) try { rethrow(k); } catch (Exception e) { System.out.println(e); }
        try { deep(25); } catch (RuntimeException e) { System.out.println(e.getMessage()); }
        System.out.println(switchIn(4) + " " + switchIn(0));
        System.out.println(swallow());
        System.out.println(log);
        int x = 0;
        try { x = 1; x = 1 / (x - 1); x = 2; } catch (ArithmeticException e) { x += 10; } finally { x *= 2; }
        System.out.println(x);
        boolean b = false;
        do { try { continue; } finally { b = !b; } } while (!b);
        while (true) { try { try { break; } finally { System.out.println("inner"); } } finally { System.out.println("outer"); } }
    }
}
