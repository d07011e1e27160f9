package classes;

public class Inheritance {
    static class A { String m(Object o) { return "A.object"; } String m(String s) { return "A.string"; } String m(Integer i) { return "A.integer"; } static String s() { return "A.s"; } private String p() { return "A.p"; } String callP() { return p(); } protected Object covariant() { return "A.covariant"; } String v(int i) { return "int"; } String v(long l) { return "long"; } String v(Integer i) { return "Integer"; } String v(Object o) { return "Object"; } String v(int... i) { return "varargs" + i.length; } }
    static class B extends A { @Override String m(Object o) { return "B.object>" + super.m(o); } static String s() { return "B.s"; } String p() { return "B.p"; } @Override protected String covariant() { return "B.covariant>" + super.covariant(); } }
    static class C extends B { @Override String m(String s) { return "C.string>" + super.m(s); } @Override public String covariant() { return "C.covariant>" + super.covariant(); } @Override String p() { return "C.p>" + super.p(); } }
    static abstract class Generic<T extends Comparable<T>> implements Comparable<Generic<T>> { T value; Generic(T v) { value = v; } abstract T change(T t); public int compareTo(Generic<T> o) { return change(value).compareTo(o.change(o.value)); } }
    static class Strings extends Generic<String> { Strings(String s) { super(s); } String change(String s) { return s.toLowerCase(); } }
    static class Ints extends Generic<Integer> { Ints(int i) { super(i); } Integer change(Integer i) { return -i; } }
    static class Node<T> implements Cloneable { T v; Node<T> next; Node(T v, Node<T> n) { this.v = v; next = n; } @Override public Node<T> clone() { try { @SuppressWarnings("unchecked") Node<T> n = (Node<T>) super.clone(); return n; } catch (CloneNotSupportedException e) { throw new AssertionError(e); } } }
    static class Objects2 { @Override public boolean equals(Object o) { return o instanceof Objects2; } @Override public int hashCode() { return 77; } @Override public String toString() { return "[" + getClass().getSimpleName() + "]"; } }

    public static void main(String[] args) throws Exception {
        A a = new A(), b = new B(), c = new C();
        for (A x : new A[] {a, b, c}) System.out.println(x.m((Object) "s") + " " + x.m("s") + " " + x.m(1) + " " + x.covariant() + " " + x.callP());
        System.out.println(((B) c).p() + " " + A.s() + " " + B.s() + " " + ((A) c).s());
        byte by = 1; char ch = 'c'; float f = 1;
        System.out.println(a.v(by) + a.v(ch) + a.v(1) + a.v(1L) + a.v(f) + a.v(Integer.valueOf(1)) + a.v("x") + a.v() + a.v(1, 2));
        Generic<String> s1 = new Strings("ABC"), s2 = new Strings("abd");
        System.out.println(s1.compareTo(s2) + " " + new Ints(5).compareTo(new Ints(3)));
        java.util.List<String> methods = new java.util.ArrayList<>();
        for (java.lang.reflect.Method m : Strings.class.getDeclaredMethods()) methods.add(m.toString() + m.isBridge() + m.isSynthetic());
        for (java.lang.reflect.Method m : C.class.getDeclaredMethods()) methods.add(m.toString() + m.isBridge());
        java.util.Collections.sort(methods);
        methods.forEach(System.out::println);
        @SuppressWarnings({"unchecked", "rawtypes"}) Comparable<Object> raw = (Comparable) s1;
        try { raw.compareTo("not a Generic"); } catch (ClassCastException e) { System.out.println(e.getMessage()); }
        try { @SuppressWarnings({"unchecked", "rawtypes"}) Object o = ((Generic) s1).change(5); } catch (ClassCastException e) { System.out.println(e.getMessage()); }
        Node<String> n = new Node<>("x", new Node<>("y", null)), m = n.clone();
        System.out.println((m != n) + " " + (m.next == n.next) + " " + m.v);
        try { new Inheritance().copy(); } catch (CloneNotSupportedException e) { System.out.println(e.getMessage()); }
        System.out.println(new Objects2().equals(new Objects2()) + " " + new Objects2() + " " + new Objects2().hashCode() + " " + Integer.toHexString(new Objects2().hashCode()));
        System.out.println(new Objects2() { }.toString() + new Object() { public String toString() { return "anon"; } });
    }
    Object copy() throws CloneNotSupportedException { return super.clone(); }
}
