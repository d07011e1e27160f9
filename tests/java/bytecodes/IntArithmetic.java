package bytecodes;

public class IntArithmetic {
    static int[] edges = {0, 1, -1, 2, -2, 7, -7, 31, 32, 33, 127, 128, -128, 255, 65535, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 1, Integer.MIN_VALUE + 1, 0x55555555, 0xAAAAAAAA};

    static String div(int a, int b) {
        try {
            return a / b + " " + a % b;
        } catch (ArithmeticException e) {
            return e.getMessage();
        }
    }

    public static void main(String[] args) {
        for (int a : edges) {
            StringBuilder line = new StringBuilder();
            for (int b : edges) {
                int sum = a + b, difference = a - b, product = a * b;
                line.append(sum).append(',').append(difference).append(',').append(product).append(',').append(div(a, b)).append(';');
            }
            System.out.println(a + ": " + line);
        }
        for (int a : edges) {
            System.out.println(-a + " " + ~a + " " + (a & 0xff00ff) + " " + (a | 0x1234) + " " + (a ^ 0x77777777));
        }
        for (int a : edges) {
            StringBuilder line = new StringBuilder();
            for (int s : new int[] {0, 1, 5, 31, 32, 33, 63, -1, -31, 100}) {
                line.append(a << s).append(' ').append(a >> s).append(' ').append(a >>> s).append('|');
            }
            System.out.println(line);
        }
        System.out.println(Integer.MIN_VALUE / -1);
        System.out.println(Integer.MIN_VALUE % -1);
        int hash = 17;
        for (int i = 0; i < 200000; i++) {
            hash = hash * 31 + (i ^ (hash >>> 7));
            hash ^= hash << 3;
            int divisor = hash & 1023;
            if (divisor != 0) {
                hash += i / divisor;
                hash -= i % divisor;
            }
        }
        System.out.println(hash);
    }
}
