package bytecodes;

public class Conversions {
    static int[] ints = {0, 1, -1, 127, 128, 129, 255, 256, -128, -129, 32767, 32768, -32768, -32769, 65535, 65536, 16777217, Integer.MAX_VALUE, Integer.MIN_VALUE};
    static long[] longs = {0, -1, 1L << 31, (1L << 31) - 1, 1L << 32, (1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE, 0x123456789abcdefL, (1L << 24) + 1, 0x7fffffbfffffffffL, 0x7fffff4000000001L};
    static double[] doubles = {0.9, -0.9, 1.5, 2.5, -1.5, 127.9, 128.0, 255.9, 32768.5, 65536.7, 2147483647.0, 2147483647.5, 2147483648.0, -2147483648.0, -2147483649.0, 4294967296.0, 9.2233720368547758e18, 9.3e18, -9.3e18, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-320, 3.4028235677973366e38, 3.4028235e38, 1.4e-45, 7e-46, 7.1e-46};

    public static void main(String[] args) {
        for (int i : ints) {
            System.out.println("i " + i + " b" + (byte) i + " c" + (int) (char) i + " s" + (short) i + " l" + (long) i + " f" + (float) i + " d" + (double) i);
        }
        for (long l : longs) {
            System.out.println("l " + l + " i" + (int) l + " b" + (byte) l + " c" + (int) (char) l + " s" + (short) l + " f" + Integer.toHexString(Float.floatToRawIntBits((float) l)) + " d" + Long.toHexString(Double.doubleToRawLongBits((double) l)));
        }
        for (double d : doubles) {
            float f = (float) d;
            System.out.println("d " + d + " i" + (int) d + " l" + (long) d + " f" + f + " b" + (byte) d + " c" + (int) (char) d + " s" + (short) d);
            System.out.println("f " + f + " i" + (int) f + " l" + (long) f + " d" + (double) f + " b" + (byte) f + " c" + (int) (char) f + " s" + (short) f);
        }
        byte b = (byte) 200;
        b += 100;
        b >>>= 1;
        short s = (short) 40000;
        s *= 3;
        char c = 'z';
        c += 1000;
        c++;
        System.out.println(b + " " + s + " " + (int) c);
        int i = 10;
        i *= 1.55;
        i -= 0.7;
        i <<= 33L;
        System.out.println(i);
        long l = Integer.MAX_VALUE;
        l++;
        l += 1.5f;
        System.out.println(l);
        System.out.println((char) 65 + (char) 1 + "" + (char) ('a' + 1));
        System.out.println((short) (char) (byte) -1 + " " + (int) (char) (byte) -1);
    }
}
