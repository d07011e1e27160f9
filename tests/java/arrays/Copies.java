package arrays;

import java.util.*;

public class Copies {
    public static void main(String[] args) {
        int[] a = new int[10]; for (int i = 0; i < 10; i++) a[i] = i; System.arraycopy(a, 0, a, 3, 7); System.out.println(Arrays.toString(a)); for (int i = 0; i < 10; i++) a[i] = i; System.arraycopy(a, 3, a, 0, 7); System.out.println(Arrays.toString(a)); System.arraycopy(a, 5, a, 5, 5); System.arraycopy(a, 10, a, 10, 0); System.out.println(Arrays.toString(a));
        String[] s = "a b c d e f".split(" "); System.arraycopy(s, 0, s, 1, 5); System.out.println(String.join("", s)); Object[] o = new Object[6]; System.arraycopy(s, 1, o, 0, 5); System.out.println(Arrays.toString(o)); Comparable<?>[] c = new Comparable<?>[3]; System.arraycopy(o, 0, c, 0, 3); System.out.println(Arrays.toString(c));
        byte[] b = new byte[100]; for (int i = 0; i < 100; i++) b[i] = (byte) (i * 3); for (int shift = 1; shift < 9; shift++) { System.arraycopy(b, 0, b, shift, 100 - shift); System.arraycopy(b, shift * 2, b, shift, 100 - 3 * shift); } System.out.println(Arrays.hashCode(b));
        char[] ch = "hello world".toCharArray(); System.arraycopy(ch, 6, ch, 0, 5); System.out.println(ch); long[] l = {1, 2, 3, 4}; System.arraycopy(l, 1, l, 0, 3); double[] d = {1, 2, 3, 4}; System.arraycopy(d, 0, d, 1, 3); short[] sh = {1, 2, 3}; System.arraycopy(sh, 0, sh, 1, 2); float[] f = {1, 2, 3}; System.arraycopy(f, 1, f, 0, 2); boolean[] z = {true, false, false}; System.arraycopy(z, 0, z, 1, 2); System.out.println(Arrays.toString(l) + Arrays.toString(d) + Arrays.toString(sh) + Arrays.toString(f) + Arrays.toString(z));
        int[][] m = {{1, 2}, {3}, {4}}; System.arraycopy(m, 0, m, 1, 2); m[0][0] = 9; System.out.println(Arrays.deepToString(m)); Object[] objs = {1, 2, 3}; Integer[] ints = new Integer[3]; System.arraycopy(objs, 0, ints, 0, 3); System.out.println(Arrays.toString(ints));
        System.out.println(Arrays.toString(Arrays.copyOf(a, 3)) + Arrays.toString(Arrays.copyOf(l, 6)) + Arrays.toString(Arrays.copyOfRange(s, 2, 8)) + Arrays.copyOf(s, 2, Object[].class).getClass().getSimpleName() + Arrays.toString(Arrays.copyOf(z, 5)) + Arrays.toString(Arrays.copyOf(new char[] {'q'}, 1)));
        Object[] same = {"p", "q", "r"}; System.arraycopy(same, 0, same, 0, 3); System.arraycopy(same, 1, same, 0, 2); System.out.println(Arrays.toString(same)); List<Object> l2 = new ArrayList<>(List.of(1, 2, 3, 4)); l2.add(0, "first"); l2.remove(2); l2.addAll(1, List.of("x", "y")); System.out.println(l2);
        long[] big = new long[50000]; for (int i = 0; i < big.length; i++) big[i] = i * 31L; for (int round = 0; round < 20; round++) { System.arraycopy(big, 0, big, 13, big.length - 13); System.arraycopy(big, 1000, big, 500, 20000); big[round] = -round; } System.out.println(Arrays.hashCode(big)); Object[] refs = new Object[20000]; for (int i = 0; i < refs.length; i++) refs[i] = i % 3 == 0 ? null : (Integer) i; for (int round = 0; round < 10; round++) System.arraycopy(refs, round, refs, 777, 15000); System.out.println(Arrays.hashCode(refs));
    }
}
