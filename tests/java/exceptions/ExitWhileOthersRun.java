package exceptions;

public class ExitWhileOthersRun {
    public static void main(String[] args) throws Exception { Object lock = new Object(); for (int i = 0; i < 3; i++) new Thread(() -> { synchronized (lock) { try { lock.wait(); } catch (InterruptedException e) { } } }).start(); new Thread(() -> { for (long x = 0; ; x++) if (x == -1) System.out.println("never"); }).start(); try { System.out.println("leaving"); System.exit(5); } finally { System.out.println("no finally after exit"); } }
}
