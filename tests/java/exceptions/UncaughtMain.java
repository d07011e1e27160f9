package exceptions;

public class UncaughtMain {
    static void level(int n) {
        if (n == 0) throw new IllegalStateException("uncaught: \u00e9\u4e2d");
        level(n - 1);
    }
    public static void main(String[] args) {
        System.out.println("before");
        try {
            level(3);
        } finally {
            System.out.println("finally runs");
        }
    }
}
