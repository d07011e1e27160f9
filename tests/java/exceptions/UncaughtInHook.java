package exceptions;

public class UncaughtInHook {
    public static void main(String[] args) { Runtime.getRuntime().addShutdownHook(new Thread(() -> { System.out.println("hook runs"); throw new RuntimeException("in hook"); }, "hook")); System.out.println("main ends"); }
}
