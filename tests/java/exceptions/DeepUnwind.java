package exceptions;

import java.util.*;

public class DeepUnwind {
    static class Tagged extends RuntimeException { final int tag; Tagged(int tag, Throwable c) { super("tag" + tag, c, true, tag % 2 == 0); this.tag = tag; } }
    static long acc;
    static int recurse(int n, int limit) {
        try {
            if (n == limit) throw new Tagged(n, null);
            return recurse(n + 1, limit) + 1;
        } catch (Tagged t) {
            acc = acc * 31 + n;
            if (n % 50 == 0) { if (n == 0) return t.tag; throw new Tagged(n, t); }
            throw t;
        } finally {
            acc ^= n;
        }
    }
    static int handlers(Object o) {
        int r = 0;
        for (int i = 0; i < 2000; i++) {
            try {
                switch (i % 7) {
                    case 0: ((String) o).length(); break;
                    case 1: int[] z = new int[i % 3]; z[2] = 1; break;
                    case 2: r += 1 / (i % 2); break;
                    case 3: throw new Exception("x");
                    case 4: ((Object) null).hashCode(); break;
                    case 5: Object[] a = new Integer[1]; a[0] = "s"; break;
                    default: r += new int[-1 - i % 2].length;
                }
                r += 1000000;
            } catch (ClassCastException e) { r += 1; } catch (ArrayIndexOutOfBoundsException e) { r += 2; } catch (ArithmeticException e) { r += 3; } catch (NullPointerException e) { r += 4; } catch (ArrayStoreException e) { r += 5; } catch (NegativeArraySizeException e) { r += 6; } catch (Exception e) { r += 7; }
        }
        return r;
    }
    public static void main(String[] args) {
        for (int i = 1; i <= 8; i++) System.out.println(recurse(0, i * 37) + " " + acc);
        System.out.println(handlers(5));
        List<Throwable> kept = new ArrayList<>();
        for (int i = 0; i < 50; i++) try { recurse(1, i + 2); } catch (Tagged t) { kept.add(t); }
        long h = 0;
        for (Throwable t : kept) for (Throwable c = t; c != null; c = c.getCause()) h = h * 17 + c.getMessage().hashCode() + c.getStackTrace().length;
        System.out.println(h);
    }
}
