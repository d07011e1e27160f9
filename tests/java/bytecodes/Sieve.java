package bytecodes;

public class Sieve {
    public static void main(String[] args) {
        boolean[] composite = new boolean[300001];
        int count = 0;
        long sum = 0;
        for (int i = 2; i < composite.length; i++) {
            if (composite[i]) continue;
            count++;
            sum += i;
            for (long j = (long) i * i; j < composite.length; j += i) composite[(int) j] = true;
        }
        System.out.println(count + " " + sum);
        byte[] bits = new byte[40000];
        for (int i = 3; i < 800; i += 2) {
            if ((bits[i >> 4] >> (i >> 1 & 7) & 1) == 0) {
                for (int j = i * i; j < 640000; j += 2 * i) bits[j >> 4] |= 1 << (j >> 1 & 7);
            }
        }
        int odd = 1;
        for (int i = 3; i < 640000; i += 2) if ((bits[i >> 4] >> (i >> 1 & 7) & 1) == 0) odd++;
        System.out.println(odd);
    }
}
