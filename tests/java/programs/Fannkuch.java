package programs;

public class Fannkuch {
    public static void main(String[] args) {
        for (int n = 3; n <= 8; n++) {
            int[] perm = new int[n], p1 = new int[n], count = new int[n];
            int max = 0, checksum = 0, r = n, nperm = 0;
            for (int i = 0; i < n; i++) p1[i] = i;
            outer:
            while (true) {
                for (; r != 1; r--) count[r - 1] = r;
                System.arraycopy(p1, 0, perm, 0, n);
                int flips = 0;
                for (int k; (k = perm[0]) != 0; flips++) for (int i = 0, j = k; i < j; i++, j--) { int t = perm[i]; perm[i] = perm[j]; perm[j] = t; }
                max = Math.max(max, flips);
                checksum += nperm % 2 == 0 ? flips : -flips;
                while (true) {
                    if (r == n) break outer;
                    int p0 = p1[0];
                    for (int i = 0; i < r; i++) p1[i] = p1[i + 1];
                    p1[r] = p0;
                    if (--count[r] > 0) break;
                    r++;
                }
                nperm++;
            }
            System.out.println(n + " " + checksum + " " + max);
        }
    }
}
