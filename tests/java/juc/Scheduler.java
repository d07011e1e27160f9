package juc;

import java.util.*;
import java.util.concurrent.*;

public class Scheduler {
    record Job(String n, int cost, List<String> needs) { }
    public static void main(String[] args) throws Exception { Map<String, Job> jobs = new LinkedHashMap<>(); for (int i = 0; i < 40; i++) { List<String> needs = new ArrayList<>(); for (int k = 1; k <= 3; k++) if (i - k * k > 0 && (i * k) % 4 != 1) needs.add("j" + (i - k * k)); jobs.put("j" + i, new Job("j" + i, i % 5 + 1, needs)); } ExecutorService ex = Executors.newFixedThreadPool(3); Map<String, CompletableFuture<Long>> done = Collections.synchronizedMap(new LinkedHashMap<>()); // read by the pool while it grows
        for (Job j : jobs.values()) { CompletableFuture<?>[] before = j.needs().stream().map(done::get).toArray(CompletableFuture[]::new); done.put(j.n(), CompletableFuture.allOf(before).thenApplyAsync(v -> { long h = j.n().hashCode(); for (String d : j.needs()) h = h * 31 + done.get(d).join(); for (int i = 0; i < j.cost() * 200; i++) h = h * 1103515245 + 12345; return h; }, ex)); } long h = 0; for (CompletableFuture<Long> f : done.values()) h = h * 17 + f.get(20, TimeUnit.SECONDS); System.out.println(h); Semaphore limit = new Semaphore(2); CyclicBarrier b = new CyclicBarrier(3); int[] most = {0}, now = {0}; List<Future<Integer>> fs = new ArrayList<>(); for (int i = 0; i < 3; i++) { int me = i; fs.add(ex.submit(() -> { int mine = 0; for (int r = 0; r < 30; r++) { b.await(); limit.acquire(); try { synchronized (now) { most[0] = Math.max(most[0], ++now[0]); } mine += r * me; } finally { synchronized (now) { now[0]--; } limit.release(); } } return mine; })); } int t = 0; for (Future<Integer> f : fs) t += f.get(); System.out.println(t + " " + (most[0] <= 2)); ex.shutdown(); System.out.println(ex.awaitTermination(20, TimeUnit.SECONDS)); }
}
