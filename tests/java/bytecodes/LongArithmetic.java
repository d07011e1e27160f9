package bytecodes;

public class LongArithmetic {
    static long[] edges = {0, 1, -1, 2, -3, 10, 63, 64, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32, -(1L << 32), Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE + 1, 0x5555555555555555L};

    static String div(long a, long b) {
        try {
            return a / b + " " + a % b;
        } catch (ArithmeticException e) {
            return e.getMessage();
        }
    }

    static int compare(long a, long b) {
        int result = 0;
        if (a < b) result |= 1;
        if (a <= b) result |= 2;
        if (a > b) result |= 4;
        if (a >= b) result |= 8;
        if (a == b) result |= 16;
        if (a != b) result |= 32;
        return result;
    }

    public static void main(String[] args) {
        for (long a : edges) {
            StringBuilder line = new StringBuilder();
            for (long b : edges) {
                line.append(a + b).append(',').append(a - b).append(',').append(a * b).append(',').append(div(a, b)).append(',').append(compare(a, b)).append(';');
            }
            System.out.println(line);
        }
        for (long a : edges) {
            StringBuilder line = new StringBuilder();
            for (int s : new int[] {0, 1, 31, 32, 33, 63, 64, 65, -1, 200}) {
                line.append(a << s).append(' ').append(a >> s).append(' ').append(a >>> s).append('|');
            }
            System.out.println(line);
            System.out.println(-a + " " + ~a + " " + (a & 0xff00ff00ff00L) + " " + (a | 1) + " " + (a ^ 0x7777777777777777L));
        }
        System.out.println(Long.MIN_VALUE / -1);
        System.out.println(Long.MIN_VALUE % -1L);
        long shift = 1L << 33L;
        shift >>= 1L;
        shift >>>= 2L;
        System.out.println(shift);
        long seed = 42;
        for (int i = 0; i < 100000; i++) {
            seed = seed * 6364136223846793005L + 1442695040888963407L;
            seed ^= seed >>> 33;
            seed += seed / (i + 1) - seed % (i + 7);
        }
        System.out.println(seed);
    }
}
