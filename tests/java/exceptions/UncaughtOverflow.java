package exceptions;

public class UncaughtOverflow {
    static int forever(int n) { return forever(n + 1) + 1; }
    public static void main(String[] args) { Thread.setDefaultUncaughtExceptionHandler((t, e) -> { System.out.println(e.getClass() + " " + e.getStackTrace().length + " " + e.getStackTrace()[500]); System.exit(7); }); forever(0); }
}
