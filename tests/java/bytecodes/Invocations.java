package bytecodes;

public class Invocations {
    interface Shape { double area(); default String describe() { return "shape of " + area(); } static Shape unit() { return () -> 1; } }
    static abstract class Base implements Shape { public abstract double area(); String tag() { return "base"; } private String hidden() { return "base hidden"; } String callHidden() { return hidden(); } }
    static class Square extends Base { double side; Square(double s) { side = s; } public double area() { return side * side; } String tag() { return "square<" + super.tag(); } private String hidden() { return "square hidden"; } String both() { return hidden() + callHidden(); } }
    static class Circle extends Base { public double area() { return 3; } public String describe() { return "circle: " + super.describe(); } final String only() { return "only"; } }
    static class Tower extends Square { Tower() { super(2); } String tag() { return "tower<" + super.tag(); } public String describe() { return "T" + super.describe(); } }

    static int many(int a, long b, int c, double d, float e, byte f, short g, char h, boolean i, Object j, long k, int... rest) {
        long r = a + b * 2 + c * 3 + (long) d * 4 + (long) e * 5 + f * 6 + g * 7 + h * 8 + (i ? 9 : 0) + j.hashCode() + k;
        for (int x : rest) r = r * 31 + x;
        return (int) r;
    }

    static byte rb(int i) { return (byte) i; }
    static short rs(int i) { return (short) i; }
    static char rc(int i) { return (char) i; }
    static boolean rz(int i) { return (i & 1) == 1; }
    static long rl(int i) { return (long) i << 33; }
    static float rf(int i) { return i / 2f; }
    static double rd(int i) { return i / 4d; }
    static Object ro(int i) { return i == 0 ? null : "r" + i; }
    static void rv(int i) { if (i == 0) return; System.out.print("v" + i + " "); }

    static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
    static int ack(int m, int n) { return m == 0 ? n + 1 : n == 0 ? ack(m - 1, 1) : ack(m - 1, ack(m, n - 1)); }
    static boolean even(int n) { return n == 0 || odd(n - 1); }
    static boolean odd(int n) { return n != 0 && even(n - 1); }

    public static void main(String[] args) {
        Shape[] shapes = {new Square(3), new Circle(), new Tower(), Shape.unit(), () -> 7.5, new Shape() { public double area() { return -1; } public String describe() { return "anonymous " + Shape.super.describe(); } }};
        for (Shape s : shapes) System.out.println(s.describe() + (s instanceof Base b ? " " + b.tag() + " " + b.callHidden() : ""));
        System.out.println(new Square(1).both() + new Circle().only());
        System.out.println(many(1, 2, 3, 4, 5, (byte) 6, (short) 7, '8', true, "j", 1L << 40));
        System.out.println(many(1, 2, 3, 4, 5, (byte) 6, (short) 7, '8', false, "k", -1, 5, 6, 7));
        System.out.println(rb(200) + " " + rs(40000) + " " + (int) rc(-1) + " " + rz(3) + " " + rl(1) + " " + rf(3) + " " + rd(3) + " " + ro(0) + ro(1));
        rv(0); rv(1);
        System.out.println(fib(20) + " " + ack(2, 9) + " " + even(500) + odd(500));
        double total = 0;
        for (int i = 0; i < 30000; i++) total += shapes[i % shapes.length].area();
        System.out.println(total);
        try { ((Shape) null).area(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { ((Base) null).tag(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        System.out.println(String.valueOf((Object) null) + Integer.valueOf(5).hashCode() + new int[0].equals(null) + new int[3].clone().length);
    }
}
