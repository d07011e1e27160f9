package bytecodes;

public class StackShapes {
    int i;
    long l;
    static int si;
    static long sl;
    static double sd;
    int[] ia = new int[3];
    long[] la = new long[3];
    double[] da = {1, 2, 3};

    static int order;

    static int next(int v) {
        order = order * 10 + v;
        return v;
    }

    static StackShapes self(StackShapes s) {
        order = order * 10 + 9;
        return s;
    }

    public static void main(String[] args) {
        StackShapes s = new StackShapes();
        int a = s.i = 5;                     // dup_x1
        long b = s.l = 7L;                   // dup2_x1
        int c = s.ia[1] = 9;                 // dup_x2
        long d = s.la[2] = 11;               // dup2_x2
        int e = s.i++;                       // dup, dup_x1
        long f = s.l++;                      // dup, dup2_x1
        int g = s.ia[1]++;                   // dup2, dup_x2
        long h = s.la[2]++;                  // dup2, dup2_x2
        int j = ++s.ia[1];
        long k = --s.la[2];
        double m = s.da[0] += 2.5;
        double n = s.da[1]--;
        System.out.println(a + " " + b + " " + c + " " + d + " " + e + " " + f + " " + g + " " + h + " " + j + " " + k + " " + m + " " + n);
        System.out.println(s.i + " " + s.l + " " + s.ia[1] + " " + s.la[2] + " " + s.da[0] + " " + s.da[1]);
        int x, y, z;
        x = y = z = si = 3;
        long p, q;
        p = q = sl = 4;
        double u = sd = 0.25;
        System.out.println(x + y + z + si + p + q + sl + u + sd);
        si++;
        sl--;
        sd *= 3;
        System.out.println(si++ + si + ++si + " " + sl-- + " " + sd++ + " " + sd);
        int[][] grid = new int[3][3];
        grid[next(0)][next(1)] = grid[next(2)][next(0)] = next(7);
        System.out.println(order + " " + grid[0][1] + grid[2][0]);
        order = 0;
        self(s).ia[next(1)] += next(5) * next(2);
        System.out.println(order + " " + s.ia[1]);
        order = 0;
        int r = next(1) + next(2) * (next(3) - next(4)) % next(5);
        System.out.println(order + " " + r);
        order = 0;
        try {
            int[] none = null;
            none[next(1)] = next(2);
        } catch (NullPointerException ex) {
            System.out.println("null store after " + order);
        }
        order = 0;
        try {
            s.ia[next(3)] = next(4) / (next(5) - 5);
        } catch (ArithmeticException ex) {
            System.out.println("division before bounds " + order);
        }
        String str = "a";
        str += 1 + 2;
        str += 'c';
        str += 1.5f;
        str += null;
        System.out.println(str);
        new StackShapes();
        next(1);
        Math.max(3L, 4L);
        Object o = args.length > 5 ? Integer.valueOf(1) : "text";
        System.out.println(o);
        System.out.println(deep(1, 2, 3, 4, (byte) 5, (short) 6, (char) 7, 8, deep(1, 2, 3, 4, (byte) 5, (short) 6, (char) 7, 8, 9.5)));
    }

    static double deep(int a, long b, float c, double d, byte e, short f, char g, int h, double i) {
        return a + (b + (c + (d + (e + (f + (g + (h + (i + (a * (b * (c * (d * (e * (f * (g * (h * i))))))))))))))));
    }
}
