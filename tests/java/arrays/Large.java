package arrays;

public class Large {
    public static void main(String[] args) {
        long sum = 0;
        int[] ints = new int[1 << 20]; for (int i = 0; i < ints.length; i += 7) ints[i] = i ^ i >>> 5; for (int i = 0; i < ints.length; i += 1001) sum = sum * 31 + ints[i]; System.out.println(sum);
        byte[] bytes = new byte[5_000_000]; for (int i = 0; i < bytes.length; i += 4096) bytes[i] = (byte) (i >> 12); for (int i = 0; i < bytes.length; i += 4096) sum += bytes[i] * (long) i; System.out.println(sum + " " + bytes[4_999_999]);
        long[][] grid = new long[100][]; for (int r = 0; r < grid.length; r++) { grid[r] = new long[r * 100]; for (int c = 0; c < grid[r].length; c += 50) grid[r][c] = (long) r * c; } for (long[] row : grid) for (int c = 0; c < row.length; c += 25) sum ^= row[c] + c; System.out.println(sum);
        Object[] tree = new Object[4]; Object[] cursor = tree; for (int depth = 0; depth < 20000; depth++) { Object[] next = new Object[] {depth, null, "d" + depth % 10, null}; cursor[1] = next; cursor = next; } int count = 0; for (Object[] n = (Object[]) tree[1]; n != null; n = (Object[]) n[1]) { count++; sum = sum * 17 + (Integer) n[0] + n[2].hashCode(); } System.out.println(count + " " + sum);
        String[] strings = new String[50000]; for (int i = 0; i < strings.length; i++) strings[i] = i % 3 == 0 ? strings[i / 2] : "s" + i; int nulls = 0; for (String s : strings) { if (s == null) nulls++; else sum += s.length(); } System.out.println(nulls + " " + sum);
        char[] text = new char[300000]; java.util.Arrays.fill(text, 'x'); for (int i = 0; i < text.length; i += 3) text[i] = (char) ('a' + i % 26); System.out.println(new String(text).hashCode() + " " + new String(text, 1000, 20));
        double[] d = new double[200000]; for (int i = 0; i < d.length; i += 10) d[i] = 1.0 / (i + 1); double t = 0; for (double x : d) t += x; System.out.println(t);
    }
}
