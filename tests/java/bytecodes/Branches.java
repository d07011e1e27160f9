package bytecodes;

public class Branches {
    static String ints(int a, int b) {
        return (a == b ? "e" : "-") + (a != b ? "n" : "-") + (a < b ? "l" : "-") + (a >= b ? "g" : "-") + (a > b ? "G" : "-") + (a <= b ? "L" : "-");
    }

    static String zero(int a) {
        return (a == 0 ? "e" : "-") + (a != 0 ? "n" : "-") + (a < 0 ? "l" : "-") + (a >= 0 ? "g" : "-") + (a > 0 ? "G" : "-") + (a <= 0 ? "L" : "-");
    }

    static String references(Object a, Object b) {
        return (a == b ? "e" : "-") + (a != b ? "n" : "-") + (a == null ? "0" : "-") + (b != null ? "1" : "-");
    }

    static boolean logic(boolean a, boolean b, boolean c) {
        return a && (b || !c) ^ (a | b & c) != (!a ? b : c);
    }

    static int calls;

    static boolean side(boolean value, int weight) {
        calls += weight;
        return value;
    }

    // A body longer than 32 KiB of bytecode would need goto_w; a long chain of branches exercises far offsets.
    static int far(int n) {
        int r = 0;
        while (true) {
            if (n <= 0) {
                return r;
            }
            n--;
            r += (n & 1) == 0 ? (n & 2) == 0 ? (n & 4) == 0 ? 1 : 2 : (n & 8) == 0 ? 3 : 4 : (n & 16) == 0 ? 5 : (n & 32) == 0 ? 6 : 7;
            if (r > 100000) {
                r -= 99999;
                continue;
            }
            if (r % 1000 == 7) {
                break;
            }
        }
        outer:
        for (int i = 0; i < 100; i++) {
            for (int j = 0; j < 100; j++) {
                if (j > i) continue outer;
                if (i * j > 5000) break outer;
                r += i ^ j;
            }
        }
        return r;
    }

    public static void main(String[] args) {
        int[] v = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (int a : v) {
            for (int b : v) {
                System.out.print(ints(a, b) + " ");
            }
            System.out.println(zero(a));
        }
        Object o = new Object();
        System.out.println(references(o, o) + references(o, null) + references(null, o) + references(null, null) + references("a", "b"));
        for (int i = 0; i < 8; i++) {
            System.out.print(logic((i & 1) != 0, (i & 2) != 0, (i & 4) != 0) + " ");
        }
        System.out.println();
        for (int i = 0; i < 16; i++) {
            calls = 0;
            boolean r = side((i & 1) != 0, 1) && side((i & 2) != 0, 10) || side((i & 4) != 0, 100) & side((i & 8) != 0, 1000);
            System.out.print(calls + "=" + r + " ");
        }
        System.out.println();
        for (int n : new int[] {0, 1, 10, 100, 1000, 50000}) {
            System.out.println(n + " " + far(n));
        }
        long steps = 0;
        for (int start = 1; start < 3000; start++) {
            long x = start;
            while (x != 1) {
                x = (x & 1) == 0 ? x >> 1 : 3 * x + 1;
                steps++;
            }
        }
        System.out.println(steps);
    }
}
