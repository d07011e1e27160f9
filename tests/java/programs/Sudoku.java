package programs;

public class Sudoku {
    static int nodes;
    static boolean solve(int[] g, int[] rows, int[] cols, int[] boxes) {
        nodes++;
        int best = -1, bestCount = 10, bestFree = 0;
        for (int i = 0; i < 81; i++) if (g[i] == 0) { int free = ~(rows[i / 9] | cols[i % 9] | boxes[i / 27 * 3 + i % 9 / 3]) & 0x1ff, n = Integer.bitCount(free); if (n < bestCount) { best = i; bestCount = n; bestFree = free; if (n <= 1) break; } }
        if (best < 0) return true;
        int r = best / 9, c = best % 9, b = best / 27 * 3 + best % 9 / 3;
        for (; bestFree != 0; bestFree &= bestFree - 1) { int bit = bestFree & -bestFree; g[best] = Integer.numberOfTrailingZeros(bit) + 1; rows[r] |= bit; cols[c] |= bit; boxes[b] |= bit; if (solve(g, rows, cols, boxes)) return true; rows[r] ^= bit; cols[c] ^= bit; boxes[b] ^= bit; }
        g[best] = 0;
        return false;
    }
    public static void main(String[] args) {
        for (String p : new String[] {"53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79", "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..", "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......"}) {
            int[] g = new int[81], r = new int[9], c = new int[9], b = new int[9];
            for (int i = 0; i < 81; i++) if (p.charAt(i) != '.') { g[i] = p.charAt(i) - '0'; int bit = 1 << g[i] - 1; r[i / 9] |= bit; c[i % 9] |= bit; b[i / 27 * 3 + i % 9 / 3] |= bit; }
            nodes = 0;
            System.out.println(solve(g, r, c, b) + " " + nodes);
            for (int i = 0; i < 81; i++) System.out.print(g[i] + (i % 9 == 8 ? "\n" : " "));
        }
    }
}
