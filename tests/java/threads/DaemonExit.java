// uvm-test: no-torture the order of two of its lines depends on how fast it runs
package threads;

public class DaemonExit {
    public static void main(String[] args) throws Exception {
        Object never = new Object(); for (int i = 0; i < 3; i++) { Thread d = new Thread(() -> { synchronized (never) { while (true) try { never.wait(); } catch (InterruptedException e) { } } }); d.setDaemon(true); d.start(); } Thread spin = new Thread(() -> { long x = 0; while (true) x++; }); spin.setDaemon(true); spin.start(); Thread sleeper = new Thread(() -> { try { Thread.sleep(1_000_000); } catch (InterruptedException e) { } System.out.println("never printed"); }); sleeper.setDaemon(true); sleeper.start(); Thread last = new Thread(() -> { try { Thread.sleep(50); } catch (InterruptedException e) { } System.out.println("last user thread ends"); }); last.start(); Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook after the last user thread"))); System.out.println("main ends");
    }
}
