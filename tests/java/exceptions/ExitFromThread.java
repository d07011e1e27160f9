package exceptions;

public class ExitFromThread {
    public static void main(String[] args) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> { System.out.println("hook sees " + Thread.currentThread().isAlive()); System.out.flush(); }));
        new Thread(() -> { System.out.println("thread exits with 3"); System.exit(3); }).start();
        synchronized (ExitFromThread.class) { ExitFromThread.class.wait(); }
    }
}
