package classes;

import java.util.*;

public class Records {
    record Point(int x, int y) { Point { if (x < 0) throw new IllegalArgumentException("negative " + x); } Point(int v) { this(v, v); } static Point origin() { return new Point(0, 0); } double length() { return Math.sqrt(x * x + y * y); } Point with(int nx) { return new Point(nx, y); } }
    record All(byte b, short s, char c, boolean z, int i, long l, float f, double d, String t, int[] a, List<String> g) { }
    record Generic<T extends Comparable<T>>(T a, T b) implements Comparable<Generic<T>> { T max() { return a.compareTo(b) > 0 ? a : b; } public int compareTo(Generic<T> o) { return max().compareTo(o.max()); } }
    record Empty() { }
    record Nested(Point p, Nested next) { static int made; Nested { made++; } }
    record Custom(String name, int n) { public String name() { return name.toUpperCase(); } @Override public String toString() { return "Custom!" + name(); } @Override public boolean equals(Object o) { return o instanceof Custom c && c.n == n; } @Override public int hashCode() { return n; } }
    record Var(int... xs) { int sum() { return Arrays.stream(xs).sum(); } }

    public static void main(String[] args) throws Exception {
        Point p = new Point(3, 4), q = new Point(3, 4);
        System.out.println(p + " " + p.equals(q) + (p == q) + (p.hashCode() == q.hashCode()) + p.length() + p.with(9) + new Point(7) + Point.origin().hashCode() + " " + p.hashCode());
        try { new Point(-1, 0); } catch (IllegalArgumentException e) { System.out.println(e.getMessage()); }
        All a = new All((byte) 1, (short) 2, 'c', true, 5, 6, 7.5f, -0.0, "t", null, List.of("g")), b = new All((byte) 1, (short) 2, 'c', true, 5, 6, 7.5f, 0.0, "t", null, List.of("g"));
        System.out.println(a + " " + a.equals(b) + a.equals(a) + a.equals(null) + a.equals("x"));
        System.out.println(new All((byte) 0, (short) 0, 'x', false, 0, 0, Float.NaN, Double.NaN, null, null, null).equals(new All((byte) 0, (short) 0, 'x', false, 0, 0, Float.NaN, Double.NaN, null, null, null)));
        System.out.println(new Generic<>("a", "b").max() + new Generic<>(1, 2).compareTo(new Generic<>(5, 0)) + new Generic<>(2.5, 1.5));
        System.out.println(new Empty() + " " + new Empty().equals(new Empty()) + new Empty().hashCode());
        System.out.println(new Nested(p, new Nested(q, null)) + " " + Nested.made + " " + new Nested(null, null).hashCode());
        System.out.println(new Custom("abc", 1) + " " + new Custom("x", 2).equals(new Custom("y", 2)) + new Custom("z", 5).hashCode());
        System.out.println(new Var(1, 2, 3).sum() + " " + new Var().sum());
        for (var c : All.class.getRecordComponents()) System.out.print(c.getName() + ":" + c.getGenericType() + "=" + (c.getAccessor().invoke(a)) + " ");
        System.out.println(All.class.isRecord() + " " + Records.class.isRecord() + " " + Point.class.getSuperclass() + " " + java.lang.reflect.Modifier.toString(Point.class.getModifiers()));
        record Local(String k, int v) { }
        List<Local> ls = new ArrayList<>(List.of(new Local("b", 2), new Local("a", 2), new Local("c", 1)));
        ls.sort(Comparator.comparingInt(Local::v).thenComparing(Local::k)); System.out.println(ls);
        Map<Point, String> m = new HashMap<>(); m.put(new Point(1), "one"); System.out.println(m.get(new Point(1, 1)) + m.get(new Point(2)));
        Set<Object> set = new HashSet<>(List.of(new Point(1), new Generic<>(1, 1), new Custom("q", 1))); System.out.println(set.contains(new Custom("other", 1)) + " " + set.size());
    }
}
