package lambdas;

import java.util.*;
import java.util.function.*;

public class Captures {
    int field = 5; static int stat = 6;
    interface F0 { Object f(); } interface F9 { Object f(byte a, short b, char c, int d, long e, float f, double g, boolean h, Object i); } interface Prim { double f(int a, long b, double c); } interface Throwing<E extends Exception> { void run() throws E; } interface V { void f(int... xs); } interface Gen<T, R extends Comparable<R>> { R f(T a, T b); }
    F0 all(byte a, short b, char c, int d, long e, float f, double g, boolean h, String i, int[] j, Object k) { return () -> a + b + c + d + e + f + g + " " + h + i + j[0] + k + field + this.field + stat; }
    F9 none() { return (a, b, c, d, e, f, g, h, i) -> a + " " + b + c + d + e + f + g + h + i; }
    F9 both(String s, long l) { return (a, b, c, d, e, f, g, h, i) -> s + l + a + b + c + d + e + f + g + h + i + field++; }
    static IntSupplier counter() { int[] n = {0}; return () -> n[0]++; }
    static Function<Integer, Integer> fact; static { fact = n -> n <= 1 ? 1 : n * fact.apply(n - 1); }
    Supplier<Supplier<Supplier<String>>> nested(String a) { String b = a + "b"; return () -> { String c = b + "c"; return () -> { String d = c + field; return () -> a + b + c + d; }; }; }
    static <T> List<T> map(List<T> l, UnaryOperator<T> f) { List<T> r = new ArrayList<>(); for (T t : l) r.add(f.apply(t)); return r; }
    public static void main(String[] args) throws Exception {
        Captures o = new Captures();
        F0 f = o.all((byte) 1, (short) 2, 'c', 4, 5L, 6.5f, 7.25, true, "s", new int[] {9}, null); System.out.println(f.f()); o.field = 50; stat = 60; System.out.println(f.f());
        System.out.println(o.none().f((byte) 1, (short) 2, 'c', 4, 5L, 6.5f, 7.25, false, "x")); F9 g = o.both("S", -1L); System.out.println(g.f((byte) -1, (short) -2, 'z', 0, 0, 0, 0, true, null) + "" + g.f((byte) 1, (short) 1, 'y', 1, 1, 1, 1, true, 1)); Prim p = (a, b, c) -> a * b / c; System.out.println(p.f(3, 4L, 5));
        IntSupplier c1 = counter(), c2 = counter(); c1.getAsInt(); c1.getAsInt(); System.out.println(c1.getAsInt() + " " + c2.getAsInt()); System.out.println(fact.apply(10)); System.out.println(o.nested("a").get().get().get());
        List<Supplier<Integer>> loop = new ArrayList<>(); for (int i = 0; i < 5; i++) { int j = i * i; loop.add(() -> j); } for (String s : List.of("x", "yy")) loop.add(s::length); for (Supplier<Integer> s : loop) System.out.print(s.get() + " "); System.out.println();
        Runnable r1 = null; for (int i = 0; i < 2; i++) { Runnable r = () -> { }; if (i == 1) System.out.println("stateless same: " + (r == r1)); r1 = r; } Throwing<java.io.IOException> t = () -> { throw new java.io.IOException("thrown"); }; try { t.run(); } catch (java.io.IOException e) { System.out.println(e.getMessage() + e.getStackTrace()[0].getMethodName()); }
        V v = xs -> System.out.println(xs.length + Arrays.toString(xs)); v.f(); v.f(1, 2); Gen<String, Integer> gen = (a, b) -> a.compareTo(b); System.out.println(gen.f("a", "c")); System.out.println(map(List.of(1, 2, 3), x -> x * x) + "" + map(List.of("q"), x -> x + o.field));
        Object lam = (Runnable & java.io.Serializable & Comparator<String>) null == null ? "null cast" : ""; System.out.println(lam); Runnable multi = (Runnable & Cloneable) () -> System.out.println("marker"); multi.run(); System.out.println(multi instanceof Cloneable); Comparator<String> cmp = (Comparator<String> & java.io.Serializable) (a, b) -> b.compareTo(a); System.out.println(cmp.compare("a", "b") + " " + (cmp instanceof java.io.Serializable));
        BiFunction<Integer, Integer, Integer> add = (a, b) -> a + b; System.out.println(add.andThen(x -> "=" + x).apply(2, 3) + Function.<Integer>identity().compose((String s) -> s.length()).apply("four") + Predicate.not((String s) -> s.isEmpty()).or(s -> true).and(s -> s.length() > 2).negate().test("ab") + BinaryOperator.minBy(Comparator.<Integer>naturalOrder()).apply(4, 3)); IntFunction<IntUnaryOperator> adder = a -> b -> a + b; System.out.println(adder.apply(3).applyAsInt(4) + ((IntUnaryOperator) x -> x + 1).andThen(x -> x * 2).compose(x -> x - 3).applyAsInt(10));
        System.out.println(multi.getClass().isHidden() + " " + multi.getClass().isSynthetic() + multi.getClass().getSimpleName().startsWith("Captures$$Lambda") + multi.getClass().getInterfaces().length); long sum = 0; for (int i = 0; i < 5000; i++) { int k = i; LongUnaryOperator op = i % 2 == 0 ? x -> x + k : x -> x ^ k; sum = op.applyAsLong(sum) * 3; } System.out.println(sum);
        Runnable self = new Runnable() { int d = 3; public void run() { if (d-- > 0) { Runnable again = this::run; again.run(); } else System.out.println("done " + d); } }; self.run(); Optional<F0> of = Optional.of(() -> "opt"); System.out.println(of.map(F0::f).get()); ToIntFunction<Object> h = Object::hashCode; System.out.println(h.applyAsInt("a"));
    }
}
