package exceptions;

public class HaltSkipsHooks {
    public static void main(String[] args) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("never")));
        Thread hook = new Thread(() -> System.out.println("removed"));
        Runtime.getRuntime().addShutdownHook(hook);
        System.out.println(Runtime.getRuntime().removeShutdownHook(hook));
        System.out.println("halting");
        System.out.flush();
        Runtime.getRuntime().halt(255);
    }
}
