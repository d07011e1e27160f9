// Every parameterless method of every platform bean, and what of them can be set: nothing is missing.
package util;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.management.PlatformManagedObject;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;

public class PlatformBeans {
    public static void main(String[] args) throws Exception {
        ManagementFactory.getPlatformManagementInterfaces().stream()
                // There may be no flight recorder and no compiler.
                .filter(type -> !type.getName().startsWith("jdk.management.jfr.") && type != CompilationMXBean.class)
                .sorted(Comparator.comparing(Class::getName))
                .forEach(PlatformBeans::callAll);
        readAllAttributes();
        threads();
        memory();
        options();
    }

    static void callAll(Class<? extends PlatformManagedObject> type) {
        List<? extends PlatformManagedObject> beans = ManagementFactory.getPlatformMXBeans(type);
        Method[] methods = type.getMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (PlatformManagedObject bean : beans) {
            for (Method method : methods) {
                if (method.getParameterCount() > 0) continue;
                try {
                    method.invoke(bean);
                } catch (InvocationTargetException e) {
                    // What a virtual machine need not have.
                    if (!(e.getCause() instanceof UnsupportedOperationException)) {
                        System.out.println(method + ": " + e.getCause());
                    }
                } catch (IllegalAccessException e) {
                    System.out.println(method + ": " + e);
                }
            }
        }
        System.out.println(type.getName() + ": " + (beans.isEmpty() ? "no bean" : "called"));
    }

    static void readAllAttributes() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName name : server.queryNames(new ObjectName("java.lang:*"), null)) {
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                try {
                    server.getAttribute(name, attribute.getName());
                } catch (RuntimeMBeanException e) {
                    if (!(e.getCause() instanceof UnsupportedOperationException)) {
                        System.out.println(name + " " + attribute.getName() + ": " + e.getCause());
                    }
                }
            }
        }
        System.out.println("attributes are read");
    }

    static void threads() throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        threads.setThreadCpuTimeEnabled(false);
        System.out.println(threads.isThreadCpuTimeEnabled() + " " + threads.getCurrentThreadCpuTime());
        threads.setThreadCpuTimeEnabled(true);
        System.out.println(threads.isThreadCpuTimeEnabled() + " " + (threads.getCurrentThreadCpuTime() >= 0));

        Thread[] some = new Thread[8];
        Object gate = new Object();
        synchronized (gate) {
            for (int i = 0; i < some.length; i++) {
                some[i] = new Thread(() -> { synchronized (gate) { gate.notifyAll(); } });
                some[i].start();
            }
        }
        for (Thread thread : some) thread.join();
        System.out.println("peak " + (threads.getPeakThreadCount() >= threads.getThreadCount() + some.length - 1));
        threads.resetPeakThreadCount();
        System.out.println("after reset " + (threads.getPeakThreadCount() < threads.getThreadCount() + some.length - 1));
    }

    static void memory() {
        // Switched on, java prints lines of its own.
        ManagementFactory.getClassLoadingMXBean().setVerbose(false);
        ManagementFactory.getMemoryMXBean().setVerbose(false);
        System.out.println("verbose " + ManagementFactory.getMemoryMXBean().isVerbose());
        boolean collected = false;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage usage = pool.getUsage();
            if (usage.getUsed() < 0 || usage.getUsed() > usage.getCommitted()) {
                System.out.println(pool.getName() + " " + usage);
            }
            if (pool.getPeakUsage().getUsed() < usage.getUsed()) System.out.println(pool.getName() + " has no peak");
            if (pool.getMemoryManagerNames().length == 0) System.out.println(pool.getName() + " is not managed");
            pool.resetPeakUsage();
            if (pool.getType() == MemoryType.HEAP) collected = true;
        }
        System.out.println("heap has pools " + collected);
        long before = 0, after = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            before += collector.getCollectionCount();
        }
        System.gc();
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            after += collector.getCollectionCount();
            if (collector.getCollectionTime() < 0) System.out.println(collector.getName() + " knows no time");
            if (collector.getMemoryPoolNames().length == 0) System.out.println(collector.getName() + " has no pool");
        }
        System.out.println("collections are counted " + (after > before));
    }

    static void options() {
        HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        System.out.println(Long.parseLong(bean.getVMOption("MaxHeapSize").getValue()) > 0);
        System.out.println(bean.getVMOption("HeapDumpOnOutOfMemoryError").getValue());
        System.out.println(bean.getVMOption("ObjectAlignmentInBytes").getValue());
        try {
            bean.getVMOption("NoSuchOption");
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
        try {
            bean.setVMOption("ObjectAlignmentInBytes", "16");
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
        }
    }
}
