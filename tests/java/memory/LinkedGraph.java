package memory;

public class LinkedGraph {
    static class Node { Node a, b, c; int v; long[] load; Node(int v) { this.v = v; if (v % 4 == 0) load = new long[v % 64]; } }
    public static void main(String[] args) { int n = 200_000; Node[] all = new Node[n]; for (int i = 0; i < n; i++) all[i] = new Node(i); long s = 1; for (int i = 0; i < n; i++) { s = s * 6364136223846793005L + 1442695040888963407L; all[i].a = all[(int) ((s >>> 33) % n)]; all[i].b = all[(i + 1) % n]; all[i].c = all[(int) ((s >>> 20 & 0x1fffff) % n)]; } Node x = all[0]; long h = 0; for (int i = 0; i < 150_000; i++) { h = h * 31 + x.v + (x.load == null ? 0 : x.load.length); if (x.load != null && x.load.length > 0) x.load[i % x.load.length] += h; x = (h & 3) == 0 ? x.b : (h & 1) == 0 ? x.c : x.a; } System.out.println(h); long t = 0; for (Node y : all) if (y.load != null) for (long z : y.load) t ^= z; System.out.println(t); }
}
