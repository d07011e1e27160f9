package exceptions;

public class UncaughtBoth {
    public static void main(String[] args) throws Exception {
        Thread t = new Thread(() -> {
            try { Thread.currentThread().join(100); } catch (InterruptedException e) { }
            System.out.println("other thread still runs");
        });
        t.start();
        throw new Exception("main dies first");
    }
}
