// uvm-test: torture10
package juc;

import java.util.*;
import java.util.concurrent.*;

public class AsyncTree {
    static CompletableFuture<Long> build(int d, long seed, Executor ex) { if (d == 0) return CompletableFuture.supplyAsync(() -> { long h = seed; for (int i = 0; i < 300; i++) h = h * 31 + i; return h; }, ex); return build(d - 1, seed * 2, ex).thenCombineAsync(build(d - 1, seed * 2 + 1, ex), (a, b) -> a * 17 ^ b, ex); }
    public static void main(String[] args) throws Exception { ExecutorService ex = Executors.newFixedThreadPool(3); System.out.println(build(6, 1, ex).get()); List<CompletableFuture<String>> fs = new ArrayList<>(); for (int i = 0; i < 30; i++) { int k = i; fs.add(CompletableFuture.supplyAsync(() -> { if (k % 7 == 3) throw new IllegalStateException("k" + k); return "v" + k; }, ex).handle((v, e) -> e == null ? v : "!" + e.getCause().getMessage()).thenApplyAsync(s -> s.toUpperCase(Locale.ROOT), ex)); } StringBuilder b = new StringBuilder(); for (CompletableFuture<String> f : fs) b.append(f.join()).append(' '); System.out.println(b); ConcurrentHashMap<Integer, CompletableFuture<Integer>> memo = new ConcurrentHashMap<>(); class Fib { CompletableFuture<Integer> of(int n) { CompletableFuture<Integer> c = memo.get(n); if (c != null) return c; CompletableFuture<Integer> made = n < 2 ? CompletableFuture.completedFuture(n) : of(n - 1).thenCombine(of(n - 2), Integer::sum); memo.put(n, made); return made; } } System.out.println(new Fib().of(35).join()); CountDownLatch l = new CountDownLatch(20); ConcurrentLinkedQueue<Integer> q = new ConcurrentLinkedQueue<>(); for (int i = 0; i < 20; i++) { int k = i; CompletableFuture.runAsync(() -> q.add(k * k), ex).whenComplete((v, e) -> l.countDown()); } l.await(); System.out.println(new TreeSet<>(q)); ex.shutdown(); System.out.println(ex.awaitTermination(10, TimeUnit.SECONDS)); }
}
