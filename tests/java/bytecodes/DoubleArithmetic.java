package bytecodes;

public class DoubleArithmetic {
    static final double[] EDGES = {0.0, -0.0, 1.0, -1.0, 0.1, 2.5, -2.5, Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE, -Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 9007199254740992.0, 1e19, -1e19, 2147483648.0};

    static int compare(double a, double b) {
        int bits = 0;
        if (a < b) bits |= 1;
        if (a <= b) bits |= 2;
        if (a > b) bits |= 4;
        if (a >= b) bits |= 8;
        if (a == b) bits |= 16;
        if (a != b) bits |= 32;
        boolean less = a < b, greater = a > b;
        while (less) { bits |= 64; break; }
        do { if (greater) bits |= 128; } while (false);
        return bits;
    }

    static String hex(double d) {
        return Long.toHexString(Double.doubleToLongBits(d));
    }

    public static void main(String[] args) {
        for (double a : EDGES) {
            StringBuilder line = new StringBuilder(a + ":");
            for (double b : EDGES) {
                line.append(' ').append(hex(a + b)).append(',').append(hex(a - b)).append(',').append(hex(a * b)).append(',').append(hex(a / b)).append(',').append(hex(a % b)).append(',').append(compare(a, b));
            }
            System.out.println(line);
        }
        for (double a : EDGES) {
            System.out.println(a + " neg " + hex(-a) + " int " + (int) a + " long " + (long) a + " float " + (float) a + " byte " + (byte) a + " short " + (short) a + " char " + (int) (char) a);
        }
        double x = 0.5;
        for (int i = 0; i < 1000; i++) {
            x = 3.9 * x * (1 - x);
        }
        System.out.println(hex(x));
        double sum = 0;
        for (int i = 1; i <= 100000; i++) {
            sum += 1.0 / i;
        }
        System.out.println(sum);
        System.out.println(5.5 % 2 + " " + -5.5 % 2 + " " + 5.5 % -2 + " " + 1e300 % 3 + " " + 0x1p1000 % 0x1.8p-1000);
    }
}
