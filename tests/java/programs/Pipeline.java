package programs;

import java.util.*;
import java.util.concurrent.*;

public class Pipeline {
    static final int POISON = Integer.MIN_VALUE;
    public static void main(String[] args) throws Exception { BlockingQueue<Integer> a = new ArrayBlockingQueue<>(8), b = new LinkedBlockingQueue<>(16), c = new LinkedBlockingDeque<>(4); long[] sum = {0}; List<Integer> tail = new ArrayList<>(); Thread source = new Thread(() -> { try { for (int i = 0; i < 3000; i++) a.put(i); a.put(POISON); } catch (InterruptedException e) { } }, "source"), square = new Thread(() -> { try { for (int x; (x = a.take()) != POISON; ) b.put(x * x % 1009); b.put(POISON); } catch (InterruptedException e) { } }, "square"), filter = new Thread(() -> { try { for (int x; (x = b.take()) != POISON; ) if (x % 3 != 0) c.put(x); c.put(POISON); } catch (InterruptedException e) { } }, "filter"), sink = new Thread(() -> { try { for (int x; (x = c.take()) != POISON; ) { sum[0] = sum[0] * 31 + x; if (tail.size() == 10) tail.remove(0); tail.add(x); } } catch (InterruptedException e) { } }, "sink"); for (Thread t : new Thread[] {sink, filter, square, source}) t.start(); for (Thread t : new Thread[] {source, square, filter, sink}) { t.join(); System.out.println(t.getName() + " ended"); } System.out.println(sum[0] + " " + tail); }
}
