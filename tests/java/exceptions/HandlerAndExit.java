package exceptions;

public class HandlerAndExit {
    public static void main(String[] args) {
        Thread.setDefaultUncaughtExceptionHandler((t, e) -> System.out.println("default handler " + t.getName() + " " + e));
        Thread.currentThread().setUncaughtExceptionHandler((t, e) -> { System.out.println("own handler " + e.getMessage()); throw new RuntimeException("ignored"); });
        throw new IllegalArgumentException("to the handler");
    }
}
