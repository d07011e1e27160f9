package threads;

public class PingPong {
    static final Object lock = new Object(); static int turn; static StringBuilder log = new StringBuilder();
    public static void main(String[] args) throws Exception {
        Thread[] ts = new Thread[3];
        for (int i = 0; i < 3; i++) { int me = i; ts[i] = new Thread(() -> { for (int k = 0; k < 200; k++) synchronized (lock) { while (turn % 3 != me) try { lock.wait(); } catch (InterruptedException e) { throw new RuntimeException(e); } if (k % 50 == 0) log.append(me).append(':').append(k).append(' '); turn++; lock.notifyAll(); } }, "p" + i); ts[i].start(); }
        for (Thread t : ts) t.join(); System.out.println(log + " " + turn);
        java.util.LinkedList<Integer> queue = new java.util.LinkedList<>(); long[] sum = {0}; Thread producer = new Thread(() -> { for (int i = 1; i <= 2000; i++) synchronized (queue) { while (queue.size() >= 10) try { queue.wait(); } catch (InterruptedException e) { return; } queue.add(i); queue.notifyAll(); } }); Thread[] consumers = new Thread[2]; for (int c = 0; c < 2; c++) { consumers[c] = new Thread(() -> { while (true) { int v; synchronized (queue) { while (queue.isEmpty()) try { queue.wait(); } catch (InterruptedException e) { return; } v = queue.remove(); sum[0] += v; queue.notifyAll(); if (v == -1) return; } } }); consumers[c].start(); } producer.start(); producer.join(); synchronized (queue) { queue.add(-1); queue.add(-1); queue.notifyAll(); } for (Thread c : consumers) c.join(); System.out.println(sum[0]);
    }
}
