package bytecodes;

public class Shifts {
    static int rotate(int x, int n) { return x << n | x >>> -n; }
    static long rotate(long x, int n) { return x << n | x >>> -n; }

    static int reverse(int i) {
        i = (i & 0x55555555) << 1 | i >>> 1 & 0x55555555;
        i = (i & 0x33333333) << 2 | i >>> 2 & 0x33333333;
        i = (i & 0x0f0f0f0f) << 4 | i >>> 4 & 0x0f0f0f0f;
        return i << 24 | (i & 0xff00) << 8 | i >>> 8 & 0xff00 | i >>> 24;
    }

    static int popcount(long x) {
        int n = 0;
        while (x != 0) { x &= x - 1; n++; }
        return n;
    }

    public static void main(String[] args) {
        for (int n = -40; n <= 70; n += 3) {
            System.out.println(n + ": " + (1 << n) + " " + (Integer.MIN_VALUE >> n) + " " + (-1 >>> n) + " " + (1L << n) + " " + (Long.MIN_VALUE >> n) + " " + (-1L >>> n) + " " + (5 << (long) n) + " " + ((byte) -100 >>> n) + " " + ((short) -100 >> n) + " " + ('\uff00' << n));
        }
        int h = 1;
        long g = 1;
        for (int i = 0; i < 64; i++) {
            h = rotate(h * 31 + i, i);
            g = rotate(g * 31 + i, i);
            System.out.print(Integer.toHexString(h) + "/" + Long.toHexString(g) + (i % 8 == 7 ? "\n" : " "));
        }
        for (int i : new int[] {0, 1, -1, 0x80000000, 0x12345678, 0xf0f0f0f0}) {
            System.out.println(reverse(i) + " " + Integer.reverse(i) + " " + Integer.bitCount(i) + " " + popcount(i) + " " + Integer.numberOfLeadingZeros(i) + " " + Integer.numberOfTrailingZeros(i) + " " + Integer.reverseBytes(i) + " " + Integer.highestOneBit(i) + " " + Integer.lowestOneBit(i) + " " + Integer.rotateLeft(i, 5) + " " + Integer.rotateRight(i, 37) + " " + Integer.signum(i));
            long l = (long) i << 20 ^ i;
            System.out.println(Long.reverse(l) + " " + Long.bitCount(l) + " " + popcount(l) + " " + Long.numberOfLeadingZeros(l) + " " + Long.numberOfTrailingZeros(l) + " " + Long.reverseBytes(l) + " " + Long.highestOneBit(l) + " " + Long.lowestOneBit(l) + " " + Long.rotateLeft(l, 5) + " " + Long.rotateRight(l, 37) + " " + Long.signum(l) + " " + Short.reverseBytes((short) i) + " " + (int) Character.reverseBytes((char) i));
        }
    }
}
