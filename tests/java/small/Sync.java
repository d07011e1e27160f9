// uvm-test: torture10
package small;

public class Sync {
    static int n; static synchronized void inc() { n++; }
    public static void main(String[] args) throws Exception { Object o = new Object(); synchronized (o) { synchronized (o) { inc(); System.out.println(Thread.holdsLock(o)); } } System.out.println(Thread.holdsLock(o)); try { o.notify(); } catch (IllegalMonitorStateException e) { System.out.println(e.getMessage()); } synchronized (o) { o.wait(1); } Thread.sleep(1); System.out.println(n); }
}
