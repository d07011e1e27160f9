package classes;

import java.util.*;

/** What the verifier tells of code that was changed in one place, for class files with stack maps and without. */
public class VerifyMessages {
    static class Target implements Runnable, Comparable<Target> {
        int f; long l; double d; String s; static int sf; Object[] arr; int[][] mm; boolean z; byte b;
        Target() { super(); f = 3; } Target(int a) { this(); if (a > 3) throw new IllegalArgumentException("x".concat(String.valueOf(a))); s = a == 2 ? "q" : null; }
        public void run() { for (int i = 0; i < f; i++) { l += i; d *= l; } }
        public int compareTo(Target o) { return o.f - f; }
        int sw(int x) { switch (x) { case 1: return 2; case 2: case 3: x++; break; case 1000: return (int) l; default: x--; } return x; }
        long lng(long a, int b, double c, float e) { long q = a << b; q ^= (long) c; return q * (long) e % (b + 1); }
        Object tr(String p) { try { return Integer.parseInt(p); } catch (NumberFormatException e) { return e.getMessage(); } catch (RuntimeException e) { s = p; throw e; } finally { f--; } }
        synchronized String sync(Object o) { synchronized (o) { if (o instanceof String) return (String) o; return o.toString().concat(s); } }
        int[] mk(int n) { int[] a = new int[n]; for (int i = n - 1; i >= 0; --i) a[i] = i * i; mm = new int[n][n]; mm[0][0] = a[0]; byte[] bb = new byte[3]; bb[0] = (byte) n; char[] cc = {'a'}; short[] ss = {1}; float[] ff = {1f}; double[] dd = {2}; long[] ll = {3}; ll[0] += cc[0] + ss[0]; return a; }
        void loop(java.util.Iterator<?> it) { while (it.hasNext()) { Object o = it.next(); if (o == null) continue; if (o == this) break; arr = new Object[] {o}; sf++; } Target t = f > 3 ? new Target() : new Target(f); t.run(); this.run(); ((Runnable) t).run(); z = !z; b += 3; }
        protected Object clone() throws CloneNotSupportedException { Target t = (Target) super.clone(); t.arr = arr.clone(); return t; }
        static float fl(float a, float b) { return a > b ? a : b < 0 ? -a : a % b; }
        boolean cmp(long x, double y, float q) { return x > 5 && y < 2 || q >= 1.5f || x == (int) y; }
    }

    static class Loader extends ClassLoader {
        Loader() { super(VerifyMessages.class.getClassLoader()); }
        Class<?> define(byte[] b) { return defineClass(null, b, 0, b.length); }
    }
    static int u2(byte[] b, int i) { return (b[i] & 255) << 8 | b[i + 1] & 255; }
    static int u4(byte[] b, int i) { return u2(b, i) << 16 | u2(b, i + 2); }

    /** Where the Code attributes lie, and how long they are. */
    static List<int[]> codes(byte[] b) {
        List<int[]> codes = new ArrayList<>();
        int count = u2(b, 8), i = 10;
        String[] text = new String[count];
        for (int k = 1; k < count; k++) {
            switch (b[i]) {
                case 1 -> { text[k] = new String(b, i + 3, u2(b, i + 1)); i += 3 + u2(b, i + 1); }
                case 3, 4, 9, 10, 11, 12 -> i += 5;
                case 5, 6 -> { i += 9; k++; }
                default -> i += 3;
            }
        }
        i += 6;
        i += 2 + 2 * u2(b, i);
        for (int members = 0; members < 2; members++) {
            int n = u2(b, i);
            i += 2;
            for (; n > 0; n--) {
                int attributes = u2(b, i + 6);
                i += 8;
                for (; attributes > 0; attributes--) {
                    if ("Code".equals(text[u2(b, i)])) codes.add(new int[] {i + 6, u4(b, i + 2)});
                    i += 6 + u4(b, i + 2);
                }
            }
        }
        return codes;
    }

    public static void main(String[] args) throws Exception {
        byte[] good = VerifyMessages.class.getResourceAsStream("VerifyMessages$Target.class").readAllBytes();
        List<int[]> codes = codes(good);
        int[] versions = {61, 61, 50, 49};
        Random random = new Random(17);
        for (int k = 0, failed = 0; failed < 160; k++) {
            byte[] b = good.clone();
            b[7] = (byte) versions[random.nextInt(versions.length)];
            int[] code = codes.get(random.nextInt(codes.size()));
            int length = u4(b, code[0] + 4), at = code[0] + 8 + random.nextInt(length);
            switch (random.nextInt(6)) {
                case 0 -> b[code[0] + 1] = (byte) random.nextInt(5);   // max_stack
                case 1 -> b[code[0] + 3] = (byte) random.nextInt(8);   // max_locals
                case 2 -> b[at] = (byte) random.nextInt(256);          // an opcode or operand
                case 3 -> b[at]++;
                case 4 -> b[at] = (byte) random.nextInt(64);
                default -> {                                           // handlers and tables behind the code
                    int rest = code[1] - 8 - length;
                    b[code[0] + 8 + length + random.nextInt(rest)] = (byte) random.nextInt(16);
                }
            }
            try {
                new Loader().define(b).getDeclaredMethods();
            } catch (LinkageError e) {
                System.out.println("#" + k + " version " + b[7] + ": " + e);
                failed++;
            }
        }
    }
}
