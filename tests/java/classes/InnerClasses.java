package classes;

public class InnerClasses {
    private int field = 1;
    private static int counter = 100;
    class Inner {
        int field = 2;
        class Deep {
            int field = 3;
            String all() { return field + "," + this.field + "," + Inner.this.field + "," + InnerClasses.this.field + "," + counter++; }
            void bump() { field++; Inner.this.field++; InnerClasses.this.field++; }
        }
        private Inner() { }
        private String secret() { return "secret" + InnerClasses.this.field; }
    }
    static class StaticNested { private int hidden = 9; private StaticNested() { } }
    class Extends extends Inner { Extends() { InnerClasses.this.super(); } String name() { return getClass().getName(); } }
    static class FromOutside extends InnerClasses.Inner { FromOutside(InnerClasses o) { o.super(); } }
    interface Visitor<R> { R visit(int depth); }
    static <R> R accept(Visitor<R> v, int d) { return v.visit(d); }
    Runnable[] capture(int p, final String s) {
        int local = p * 2;
        class Local implements Runnable {
            int mine;
            Local(int m) { mine = m; }
            public void run() { System.out.println("local " + p + s + local + mine + field + new Local2().get()); }
            class Local2 { int get() { return mine + local; } }
        }
        return new Runnable[] {new Local(1), new Local(2), new Runnable() {
            int n = local;
            { n += p; }
            public void run() { System.out.println("anonymous " + n + s + field + InnerClasses.this.field); }
        }, () -> System.out.println("lambda " + p + s + local + field)};
    }
    public static void main(String[] args) {
        InnerClasses o = new InnerClasses();
        Inner i = o.new Inner();
        Inner.Deep d = i.new Deep();
        System.out.println(d.all());
        d.bump();
        d.bump();
        System.out.println(d.all() + " " + i.field + " " + o.field + " " + i.secret());
        System.out.println(new StaticNested().hidden + " " + o.new Extends().name() + " " + new FromOutside(o).field);
        for (Runnable r : o.capture(5, "s")) r.run();
        o.field = 50;
        for (Runnable r : o.capture(6, "t")) r.run();
        System.out.println(accept(new Visitor<String>() { public String visit(int depth) { return depth == 0 ? "" : depth + accept(this, depth - 1); } }, 5));
        System.out.println(InnerClasses.<Integer>accept(x -> x + 1, 4));
        Object anonymous = new Object() { int x = 5; };
        class A { } class B extends A { }
        Class<?>[] all = {Inner.class, Inner.Deep.class, StaticNested.class, anonymous.getClass(), A.class, new B() { }.getClass(), Visitor.class, int[].class, A[].class, InnerClasses.class};
        for (Class<?> c : all) System.out.println(c.getName() + " | " + c.getSimpleName() + " | " + c.getCanonicalName() + " | " + c.getEnclosingClass() + " | " + c.getDeclaringClass() + " | " + c.getEnclosingMethod() + " | " + c.isAnonymousClass() + c.isLocalClass() + c.isMemberClass() + " " + java.lang.reflect.Modifier.toString(c.getModifiers()));
        try { InnerClasses none = null; none.new Inner(); } catch (NullPointerException e) { System.out.println("null outer"); }
        var anon = new Object() { int count; int next() { return ++count; } };
        anon.next();
        System.out.println(anon.next() + anon.count);
    }
}
