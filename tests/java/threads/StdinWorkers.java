package threads;

import java.io.*;
import java.util.*;
import java.util.concurrent.*;

public class StdinWorkers {
    public static void main(String[] args) throws Exception { BlockingQueue<Optional<String>> q = new ArrayBlockingQueue<>(2); ConcurrentSkipListMap<String, Integer> counts = new ConcurrentSkipListMap<>(); Thread reader = new Thread(() -> { try (BufferedReader r = new BufferedReader(new InputStreamReader(System.in))) { for (String l; (l = r.readLine()) != null; ) q.put(Optional.of(l)); for (int i = 0; i < 3; i++) q.put(Optional.empty()); } catch (IOException | InterruptedException e) { System.out.println(e); } }, "reader"); Thread[] ws = new Thread[3]; for (int i = 0; i < 3; i++) { ws[i] = new Thread(() -> { try { for (Optional<String> l; (l = q.take()).isPresent(); ) for (String w : l.get().toLowerCase(Locale.ROOT).split("\\W+")) if (!w.isEmpty()) counts.merge(w, 1, Integer::sum); } catch (InterruptedException e) { System.out.println(e); } }, "worker" + i); ws[i].start(); } reader.start(); reader.join(); for (Thread w : ws) w.join(); System.out.println(counts); }
}
