package programs;

public class BinaryTrees {
    BinaryTrees left, right;
    static BinaryTrees make(int d) { BinaryTrees t = new BinaryTrees(); if (d > 0) { t.left = make(d - 1); t.right = make(d - 1); } return t; }
    int check() { return left == null ? 1 : 1 + left.check() + right.check(); }
    public static void main(String[] args) {
        int max = 12;
        BinaryTrees lived = make(max);
        for (int d = 4; d <= max; d += 2) {
            int n = 1 << max - d + 3, c = 0;
            for (int i = 0; i < n; i++) c += make(d).check();
            System.out.println(n + " trees of depth " + d + " check " + c);
        }
        System.out.println("long lived tree check " + lived.check());
    }
}
