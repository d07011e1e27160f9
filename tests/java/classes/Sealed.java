package classes;

import java.util.*;

public class Sealed {
    sealed interface Expr permits Num, Add, Mul, Neg, Var { }
    record Num(double v) implements Expr { }
    record Add(Expr l, Expr r) implements Expr { }
    record Mul(Expr l, Expr r) implements Expr { }
    record Neg(Expr e) implements Expr { }
    record Var(String n) implements Expr { }
    static sealed abstract class Animal { abstract String sound(); }
    static final class Dog extends Animal { String sound() { return "woof"; } }
    static non-sealed class Cat extends Animal { String sound() { return "meow"; } }
    static class Lion extends Cat { @Override String sound() { return "roar+" + super.sound(); } }

    static double eval(Expr e, Map<String, Double> env) {
        if (e instanceof Num n) return n.v();
        if (e instanceof Add a) return eval(a.l(), env) + eval(a.r(), env);
        if (e instanceof Mul m && m.l() instanceof Num z && z.v() == 0) return 0;
        if (e instanceof Mul m) return eval(m.l(), env) * eval(m.r(), env);
        if (e instanceof Neg n) return -eval(n.e(), env);
        if (!(e instanceof Var v)) throw new AssertionError();
        return env.get(v.n());
    }

    static Expr simplify(Expr e) {
        if (e instanceof Neg n && n.e() instanceof Neg m) return simplify(m.e());
        if (e instanceof Add a) {
            Expr l = simplify(a.l()), r = simplify(a.r());
            return l instanceof Num x && x.v() == 0 ? r : r instanceof Num y && y.v() == 0 ? l : l instanceof Num x && r instanceof Num y ? new Num(x.v() + y.v()) : new Add(l, r);
        }
        if (e instanceof Mul m) {
            Expr l = simplify(m.l()), r = simplify(m.r());
            if (l instanceof Num x && x.v() == 1) return r;
            return new Mul(l, r);
        }
        return e;
    }

    static String kind(Object o) {
        return o instanceof Integer i && i > 10 ? "big" + i : o instanceof Integer i ? "int" + i : o instanceof String s && !s.isEmpty() ? "text" + s.charAt(0) : o instanceof int[] a && a.length > 0 ? "ints" + a[0] : o instanceof List<?> l && l.size() == 1 && l.get(0) instanceof String s ? "one " + s : "other";
    }

    public static void main(String[] args) {
        Expr e = new Add(new Mul(new Num(2), new Var("x")), new Neg(new Neg(new Add(new Num(3), new Num(4)))));
        System.out.println(eval(e, Map.of("x", 5.0)) + " " + simplify(e));
        System.out.println(eval(new Mul(new Num(0), new Var("missing")), Map.of()));
        try { eval(new Var("missing"), Map.of()); } catch (NullPointerException ex) { System.out.println("unboxed null"); }
        System.out.println(simplify(new Add(new Num(0), new Mul(new Num(1), new Var("y")))));
        for (Animal a : new Animal[] {new Dog(), new Cat(), new Lion()}) System.out.println(a.sound());
        for (Object o : new Object[] {5, 50, "hello", "", new int[] {8}, new int[0], List.of("z"), List.of(1), null, 2.5}) System.out.print(kind(o) + " ");
        System.out.println();
        System.out.println(Expr.class.isSealed() + " " + Arrays.toString(Expr.class.getPermittedSubclasses()) + " " + Cat.class.isSealed() + " " + Arrays.toString(Animal.class.getPermittedSubclasses()) + " " + Dog.class.getPermittedSubclasses());
    }
}
