package classes;

import java.util.*;
import java.util.function.*;

public class Generics {
    static class Box<T> { T v; Box(T v) { this.v = v; } <R> Box<R> map(Function<? super T, ? extends R> f) { return new Box<>(f.apply(v)); } T get() { return v; } }
    static class Pair<A, B extends Comparable<? super B>> { final A a; final B b; Pair(A a, B b) { this.a = a; this.b = b; } static <X, Y extends Comparable<? super Y>> Pair<X, Y> of(X x, Y y) { return new Pair<>(x, y); } <C extends Comparable<C>> Pair<B, C> shift(C c) { return of(b, c); } public String toString() { return "(" + a + "," + b + ")"; } }
    static <T extends Comparable<? super T>> T max(Collection<? extends T> c) { Iterator<? extends T> i = c.iterator(); T m = i.next(); while (i.hasNext()) { T x = i.next(); if (x.compareTo(m) > 0) m = x; } return m; }
    static double sum(List<? extends Number> l) { double s = 0; for (Number n : l) s += n.doubleValue(); return s; }
    static void fill(List<? super Integer> l) { for (int i = 0; i < 3; i++) l.add(i); }
    @SafeVarargs static <T> List<T> list(T... xs) { return new ArrayList<>(Arrays.asList(xs)); }
    static <T> T[] array(IntFunction<T[]> maker, T v, int n) { T[] r = maker.apply(n); Arrays.fill(r, v); return r; }
    static abstract class Shape<S extends Shape<S>> { int size; abstract S self(); S size(int n) { size = n; return self(); } }
    static class Round extends Shape<Round> { String color; Round self() { return this; } Round color(String c) { color = c; return this; } }
    interface Monoid<T> { T zero(); T plus(T a, T b); static <T> T fold(Monoid<T> m, Iterable<? extends T> xs) { T r = m.zero(); for (T x : xs) r = m.plus(r, x); return r; } }
    enum Strings implements Monoid<String> { CONCAT { public String plus(String a, String b) { return a + b; } }, LONGEST { public String plus(String a, String b) { return a.length() >= b.length() ? a : b; } }; public String zero() { return ""; } }
    static class Tree<K extends Comparable<K>, V> implements Iterable<Map.Entry<K, V>> {
        private class Node { K k; V v; Node l, r; Node(K k, V v) { this.k = k; this.v = v; } }
        private Node root;
        void put(K k, V v) { if (root == null) { root = new Node(k, v); return; } Node n = root; while (true) { int c = k.compareTo(n.k); if (c == 0) { n.v = v; return; } Node next = c < 0 ? n.l : n.r; if (next == null) { if (c < 0) n.l = new Node(k, v); else n.r = new Node(k, v); return; } n = next; } }
        public Iterator<Map.Entry<K, V>> iterator() { Deque<Node> stack = new ArrayDeque<>(); for (Node n = root; n != null; n = n.l) stack.push(n); return new Iterator<>() { public boolean hasNext() { return !stack.isEmpty(); } public Map.Entry<K, V> next() { Node n = stack.pop(); for (Node x = n.r; x != null; x = x.l) stack.push(x); return Map.entry(n.k, n.v); } }; }
    }

    public static void main(String[] args) {
        System.out.println(new Box<>("abc").map(String::length).map(n -> n * 1.5).get());
        System.out.println(Pair.of("x", 3).shift("z").shift(4.5) + " " + max(list(3, 9, 2)) + " " + max(list("b", "zz", "a")) + " " + sum(list(1, 2.5, 3L)));
        List<Number> numbers = new ArrayList<>(); fill(numbers); List<Object> objects = new ArrayList<>(); fill(objects); System.out.println(numbers + "" + objects);
        String[] xs = array(String[]::new, "q", 3); System.out.println(xs.length + xs[2] + xs.getClass().getSimpleName());
        System.out.println(new Round().size(4).color("red").size);
        System.out.println(Monoid.fold(Strings.CONCAT, list("a", "b", "c")) + Monoid.fold(Strings.LONGEST, list("a", "bbb", "cc")) + Strings.LONGEST.getClass() + Strings.LONGEST.getDeclaringClass());
        Tree<String, Integer> t = new Tree<>(); for (String w : "the quick brown fox jumps over the lazy dog the end".split(" ")) t.put(w, w.length());
        for (Map.Entry<String, Integer> e : t) System.out.print(e + " ");
        System.out.println();
        List raw = new ArrayList<Integer>(); raw.add("polluted"); List<Integer> ints = raw;
        try { int i = ints.get(0); } catch (ClassCastException e) { System.out.println("polluted: " + e.getMessage()); }
        Object o = ints.get(0) == null ? "" : (Object) raw.get(0); System.out.println(o);
        try { Integer[] bad = (Integer[]) (Object) array(n -> new Object[n], 1, 2); } catch (ClassCastException e) { System.out.println(e.getMessage()); }
        Function<Integer, Function<Integer, Function<Integer, Integer>>> curried = a -> b -> c -> a * 100 + b * 10 + c; System.out.println(curried.apply(1).apply(2).apply(3));
        Supplier<? extends List<? super Integer>> s = ArrayList::new; s.get(); BiFunction<Integer, Integer, Integer> add = Integer::sum; System.out.println(add.andThen(Box::new).apply(4, 5).get());
        Map<String, List<Map<Integer, String>>> nested = new TreeMap<>(); nested.computeIfAbsent("k", k -> new ArrayList<>()).add(Map.of(1, "one")); System.out.println(nested);
    }
}
