package exceptions;

import java.io.*;

public class StackTraces {
    static void a(int n) { b(n - 1); }
    static void b(int n) { if (n <= 0) throw new IllegalStateException("bottom"); else a(n); }
    static void wrap() {
        try {
            a(4);
        } catch (IllegalStateException e) {
            throw new RuntimeException("wrapped", e);
        }
    }
    static void twice() throws Exception {
        try {
            wrap();
        } catch (RuntimeException e) {
            Exception x = new Exception(e);
            x.addSuppressed(new Error("suppressed\nwith two lines", new IOException("inner")));
            throw x;
        }
    }
    class Inner { Inner() { init(); } void init() { throw new UnsupportedOperationException(); } }
    static class Static { static void m() { new StackTraces().new Inner(); } }
    static void print(Throwable t) { StringWriter w = new StringWriter(); t.printStackTrace(new PrintWriter(w)); System.out.print(w); }
    static void circular() { Exception x = new Exception("x"), y = new Exception("y", x); x.initCause(y); print(x); }
    static int line(Throwable t) { return t.getStackTrace()[0].getLineNumber(); }
    static class Custom extends RuntimeException { int code = 7; Custom(String m) { super(m); } @Override public String getMessage() { return "custom:" + super.getMessage(); } @Override public String toString() { return "Custom!" + getMessage(); } }
    static class NoTrace extends Exception { @Override public Throwable fillInStackTrace() { return this; } }

    public static void main(String[] args) throws Exception {
        try { twice(); } catch (Exception e) { print(e); }
        try { Static.m(); } catch (UnsupportedOperationException e) { print(e); }
        circular();
        print(new Custom("c"));
        print(new NoTrace());
        Runnable r = () -> { throw new Custom("lambda"); };
        try { r.run(); } catch (Custom e) { System.out.println(e.code + " " + e.getStackTrace().length + e.getStackTrace()[0].getMethodName() + line(e)); }
        Throwable t = new Throwable();
        int[] multi = {1,
            2, 3};
        try {
            int x = multi[0]
                + multi[1]
                / (multi[2] - 3);
        } catch (ArithmeticException e) { System.out.println(line(e) - line(t)); }
        StackTraceElement s = t.getStackTrace()[0];
        System.out.println(s + " " + s.getClassName() + " " + s.getFileName() + " " + s.getMethodName() + " " + s.isNativeMethod() + " " + s.getModuleName() + " " + s.getClassLoaderName());
        Exception reused = make(); StackTraceElement[] before = reused.getStackTrace(); reused.fillInStackTrace(); System.out.println(before.length + " " + reused.getStackTrace().length + " " + before[0].getMethodName() + " " + reused.getStackTrace()[0].getMethodName());
        try { Object o = "s"; Integer i = (Integer) o; } catch (ClassCastException e) { System.out.println(e.getStackTrace().length); }
        try { Integer.parseInt("bad"); } catch (NumberFormatException e) { StackTraceElement[] st = e.getStackTrace(); System.out.println(st[st.length - 1] + " " + st[0].getClassName() + " " + st[0].getModuleName()); }
        try { java.util.List.of(1).add(2); } catch (UnsupportedOperationException e) { System.out.println(e.getMessage() + " " + e.getStackTrace()[0].getMethodName()); }
        System.out.println(Thread.currentThread().getStackTrace()[1].getMethodName());
    }
    static Exception make() { return new Exception("made"); }
}
