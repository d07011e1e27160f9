package classes;

public class Interfaces {
    interface A { default String m() { return "A"; } static String s() { return "A.s" + helper(); } private static String helper() { return "!"; } }
    interface B extends A { default String m() { return "B" + A.super.m(); } }
    interface C extends A { default String m() { return "C" + A.super.m(); } }
    static class D implements B, C { public String m() { return "D" + B.super.m() + C.super.m(); } }
    interface E extends A { }
    static class F implements E, B { }
    static class G { public String m() { return "G"; } }
    static class H extends G implements B { }
    static abstract class I implements A { public abstract String m(); }
    static class J extends I { public String m() { return "J"; } }
    interface K { private String p(int n) { return n == 0 ? "" : n + p(n - 1); } default String q() { return p(3) + this.p(2); } }
    interface L extends K { default String p(int n) { return "L.p" + n; } }
    interface Fn<T, R> { R apply(T t); default <V> Fn<T, V> then(Fn<? super R, ? extends V> g) { return t -> g.apply(apply(t)); } static <T> Fn<T, T> identity() { return t -> t; } }
    interface HasToString { String toString(); boolean equals(Object o); int hashCode(); }
    interface Counter { int[] COUNT = {0}; default int inc() { return ++COUNT[0]; } }
    static class C1 implements Counter { } static class C2 implements Counter { }
    @FunctionalInterface interface Sum { int of(int... xs); }
    interface Huge { int a(); int b(); default int c() { return a() * b(); } }
    record R(int a, int b) implements Huge { }

    public static void main(String[] args) {
        A[] all = {new D(), new F(), new H(), new J(), new A() { }, new B() { }, new C() { public String m() { return "anon" + C.super.m(); } }};
        for (A a : all) System.out.println(a.m());
        System.out.println(A.s());
        System.out.println(new K() { }.q() + " " + new L() { }.q() + " " + new L() { }.p(1));
        Fn<String, Integer> length = String::length;
        System.out.println(length.then(x -> x * 2).then(x -> "<" + x + ">").then(Fn.identity()).apply("four"));
        HasToString h = new HasToString() { public String toString() { return "h"; } };
        System.out.println(h.toString() + h.equals(h) + (h.hashCode() == System.identityHashCode(h)));
        Counter x = new C1(), y = new C2();
        System.out.println(x.inc() + y.inc() + x.inc() + Counter.COUNT[0]);
        Sum sum = xs -> { int t = 0; for (int v : xs) t += v; return t; };
        System.out.println(sum.of() + " " + sum.of(1) + " " + sum.of(1, 2, 3));
        System.out.println(new R(6, 7).c());
        String r = "";
        for (int i = 0; i < 5000; i++) { String m = all[i % all.length].m(); if (i % 1000 == 0) r += m; }
        System.out.println(r);
        System.out.println(D.class.getInterfaces().length + " " + H.class.getInterfaces()[0] + " " + A.class.isInterface() + B.class.isAssignableFrom(D.class) + A.class.isAssignableFrom(H.class) + E.class.isInstance(new D()));
        Object o = new D();
    }
}
