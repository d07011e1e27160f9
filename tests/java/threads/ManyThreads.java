package threads;

public class ManyThreads {
    public static void main(String[] args) throws Exception { int n = 150; long[] out = new long[n]; Thread[] ts = new Thread[n]; for (int i = 0; i < n; i++) { int k = i; ts[i] = new Thread(() -> { long h = k; for (int j = 0; j < 500; j++) h = h * 31 + j; out[k] = h; }, "n" + i); } for (Thread t : ts) t.start(); for (Thread t : ts) t.join(); long s = 0; for (long x : out) s = s * 7 + x; System.out.println(s); int[] chain = {0}; class Next implements Runnable { final int left; Next(int l) { left = l; } public void run() { chain[0]++; if (left > 0) { Thread t = new Thread(new Next(left - 1)); t.start(); try { t.join(); } catch (InterruptedException e) { } } } } Thread first = new Thread(new Next(60)); first.start(); first.join(); System.out.println(chain[0]); for (int i = 0; i < 300; i++) { int k = i; Thread t = new Thread(() -> chain[0] += k); t.start(); t.join(); } System.out.println(chain[0]); System.out.println(Thread.activeCount()); }
}
