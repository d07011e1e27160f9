package memory;

public class Churn {
    record Cell(Cell next, int[] data, String label) { }
    public static void main(String[] args) { Cell[] roots = new Cell[64]; long h = 0; for (int i = 0; i < 40_000; i++) { int k = i * 31 % 64; Cell old = roots[k]; int depth = 0; for (Cell c = old; c != null && depth < 20; c = c.next()) depth++; roots[k] = new Cell(depth >= 20 ? null : old, new int[i % 9], "c" + i); h = h * 31 + depth; } for (Cell r : roots) for (Cell c = r; c != null; c = c.next()) h = h * 17 + c.label().hashCode() + c.data().length; System.out.println(h); }
}
