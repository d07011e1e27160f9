/**
 * Fills `mib` MiB with numbers that look random, says "ready", and once the file `go` exists prints a checksum of all. Says
 * "begun" when the first eighth is filled.
 *
 * args: mib go
 */
public final class Hold {
    public static void main(String[] args) throws InterruptedException {
        int mib = Integer.parseInt(args[0]);
        java.io.File go = new java.io.File(args[1]);
        long[][] heap = new long[mib][];
        long random = 88172645463325252L;
        for (int i = 0; i < mib; i++) {
            heap[i] = new long[1 << 17];
            for (int k = 0; k < heap[i].length; k++) {
                random ^= random << 13;
                random ^= random >>> 7;
                random ^= random << 17;
                heap[i][k] = random;
            }
            if (i == mib / 8) {
                System.out.println("begun");
                Thread.sleep(300); // time for a checkpoint
            }
        }
        System.out.println("ready");
        while (!go.exists()) {
            Thread.sleep(5);
        }
        long sum = 0;
        for (long[] part : heap) {
            for (long word : part) {
                sum = sum * 31 + word;
            }
        }
        System.out.println("sum " + sum);
    }
}
