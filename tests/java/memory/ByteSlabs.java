package memory;

public class ByteSlabs {
    public static void main(String[] args) { byte[][] slabs = new byte[48][]; for (int i = 0; i < slabs.length; i++) { slabs[i] = new byte[1 << 20]; for (int j = 0; j < slabs[i].length; j += 512) slabs[i][j] = (byte) (i * 31 + (j >> 9)); } long h = 0, s = 3; for (int i = 0; i < 200_000; i++) { s = s * 6364136223846793005L + 1442695040888963407L; byte[] b = slabs[(int) (s >>> 58) % 48]; int at = (int) (s >>> 38 & 0x7ff) * 512; h = h * 31 + b[at]; if ((s >>> 30 & 7) == 0) b[at]++; } System.out.println(h); int[] sum = new int[48]; for (int r = 0; r < 2; r++) for (int i = 0; i < 48; i++) for (int j = 0; j < 1 << 20; j += 512) sum[i] = sum[i] * 17 + slabs[i][j]; System.out.println(java.util.Arrays.hashCode(sum)); for (int i = 1; i < 48; i++) System.arraycopy(slabs[i], 0, slabs[i - 1], 1 << 19, 1 << 19); long t = 0; for (byte[] b : slabs) for (int j = 0; j < b.length; j += 4096) t = t * 13 + b[j]; System.out.println(t); }
}
