package exceptions;

public class UncaughtThread {
    public static void main(String[] args) throws Exception {
        Thread t = new Thread(() -> { throw new RuntimeException("in thread"); }, "worker-1");
        t.start();
        t.join();
        System.out.println("main goes on; exit code 0");
    }
}
