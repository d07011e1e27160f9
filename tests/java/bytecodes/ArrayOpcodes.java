package bytecodes;

public class ArrayOpcodes {
    public static void main(String[] args) {
        byte[] b = new byte[5];
        b[0] = (byte) 300; b[1]--; b[2] += 200; b[3] = (byte) 'x';
        short[] s = new short[5];
        s[0] = (short) 70000; s[1]--; s[2] += 40000;
        char[] c = new char[5];
        c[0] = (char) -1; c[1]--; c[2] += 'A';
        boolean[] z = new boolean[5];
        z[0] = true; z[1] |= true; z[2] ^= true; z[3] = !z[0]; z[4] = z[0] & z[2];
        int[] i = {1, 2, 3};
        i[0] <<= 31; i[1] >>>= 1; i[2] *= -7;
        long[] l = {1, 2, 3};
        l[0] <<= 63; l[1] -= 5; l[2] = l[0] ^ l[1];
        float[] f = {1, 2, 3};
        f[0] /= 3; f[1]++; f[2] %= 2;
        double[] d = {1, 2, 3};
        d[0] /= 3; d[1]--; d[2] = f[0];
        Object[] o = {"x", 1, null, 2.5, new int[] {3}};
        System.out.println(java.util.Arrays.toString(b) + java.util.Arrays.toString(s));
        for (char x : c) System.out.print((int) x + " ");
        System.out.println(java.util.Arrays.toString(z) + java.util.Arrays.toString(i) + java.util.Arrays.toString(l));
        System.out.println(java.util.Arrays.toString(f) + java.util.Arrays.toString(d));
        System.out.println(o[0] + " " + o[1] + " " + o[2] + " " + o[3] + " " + ((int[]) o[4])[0] + " " + o.length);
        int[][] m = new int[3][4];
        int[][] ragged = new int[3][];
        ragged[1] = new int[] {1, 2, 3};
        long[][][] cube = new long[2][3][4];
        String[][][] names = new String[2][2][];
        cube[1][2][3] = 99;
        m[2][3] = 7;
        System.out.println(m.length + " " + m[0].length + " " + ragged[0] + " " + ragged[1].length + " " + cube[1][2][3] + " " + cube[0][0].length + " " + names[1][1] + " " + names[0].length);
        int[][][] zero = new int[2][0][5];
        System.out.println(zero.length + " " + zero[1].length + " " + new int[0][7].length);
        System.out.println(m.getClass().getName() + " " + cube[0].getClass().getName() + " " + names.getClass().getSimpleName() + " " + new boolean[1][1].getClass() + " " + new Object[0].getClass());
        String r = "";
        int[] bad = {-1, 3, Integer.MIN_VALUE, Integer.MAX_VALUE};
        for (int index : bad) {
            try { r += i[index]; } catch (ArrayIndexOutOfBoundsException e) { r += e.getMessage() + "; "; }
            try { d[index] = 1; } catch (ArrayIndexOutOfBoundsException e) { r += e.getMessage() + "; "; }
            try { o[index + 2] = ""; } catch (ArrayIndexOutOfBoundsException e) { r += e.getMessage() + "; "; }
        }
        System.out.println(r);
        for (int n : new int[] {-1, Integer.MIN_VALUE}) {
            try { System.out.println(new int[n].length); } catch (NegativeArraySizeException e) { System.out.println(e.getMessage()); }
            try { System.out.println(new String[n].length); } catch (NegativeArraySizeException e) { System.out.println(e.getMessage()); }
            try { System.out.println(new int[2][n].length); } catch (NegativeArraySizeException e) { System.out.println(e.getMessage()); }
            try { System.out.println(new int[n][2].length); } catch (NegativeArraySizeException e) { System.out.println(e.getMessage()); }
            try { System.out.println(new int[0][n].length); } catch (NegativeArraySizeException e) { System.out.println(e.getMessage()); }
        }
        int sum = 0;
        int[][] big = new int[200][300];
        for (int x = 0; x < 200; x++) for (int y = 0; y < 300; y++) big[x][y] = x * y ^ x + y;
        for (int[] row : big) for (int v : row) sum = sum * 31 + v;
        System.out.println(sum);
    }
}
