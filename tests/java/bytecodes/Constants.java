package bytecodes;

public class Constants {
    static final int BIG = 0x12345678;
    static final long LONG = 0x123456789abcdef0L;
    static final float FLOAT = 3.4028235e38f;
    static final double DOUBLE = 4.9e-324;
    static final String TEXT = "constant \u00e9 \u4e2d \ud83d\ude00 \0 end";
    static final boolean YES = true;
    static final char CH = '\u1234';
    static final byte B = -128;
    static final short S = -32768;

    interface Named {
        String NAME = "named" + 1 + 2L + 3.0f + 4.0 + 'c' + true;
        int SUM = 1 + 2 * 3;
    }

    public static void main(String[] args) {
        int[] small = {-1, 0, 1, 2, 3, 4, 5, 6, -2, 127, 128, -128, -129, 32767, 32768, -32768, -32769, 65535, 65536};
        for (int i : small) System.out.print(i + " ");
        System.out.println();
        long[] longs = {0L, 1L, 2L, -1L, 127L, 1L << 31, Long.MAX_VALUE};
        for (long l : longs) System.out.print(l + " ");
        System.out.println();
        float[] floats = {0f, 1f, 2f, -0f, 3f, 0.5f, Float.NaN, Float.POSITIVE_INFINITY, FLOAT};
        for (float f : floats) System.out.print(f + " ");
        System.out.println();
        double[] doubles = {0.0, 1.0, 2.0, -0.0, 3.0, Math.PI, Double.NaN, DOUBLE};
        for (double d : doubles) System.out.print(d + " ");
        System.out.println();
        System.out.println(BIG + " " + LONG + " " + YES + " " + (int) CH + " " + B + " " + S);
        System.out.println(TEXT.length());
        for (int i = 0; i < TEXT.length(); i++) System.out.print(Integer.toHexString(TEXT.charAt(i)) + " ");
        System.out.println();
        System.out.println(Named.NAME + Named.SUM);
        Class<?>[] classes = {int.class, void.class, Constants.class, int[].class, Constants[][].class, String.class, Named.class, double[][][].class, boolean.class, long.class, Void.class};
        for (Class<?> c : classes) System.out.print(c.getName() + " ");
        System.out.println();
        System.out.println(("a" + "b" == "ab") + " " + (TEXT == TEXT.intern()) + " " + (new String("ab") == "ab") + " " + (Named.NAME == "named123.04.0ctrue"));
        final int local = 5;
        final String joined = "x" + local;
        System.out.println(joined == "x5");
        String s = String.valueOf(local);
        System.out.println(("x" + s == "x5") + " " + (("x" + s).intern() == "x5"));
        System.out.println(1_000_000 + 0b1010 + 017 + 0xFF + 'a');
        System.out.println(0x1.8p1 + " " + 0x1p-1074 + " " + 1e23 + " " + 2e-3f + " " + 100f + " " + 1e7 + " " + 1.0E-3 + " " + 123456789.0);
    }
}
