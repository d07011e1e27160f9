package classes;

public class InitOrder {
    static StringBuilder log = new StringBuilder();

    static int note(String s) { log.append(s).append(' '); return 1; }

    static class Super { static int a = note("Super.static"); int b = note("Super.field"); { note("Super.block"); } Super() { note("Super()"); virtual(); } void virtual() { note("Super.virtual"); } }
    static class Sub extends Super { static int a2 = note("Sub.static"); int c = note("Sub.field"); int d = 5; { note("Sub.block"); } Sub() { super(); note("Sub()"); } Sub(int i) { this(); note("Sub(int)"); } @Override void virtual() { note("Sub.virtual" + c + d); } }
    interface Quiet { int CONSTANT = 7; int COMPUTED = note("Quiet"); }
    interface WithDefault { int X = note("WithDefault"); default void m() { } }
    interface Derived extends WithDefault { int Y = note("Derived"); default void n() { } }
    static class Implements implements Quiet, Derived { static { note("Implements"); } }
    static class Constants { static final int A = 1; static final String B = "b"; static final Integer C = note("Constants"); static int d = 4; }
    static class OnlyArray { static { note("OnlyArray"); } }
    static class ByReflection { static { note("ByReflection"); } }
    static class ByInstanceof { static { note("ByInstanceof"); } }
    static class ByStaticMethod { static { note("ByStaticMethod"); } static void m() { } }
    static class ByStaticField extends Super2 { static { note("ByStaticField"); } }
    static class Super2 { static int inherited = note("Super2"); }
    enum E { A, B; static { note("E.static"); } E() { log.append("E.").append(name()).append(' '); } }
    static class Circular1 { static int x = note("C1start") + Circular2.y; static { note("C1end" + x); } }
    static class Circular2 { static int y = note("C2start") + Circular1.x; static { note("C2end" + y); } }
    static class Self { static Self instance = new Self(); static int counter = 5; int seen; Self() { seen = ++counter; } }

    static void show(String what) { System.out.println(what + ": " + log); log.setLength(0); }

    public static void main(String[] args) throws Exception {
        show("start");
        new Sub(1); show("new Sub(1)");
        new Sub(); show("new Sub()");
        int k = Quiet.CONSTANT; show("interface constant");
        new Implements(); show("new Implements");
        k += Quiet.COMPUTED; show("interface computed");
        k += Constants.A + Constants.B.length(); show("constants");
        Object array = new OnlyArray[3]; show("array");
        Class<?> c = OnlyArray[].class; c = OnlyArray.class; show("class literal");
        boolean b = array instanceof ByInstanceof[] || (Object) array instanceof ByInstanceof; show("instanceof");
        Class.forName("classes.InitOrder$ByReflection", false, InitOrder.class.getClassLoader()); show("forName false");
        Class.forName("classes.InitOrder$ByReflection"); show("forName");
        ByStaticMethod.m(); show("static method");
        k += ByStaticField.inherited; show("inherited field");
        k += Derived.Y; show("derived interface");
        E.A.name(); show("enum");
        k = Circular1.x; show("circular");
        System.out.println(Circular1.x + " " + Circular2.y);
        System.out.println(Self.counter + " " + Self.instance.seen);
        Constants.d++; show("non-constant");
        java.lang.reflect.Field f = Super2.class.getDeclaredField("inherited"); show("getField"); f.get(null); show("get");
        Object lambda = (Runnable) LambdaHolder::run; show("method ref made"); ((Runnable) lambda).run(); show("method ref run");
        java.lang.reflect.Array.newInstance(ReflectArray.class, 2); show("reflective array");
        ReflectNew.class.getDeclaredConstructor().newInstance(); show("reflective new");
    }
    static class LambdaHolder { static { note("LambdaHolder"); } static void run() { note("ran"); } }
    static class ReflectArray { static { note("ReflectArray"); } }
    static class ReflectNew { static { note("ReflectNew"); } ReflectNew() { note("made"); } }
}
