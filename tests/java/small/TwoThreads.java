// uvm-test: torture10
package small;

public class TwoThreads implements Runnable {
    static int turn, sum; static final Object LOCK = new Object(); final int me; TwoThreads(int m) { me = m; } public void run() { try { for (int i = 0; i < 8; i++) synchronized (LOCK) { while (turn % 2 != me) LOCK.wait(); sum = sum * 3 + me; turn++; LOCK.notifyAll(); } } catch (InterruptedException e) { System.out.println("interrupted"); } }
    public static void main(String[] args) throws Exception { Thread a = new Thread(new TwoThreads(0)), b = new Thread(new TwoThreads(1)); a.start(); b.start(); a.join(); b.join(); System.out.println(sum); System.out.println(turn); }
}
