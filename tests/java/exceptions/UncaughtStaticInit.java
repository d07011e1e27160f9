package exceptions;

public class UncaughtStaticInit {
    static final int VALUE = compute();
    static int compute() { System.out.println("initialising"); Object o = null; return o.hashCode(); }
    public static void main(String[] args) { System.out.println("never reached"); }
}
