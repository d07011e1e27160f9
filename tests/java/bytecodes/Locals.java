package bytecodes;

public class Locals {
    // More than 256 local slots, so that the compiler must use wide loads, stores and iinc.
    static long many(int seed) {
        long a0 = seed, a1 = 1, a2 = 2, a3 = 3, a4 = 4, a5 = 5, a6 = 6, a7 = 7, a8 = 8, a9 = 9, b0 = 10, b1 = 11, b2 = 12, b3 = 13, b4 = 14, b5 = 15, b6 = 16, b7 = 17, b8 = 18, b9 = 19;
        double c0 = 0.5, c1 = 1.5, c2 = 2.5, c3 = 3.5, c4 = 4.5, c5 = 5.5, c6 = 6.5, c7 = 7.5, c8 = 8.5, c9 = 9.5, d0 = 1, d1 = 2, d2 = 3, d3 = 4, d4 = 5, d5 = 6, d6 = 7, d7 = 8, d8 = 9, d9 = 10;
        long e0 = 1, e1 = 1, e2 = 1, e3 = 1, e4 = 1, e5 = 1, e6 = 1, e7 = 1, e8 = 1, e9 = 1, f0 = 1, f1 = 1, f2 = 1, f3 = 1, f4 = 1, f5 = 1, f6 = 1, f7 = 1, f8 = 1, f9 = 1;
        double g0 = 1, g1 = 1, g2 = 1, g3 = 1, g4 = 1, g5 = 1, g6 = 1, g7 = 1, g8 = 1, g9 = 1, h0 = 1, h1 = 1, h2 = 1, h3 = 1, h4 = 1, h5 = 1, h6 = 1, h7 = 1, h8 = 1, h9 = 1;
        long i0 = 1, i1 = 1, i2 = 1, i3 = 1, i4 = 1, i5 = 1, i6 = 1, i7 = 1, i8 = 1, i9 = 1, j0 = 1, j1 = 1, j2 = 1, j3 = 1, j4 = 1, j5 = 1, j6 = 1, j7 = 1, j8 = 1, j9 = 1;
        long k0 = 1, k1 = 1, k2 = 1, k3 = 1, k4 = 1, k5 = 1, k6 = 1, k7 = 1, k8 = 1, k9 = 1, l0 = 1, l1 = 1, l2 = 1, l3 = 1, l4 = 1, l5 = 1, l6 = 1, l7 = 1, l8 = 1, l9 = 1;
        long m0 = 1, m1 = 1, m2 = 1, m3 = 1, m4 = 1, m5 = 1, m6 = 1, m7 = 1, m8 = 1, m9 = 1;
        int wideInt = 3;
        long wideLong = 4;
        float wideFloat = 5.25f;
        double wideDouble = 6.125;
        Object wideReference = "wide";
        for (int index = 0; index < 300; index++) {
            wideInt++;
            wideInt += 1000;
            wideInt -= 30000;
            wideLong += wideInt;
            wideFloat = wideFloat * 1.01f + index;
            wideDouble -= wideFloat;
            wideReference = wideReference == null ? "x" : index % 7 == 0 ? null : wideReference;
            a0 += e0 + index;
            c0 += g0;
        }
        System.out.println(wideInt + " " + wideLong + " " + wideFloat + " " + wideDouble + " " + wideReference);
        long x = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + b0 + b1 + b2 + b3 + b4 + b5 + b6 + b7 + b8 + b9;
        double y = c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + d0 + d1 + d2 + d3 + d4 + d5 + d6 + d7 + d8 + d9;
        long z = e0 + e1 + e2 + e3 + e4 + e5 + e6 + e7 + e8 + e9 + f0 + f1 + f2 + f3 + f4 + f5 + f6 + f7 + f8 + f9 + i0 + i1 + i2 + i3 + i4 + i5 + i6 + i7 + i8 + i9 + j0 + j1 + j2 + j3 + j4 + j5 + j6 + j7 + j8 + j9;
        double w = g0 + g1 + g2 + g3 + g4 + g5 + g6 + g7 + g8 + g9 + h0 + h1 + h2 + h3 + h4 + h5 + h6 + h7 + h8 + h9;
        long v = k0 + k1 + k2 + k3 + k4 + k5 + k6 + k7 + k8 + k9 + l0 + l1 + l2 + l3 + l4 + l5 + l6 + l7 + l8 + l9 + m0 + m1 + m2 + m3 + m4 + m5 + m6 + m7 + m8 + m9;
        return x + (long) y + z + (long) w + v;
    }

    static int parameters(byte b, short s, char c, boolean z, int i, long l, float f, double d, Object o, int[] a) {
        i++;
        i += 127;
        i += -128;
        i += 200;
        i -= 32768;
        l += b;
        b++;
        s--;
        c += 2;
        z = !z;
        f++;
        d--;
        a[0]++;
        a[1] += i;
        o = z ? o : null;
        System.out.println(b + " " + s + " " + c + " " + z + " " + i + " " + l + " " + f + " " + d + " " + o + " " + a[0] + " " + a[1]);
        return i;
    }

    public static void main(String[] args) {
        System.out.println(many(5));
        System.out.println(parameters((byte) 127, (short) -32768, 'y', false, 5, 1L << 40, 1.5f, 2.5, "o", new int[] {41, 1}));
        int reused = 0;
        { long inner = 5; reused += inner; }
        { double inner = 2.9; reused += inner; }
        { Object inner = "abc"; reused += inner.toString().length(); }
        System.out.println(reused);
        int i = 0;
        i = i++ + ++i;
        int j = i-- - --i;
        System.out.println(i + " " + j);
    }
}
