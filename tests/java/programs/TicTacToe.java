package programs;

import java.util.*;

public class TicTacToe {
    static final int[] LINES = {7, 56, 448, 73, 146, 292, 273, 84}; static boolean won(int b) { for (int l : LINES) if ((b & l) == l) return true; return false; } static int nodes; static final Map<Integer, Integer> memo = new HashMap<>();
    static int best(int me, int other) { nodes++; if (won(other)) return -1; if ((me | other) == 511) return 0; Integer k = memo.get(me << 9 | other); if (k != null) return k; int v = -2; for (int i = 0; i < 9; i++) if (((me | other) >> i & 1) == 0) v = Math.max(v, -best(other, me | 1 << i)); memo.put(me << 9 | other, v); return v; }
    static int plain(int me, int other) { if (won(other) || (me | other) == 511) return 1; int n = 0; for (int i = 0; i < 9; i++) if (((me | other) >> i & 1) == 0) n += plain(other, me | 1 << i); return n; }
    static boolean tour(int[][] b, int r, int c, int n) { b[r][c] = n; if (n == b.length * b.length) return true; int[][] d = {{1, 2}, {2, 1}, {2, -1}, {1, -2}, {-1, -2}, {-2, -1}, {-2, 1}, {-1, 2}}; List<int[]> next = new ArrayList<>(); for (int[] m : d) { int deg = degree(b, r + m[0], c + m[1], d); if (deg >= 0) next.add(new int[] {deg, r + m[0], c + m[1]}); } next.sort((x, y) -> Arrays.compare(x, y)); for (int[] m : next) if (tour(b, m[1], m[2], n + 1)) return true; b[r][c] = 0; return false; } static int degree(int[][] b, int r, int c, int[][] d) { if (r < 0 || c < 0 || r >= b.length || c >= b.length || b[r][c] != 0) return -1; int n = 0; for (int[] m : d) { int x = r + m[0], y = c + m[1]; if (x >= 0 && y >= 0 && x < b.length && y < b.length && b[x][y] == 0) n++; } return n; }
    static void hanoi(int n, int a, int b, int c, long[] h) { if (n == 0) return; hanoi(n - 1, a, c, b, h); h[0] = h[0] * 31 + n * 9 + a * 3 + c; h[1]++; hanoi(n - 1, b, a, c, h); }
    public static void main(String[] args) { System.out.println(best(0, 0) + " " + nodes + " " + memo.size() + " " + best(1, 16 | 2)); System.out.println(plain(1 | 64, 16)); int[][] b = new int[8][8]; System.out.println(tour(b, 0, 0, 1)); for (int[] r : b) System.out.println(Arrays.toString(r)); long[] h = new long[2]; hanoi(14, 0, 1, 2, h); System.out.println(h[0] + " " + h[1]); }
}
