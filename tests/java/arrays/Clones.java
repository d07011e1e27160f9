package arrays;

import java.util.*;

public class Clones {
    public static void main(String[] args) {
        byte[] b = {1, 2}; short[] s = {3}; char[] c = {'c'}; int[] i = {4, 5}; long[] l = {6}; float[] f = {7}; double[] d = {8}; boolean[] z = {true}; String[] t = {"t", null}; int[][] m = {{1}, {2, 3}}; Object[] o = {1, "x"};
        byte[] b2 = b.clone(); b2[0] = 9; short[] s2 = s.clone(); char[] c2 = c.clone(); c2[0]++; int[] i2 = i.clone(); i2[1] = 0; long[] l2 = l.clone(); float[] f2 = f.clone(); double[] d2 = d.clone(); d2[0] /= 3; boolean[] z2 = z.clone(); z2[0] = false; String[] t2 = t.clone(); t2[1] = "u"; int[][] m2 = m.clone(); m2[0][0] = 99; m2[1] = null; Object[] o2 = o.clone();
        System.out.println(b[0] + " " + b2[0] + c[0] + c2[0] + i[1] + i2[1] + d[0] + d2[0] + z[0] + z2[0] + t[1] + t2[1] + m[0][0] + m[1].length + m2[1] + (o != o2) + o2[1] + s2[0] + l2[0] + f2[0]);
        System.out.println(t2.getClass() == String[].class); System.out.println(((Object) m2).getClass() + " " + new int[0].clone().length + " " + ((Object[]) new Integer[] {1}).clone().getClass());
        System.out.println(Arrays.equals(i, new int[] {4, 5}) + " " + Arrays.hashCode(i) + Arrays.hashCode(l) + Arrays.hashCode(d) + Arrays.hashCode(z) + Arrays.hashCode(t) + Arrays.deepHashCode(m) + Arrays.deepToString(new Object[] {m, t, new double[][] {{1.5}}, null}) + Arrays.deepEquals(new int[][] {{99}, {2, 3}}, m));
        System.out.println(Arrays.compare(i, i2) + " " + Arrays.mismatch(i, i2) + Arrays.compare(new String[] {"a"}, new String[] {"a", "b"}) + Arrays.equals(b, 0, 1, b2, 0, 1));
        int[] big = new int[100000]; for (int k = 0; k < big.length; k++) big[k] = k * 7 % 1000; int[] copy = big.clone(); Arrays.fill(big, 10, 99990, -1); long sum = 0; for (int k = 0; k < big.length; k++) sum += big[k] + (long) copy[k] * k; System.out.println(sum);
        class P implements Cloneable { int[] a = {1}; P inner; int v = 3; public P clone() throws CloneNotSupportedException { P p = (P) super.clone(); p.a = a.clone(); return p; } } try { P p = new P(); p.inner = p; P q = p.clone(); q.a[0] = 5; q.v = 4; System.out.println(p.a[0] + " " + p.v + (q.inner == p) + q.v); } catch (CloneNotSupportedException e) { throw new AssertionError(e); }
        long[] longs = new long[0]; System.out.println(longs.length + Arrays.toString(longs) + Arrays.toString((int[]) null)); Object[] cov = new String[] {"x"}; System.out.println(cov.clone() instanceof String[]);
    }
}
