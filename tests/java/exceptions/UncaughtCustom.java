package exceptions;

public class UncaughtCustom {
    static class Odd extends RuntimeException { @Override public String toString() { return "Odd[\n  two lines]"; } @Override public String getLocalizedMessage() { return "localized"; } }
    public static void main(String[] args) { System.out.print("no newline at the end"); new Object() { void m() { Runnable r = () -> { throw new Odd(); }; r.run(); } }.m(); }
}
