package kill;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One thread with growing state: a table, a tree and lists, each round checked against the one before. */
public class OneThread {
    private final Map<Integer, long[]> table = new HashMap<>();
    private final TreeMap<Long, String> tree = new TreeMap<>();
    private final List<StringBuilder> texts = new ArrayList<>();
    private long seed = 12345;

    private int next(int bound) {
        seed = seed * 6364136223846793005L + 1442695040888963407L;
        return (int) ((seed >>> 33) % bound);
    }

    private long round(int round) {
        long hash = round;
        for (int i = 0; i < 4000; i++) {
            long[] row = table.computeIfAbsent(next(3000), k -> new long[12]);
            row[next(row.length)] += hash ^ i;
            hash = hash * 31 + row[next(row.length)];
        }
        for (int i = 0; i < 200; i++) {
            tree.put(hash % 5000 + i, "r" + round + "i" + i);
            Map.Entry<Long, String> floor = tree.floorEntry(hash % 5000);
            hash = hash * 17 + (floor == null ? 0 : floor.getValue().hashCode());
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            text.append((char) ('a' + next(26)));
        }
        texts.add(text);
        for (StringBuilder each : texts) {
            hash = hash * 13 + each.charAt((int) Math.floorMod(hash, (long) each.length()));
        }
        return hash;
    }

    private long sum() {
        long hash = 0;
        for (int i = 0; i < 3000; i++) {
            long[] row = table.get(i);
            if (row != null) {
                for (long v : row) {
                    hash = hash * 31 + v;
                }
            }
        }
        for (Map.Entry<Long, String> e : tree.entrySet()) {
            hash = hash * 31 + e.getKey() + e.getValue().hashCode();
        }
        for (StringBuilder text : texts) {
            hash = hash * 31 + text.toString().hashCode();
        }
        return hash;
    }

    public static void main(String[] args) {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 300;
        OneThread state = new OneThread();
        for (int round = 1; round <= rounds; round++) {
            long hash = state.round(round);
            if (round % 5 == 0) {
                System.out.println("round " + round + " " + hash);
            }
        }
        System.out.println("end " + state.sum());
    }
}
