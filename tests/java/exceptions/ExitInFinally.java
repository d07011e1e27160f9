package exceptions;

public class ExitInFinally {
    public static void main(String[] args) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
        try {
            throw new RuntimeException("never printed");
        } finally {
            System.out.println("leaving");
            System.exit(42);
        }
    }
}
