package exceptions;

public class UncaughtManyThreads {
    public static void main(String[] args) throws Exception { for (int i = 0; i < 4; i++) { int k = i; Thread t = new Thread(() -> { int[] a = new int[k]; a[k] = 1; }, "t" + i); t.start(); t.join(); } ThreadGroup g = new ThreadGroup("quiet") { @Override public void uncaughtException(Thread t, Throwable e) { System.out.println("group: " + e.getMessage()); } }; Thread t = new Thread(g, () -> { throw new Error("e1"); }); t.start(); t.join(); throw new java.io.IOException("main last"); }
}
