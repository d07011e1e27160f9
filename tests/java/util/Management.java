package util;

import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.OperatingSystemMXBean;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import javax.management.Attribute;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** java.lang.management: the virtual machine, threads, deadlocks, and a bean of the program's own. */
public class Management {
    public interface CounterMBean {
        int getValue();
        void setValue(int value);
        String describe(String prefix);
    }

    public static class Counter implements CounterMBean {
        private int value = 4;
        @Override public int getValue() { return value; }
        @Override public void setValue(int value) { this.value = value; }
        @Override public String describe(String prefix) { return prefix + value; }
    }

    static void machine() {
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        System.out.println(runtime.getSpecVersion() + " " + runtime.getManagementSpecVersion());
        System.out.println(runtime.getUptime() >= 0 && runtime.getStartTime() > 0 && runtime.getName().contains("@"));
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        System.out.println(memory.getHeapMemoryUsage().getMax() > 0 && memory.getNonHeapMemoryUsage().getUsed() > 0);
        ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
        System.out.println(classes.getLoadedClassCount() > 100 && !classes.isVerbose());
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        System.out.println(system.getName() + " " + (system.getAvailableProcessors() > 0));
        var extended = (com.sun.management.OperatingSystemMXBean) system;
        System.out.println(extended.getTotalMemorySize() > 0 && extended.getProcessCpuTime() > 0);
    }

    static void threads() throws InterruptedException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        System.out.println(threads.getThreadCount() > 0 && threads.getPeakThreadCount() >= threads.getThreadCount());
        long before = threads.getCurrentThreadCpuTime();
        long sum = 0;
        for (int i = 0; i < 1_000_000; i++) sum += i;
        System.out.println(sum + " " + (threads.getCurrentThreadCpuTime() > before));
        ThreadInfo self = threads.getThreadInfo(Thread.currentThread().getId(), Integer.MAX_VALUE);
        System.out.println(self.getThreadName() + " " + self.getThreadState());
        for (StackTraceElement e : self.getStackTrace()) System.out.println("  " + e.getClassName() + "." + e.getMethodName());
        System.out.println(Arrays.toString(threads.getThreadInfo(new long[] {1L << 40})));
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static void deadlock(String name, Runnable first, Runnable second, boolean monitors) throws InterruptedException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Thread a = new Thread(first, name + " a");
        Thread b = new Thread(second, name + " b");
        a.setDaemon(true);
        b.setDaemon(true);
        a.start();
        b.start();
        long[] found = null;
        int expected = monitors ? 2 : 4; // those of the monitors stay deadlocked
        while (found == null || found.length < expected) {
            Thread.sleep(5);
            found = monitors ? threads.findMonitorDeadlockedThreads() : threads.findDeadlockedThreads();
        }
        ThreadInfo[] infos = threads.getThreadInfo(found, true, true);
        Arrays.sort(infos, Comparator.comparing(ThreadInfo::getThreadName));
        for (ThreadInfo info : infos) {
            if (!info.getThreadName().startsWith(name)) continue;
            System.out.println(info.getThreadName() + " " + info.getThreadState() + " waits for "
                    + info.getLockInfo().getClassName() + " of " + info.getLockOwnerName() + ", has "
                    + info.getLockedMonitors().length + " " + info.getLockedSynchronizers().length);
        }
    }

    static void beans() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        ObjectName name = new ObjectName("util:type=Counter");
        server.registerMBean(new Counter(), name);
        server.setAttribute(name, new Attribute("Value", 9));
        System.out.println(server.getAttribute(name, "Value") + " "
                + server.invoke(name, "describe", new Object[] {"v"}, new String[] {"java.lang.String"}));
        System.out.println(server.getMBeanInfo(name).getAttributes()[0]);
        System.out.println(server.getAttribute(new ObjectName("java.lang:type=Runtime"), "SpecName"));
    }

    public static void main(String[] args) throws Exception {
        machine();
        threads();
        System.out.println(ManagementFactory.getThreadMXBean().findDeadlockedThreads() == null);

        Object left = new Object();
        Object right = new Object();
        CountDownLatch both = new CountDownLatch(2);
        deadlock("monitors", () -> {
            synchronized (left) {
                both.countDown();
                await(both);
                synchronized (right) { System.out.println("never"); }
            }
        }, () -> {
            synchronized (right) {
                both.countDown();
                await(both);
                synchronized (left) { System.out.println("never"); }
            }
        }, true);

        ReentrantLock one = new ReentrantLock();
        ReentrantLock other = new ReentrantLock();
        CountDownLatch ready = new CountDownLatch(2);
        deadlock("locks", () -> {
            one.lock();
            ready.countDown();
            await(ready);
            other.lock();
        }, () -> {
            other.lock();
            ready.countDown();
            await(ready);
            one.lock();
        }, false);
        beans();
    }
}
