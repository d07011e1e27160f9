package programs;

import java.util.*;

public class Graphs {
    record Edge(int to, int w) { }
    public static void main(String[] args) {
        int n = 600; List<List<Edge>> g = new ArrayList<>(); long s = 99; for (int i = 0; i < n; i++) g.add(new ArrayList<>()); for (int i = 0; i < n * 4; i++) { s = s * 6364136223846793005L + 1442695040888963407L; int a = (int) (s >>> 33) % n, b = (int) (s >>> 13 & 0xffff) % n; g.get(a).add(new Edge(b, (int) (s >>> 50) % 100 + 1)); g.get(b).add(new Edge(a, (int) (s >>> 45) % 100 + 1)); }
        int[] dist = new int[n]; Arrays.fill(dist, Integer.MAX_VALUE); dist[0] = 0; PriorityQueue<int[]> q = new PriorityQueue<>(Comparator.comparingInt((int[] x) -> x[0]).thenComparingInt(x -> x[1])); q.add(new int[] {0, 0}); while (!q.isEmpty()) { int[] t = q.poll(); if (t[0] > dist[t[1]]) continue; for (Edge e : g.get(t[1])) if (t[0] + e.w() < dist[e.to()]) { dist[e.to()] = t[0] + e.w(); q.add(new int[] {dist[e.to()], e.to()}); } } System.out.println(Arrays.hashCode(dist) + " " + Arrays.stream(dist).max().getAsInt());
        int[] parent = new int[n]; for (int i = 0; i < n; i++) parent[i] = i; List<int[]> edges = new ArrayList<>(); for (int i = 0; i < n; i++) for (Edge e : g.get(i)) edges.add(new int[] {e.w(), i, e.to()}); edges.sort((x, y) -> Arrays.compare(x, y)); long mst = 0; int used = 0; for (int[] e : edges) { int a = e[1], b = e[2]; while (parent[a] != a) a = parent[a] = parent[parent[a]]; while (parent[b] != b) b = parent[b] = parent[parent[b]]; if (a != b) { parent[a] = b; mst += e[0]; used++; } } System.out.println(mst + " " + used);
        Deque<Integer> bfs = new ArrayDeque<>(List.of(0)); int[] level = new int[n]; Arrays.fill(level, -1); level[0] = 0; StringBuilder order = new StringBuilder(); while (!bfs.isEmpty()) { int x = bfs.poll(); order.append((char) ('a' + x % 26)); for (Edge e : g.get(x)) if (level[e.to()] < 0) { level[e.to()] = level[x] + 1; bfs.add(e.to()); } } System.out.println(order.toString().hashCode() + " " + Arrays.stream(level).max().getAsInt());
        boolean[] seen = new boolean[n]; int[] post = {0}, h = {0}; class Dfs { void go(int v) { seen[v] = true; for (Edge e : g.get(v)) if (!seen[e.to()]) go(e.to()); h[0] = h[0] * 31 + v * ++post[0]; } } new Dfs().go(0); System.out.println(h[0] + " " + post[0]); int m = 60; long[][] fw = new long[m][m]; for (long[] r : fw) Arrays.fill(r, 1 << 20); for (int i = 0; i < n; i++) for (Edge e : g.get(i)) fw[i % m][e.to() % m] = Math.min(fw[i % m][e.to() % m], e.w()); for (int k = 0; k < m; k++) for (int i = 0; i < m; i++) for (int j = 0; j < m; j++) if (fw[i][k] + fw[k][j] < fw[i][j]) fw[i][j] = fw[i][k] + fw[k][j]; System.out.println(Arrays.deepHashCode(fw));
    }
}
