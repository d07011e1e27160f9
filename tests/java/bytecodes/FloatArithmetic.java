package bytecodes;

public class FloatArithmetic {
    static final float[] EDGES = {0f, -0f, 1f, -1f, 0.1f, 3.5f, -3.5f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 16777216f, 1e10f};

    static int compare(float a, float b) {
        int bits = 0;
        if (a < b) bits |= 1;
        if (a <= b) bits |= 2;
        if (a > b) bits |= 4;
        if (a >= b) bits |= 8;
        if (a == b) bits |= 16;
        if (a != b) bits |= 32;
        if (!(a < b)) bits |= 64;
        if (!(a > b)) bits |= 128;
        return bits;
    }

    static String hex(float f) {
        return Integer.toHexString(Float.floatToIntBits(f));
    }

    public static void main(String[] args) {
        for (float a : EDGES) {
            StringBuilder line = new StringBuilder(a + ":");
            for (float b : EDGES) {
                line.append(' ').append(hex(a + b)).append(',').append(hex(a - b)).append(',').append(hex(a * b)).append(',').append(hex(a / b)).append(',').append(hex(a % b)).append(',').append(compare(a, b));
            }
            System.out.println(line);
        }
        for (float a : EDGES) {
            System.out.println(a + " neg " + hex(-a) + " int " + (int) a + " long " + (long) a + " double " + (double) a + " byte " + (byte) a + " short " + (short) a + " char " + (int) (char) a);
        }
        float x = 1f;
        for (int i = 0; i < 50; i++) {
            x = x * 1.37f - i / 3f + x % 2.5f;
        }
        System.out.println(x + " " + hex(x));
        System.out.println(0f == -0f);
        System.out.println(Float.valueOf(0f).equals(-0f) + " " + Float.compare(0f, -0f) + " " + Float.compare(Float.NaN, Float.POSITIVE_INFINITY));
        System.out.println((float) 0x1.fffffffffffffp127 + " " + (float) 1e300 + " " + (float) 1e-50 + " " + (float) Double.NaN);
        System.out.println(5.5f % 2f + " " + -5.5f % 2f + " " + 5.5f % -2f + " " + 1e30f % 3f);
    }
}
