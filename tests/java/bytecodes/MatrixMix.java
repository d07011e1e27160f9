package bytecodes;

public class MatrixMix {
    static double[][] multiply(double[][] a, double[][] b) {
        int n = a.length;
        double[][] c = new double[n][n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) {
                double s = 0;
                for (int k = 0; k < n; k++) s += a[i][k] * b[k][j];
                c[i][j] = s;
            }
        return c;
    }

    static int lcs(String a, String b) {
        int[][] t = new int[a.length() + 1][b.length() + 1];
        for (int i = 1; i <= a.length(); i++)
            for (int j = 1; j <= b.length(); j++)
                t[i][j] = a.charAt(i - 1) == b.charAt(j - 1) ? t[i - 1][j - 1] + 1 : Math.max(t[i - 1][j], t[i][j - 1]);
        return t[a.length()][b.length()];
    }

    static int queens(int n, int row, int columns, int left, int right) {
        if (row == n) return 1;
        int count = 0;
        for (int free = ~(columns | left | right) & (1 << n) - 1; free != 0; ) {
            int bit = free & -free;
            free ^= bit;
            count += queens(n, row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1);
        }
        return count;
    }

    static void permute(int[] p, int k, long[] out) {
        if (k == p.length) {
            long v = 0;
            for (int x : p) v = v * 10 + x;
            out[0] = out[0] * 31 + v;
            out[1]++;
            return;
        }
        for (int i = k; i < p.length; i++) {
            int t = p[k]; p[k] = p[i]; p[i] = t;
            permute(p, k + 1, out);
            t = p[k]; p[k] = p[i]; p[i] = t;
        }
    }

    public static void main(String[] args) {
        int n = 60;
        double[][] a = new double[n][n], b = new double[n][n];
        for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) { a[i][j] = (i * 7 + j * 3) % 11 / 4.0; b[i][j] = (i - j) / 8.0; }
        double[][] c = multiply(multiply(a, b), a);
        double trace = 0;
        for (int i = 0; i < n; i++) trace += c[i][i];
        System.out.println(trace + " " + c[3][5] + " " + c[59][0]);
        StringBuilder x = new StringBuilder(), y = new StringBuilder();
        for (int i = 0; i < 300; i++) { x.append((char) ('a' + i * i % 26)); y.append((char) ('a' + i * 7 % 23)); }
        System.out.println(lcs(x.toString(), y.toString()));
        for (int q = 1; q <= 8; q++) System.out.print(queens(q, 0, 0, 0, 0) + " ");
        System.out.println();
        long[] out = new long[2];
        permute(new int[] {1, 2, 3, 4, 5, 6, 7}, 0, out);
        System.out.println(out[0] + " " + out[1]);
    }
}
