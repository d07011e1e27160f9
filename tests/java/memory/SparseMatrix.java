package memory;

import java.util.*;

public class SparseMatrix {
    public static void main(String[] args) { int n = 3000; @SuppressWarnings("unchecked") TreeMap<Integer, Double>[] rows = new TreeMap[n]; for (int i = 0; i < n; i++) { rows[i] = new TreeMap<>(); rows[i].put(i, 4.0); for (int k = 1; k <= 12; k++) rows[i].put((i * 31 + k * k * 97) % n, 1.0 / k); } double[] x = new double[n]; Arrays.fill(x, 1); for (int it = 0; it < 8; it++) { double[] y = new double[n]; double norm = 0; for (int i = 0; i < n; i++) { double s = 0; for (Map.Entry<Integer, Double> e : rows[i].entrySet()) s += e.getValue() * x[e.getKey()]; y[i] = s; norm = Math.max(norm, Math.abs(s)); } for (int i = 0; i < n; i++) y[i] /= norm; x = y; if (it % 4 == 3) System.out.println(it + " " + norm); } long h = 0; for (double d : x) h = h * 31 + Double.doubleToLongBits(d); System.out.println(h); ArrayList<LinkedList<Integer>> buckets = new ArrayList<>(); for (int i = 0; i < 500; i++) buckets.add(new LinkedList<>()); for (int i = 0; i < 60_000; i++) buckets.get(i * 7919 % 500).addFirst(i); for (LinkedList<Integer> b : buckets) for (int v : b) h = h * 17 + v; System.out.println(h); }
}
