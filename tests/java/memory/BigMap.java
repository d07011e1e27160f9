package memory;

import java.util.*;

public class BigMap {
    public static void main(String[] args) { HashMap<String, int[]> m = new HashMap<>(); for (int i = 0; i < 60_000; i++) m.put("key" + i, new int[] {i, i * 2, i ^ 5, 0, 0, 0, 0, 0}); long h = 0; int k = 1; for (int i = 0; i < 60_000; i++) { k = (int) ((k * 48271L) % 2147483647L); int[] v = m.get("key" + k % 60_000); v[3]++; h = h * 31 + v[0] + v[3]; } System.out.println(h + " " + m.size()); for (int i = 0; i < 60_000; i += 2) m.remove("key" + i); long t = 0; for (int[] v : m.values()) t += v[3] * (long) v[0]; System.out.println(t + " " + m.size()); TreeMap<Long, String> tm = new TreeMap<>(); for (int i = 0; i < 20_000; i++) tm.put(i * 7919L % 20_011, "v" + i); System.out.println(tm.firstEntry() + " " + tm.lastEntry() + " " + tm.headMap(5000L).size()); }
}
