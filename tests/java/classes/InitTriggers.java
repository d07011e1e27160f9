package classes;

import java.io.*;
import java.lang.annotation.*;
import java.lang.invoke.*;
import java.lang.reflect.*;
import java.util.*;

/** What initialises a class and what does not: each line tells what one use initialised. */
public class InitTriggers {
    static final StringBuilder LOG = new StringBuilder();
    static <T> T say(String name, T value) { LOG.append(' ').append(name); return value; }

    interface Act { Object run() throws Throwable; }
    static void t(String what, Act act) {
        LOG.setLength(0);
        String result;
        try { Object r = act.run(); result = r == null ? "" : " -> " + (r instanceof String || r instanceof Number || r instanceof Boolean ? r : r.getClass().getSimpleName()); }
        catch (InvocationTargetException e) { result = " !! ITE " + e.getCause(); }
        catch (Throwable e) { result = " !! " + e; }
        System.out.println(what + ":" + (LOG.length() == 0 ? " nothing" : LOG) + result.replaceAll("0x[0-9a-f]+", "0x"));
    }
    static Class<?> c(String name) throws Exception { return Class.forName("classes.InitTriggers$" + name, false, InitTriggers.class.getClassLoader()); }

    // Each class is used once, so there is one for each use.
    static class B1 { static Object x = say("B1", ""); static int f; static void m() { } B1() { } int i; void v() { } }
    static class B2 { static Object x = say("B2", ""); static int f; static void m() { } B2() { } int i; void v() { } }
    static class B3 { static Object x = say("B3", ""); static int f; static void m() { } B3() { } int i; void v() { } }
    static class B4 { static Object x = say("B4", ""); static int f; static void m() { } B4() { } int i; void v() { } }
    static class B5 { static Object x = say("B5", ""); static int f; static void m() { } B5() { } int i; void v() { } }
    static class B6 { static Object x = say("B6", ""); static int f; static void m() { } B6() { } int i; void v() { } }
    static class B7 { static Object x = say("B7", ""); static int f; static void m() { } B7() { } int i; void v() { } }
    static class B8 { static Object x = say("B8", ""); static int f; static void m() { } B8() { } int i; void v() { } }
    static class B9 { static Object x = say("B9", ""); static int f; static void m() { } B9() { } int i; void v() { } }
    static class B10 { static Object x = say("B10", ""); static int f; static void m() { } B10() { } int i; void v() { } }
    static class B11 { static Object x = say("B11", ""); static int f; static void m() { } B11() { } int i; void v() { } }
    static class B12 { static Object x = say("B12", ""); static int f; static void m() { } B12() { } int i; void v() { } }
    static class B13 { static Object x = say("B13", ""); static int f; static void m() { } B13() { } int i; void v() { } }
    static class B14 { static Object x = say("B14", ""); static int f; static void m() { } B14() { } int i; void v() { } }
    static class B15 { static Object x = say("B15", ""); static int f; static void m() { } B15() { } int i; void v() { } }
    static class B16 { static Object x = say("B16", ""); static int f; static void m() { } B16() { } int i; void v() { } }
    static class B17 { static Object x = say("B17", ""); static int f; static final int C = 5; static final Integer D = 6; static final String S = "s"; }
    static class B18 { static Object x = say("B18", ""); static int f; }
    static class B18Sub extends B18 { static Object x = say("B18Sub", ""); }
    interface I1 { Object X = say("I1", ""); void m(); }
    static class I1Impl implements I1 { static Object x = say("I1Impl", ""); public void m() { } }
    interface I2 { Object X = say("I2", ""); default void m() { } }
    static class I2Impl implements I2 { static Object x = say("I2Impl", ""); }
    interface I3 { Object X = say("I3", ""); static void s() { } }
    interface I4 { Object X = say("I4", ""); void m(); }
    interface I4Sub extends I4 { Object Y = say("I4Sub", ""); default void d() { } }
    static class I4Impl implements I4Sub { static Object x = say("I4Impl", ""); public void m() { } }
    interface I5 { Object X = say("I5", ""); private void p() { } default void d() { } void m(); }
    interface I5Sub extends I5 { Object Y = say("I5Sub", ""); }
    static class I5Impl implements I5Sub { static Object x = say("I5Impl", ""); public void m() { } }
    interface I6 { Object X = say("I6", ""); private static void p() { } static void q() { } }
    static class I6Impl implements I6 { static Object x = say("I6Impl", ""); }
    interface I7 { Object X = say("I7", ""); void m(); }
    static class I7Impl implements I7 { public void m() { } }
    interface I8 { Object X = say("I8", ""); void m(); }
    static class I8Impl implements I8 { public void m() { } }
    interface I9 { Object X = say("I9", ""); String toString(); int v(); }
    interface I10 { Object X = say("I10", ""); int v = say("I10", 3); }
    static class I10Impl implements I10 { static Object x = say("I10Impl", ""); }
    enum E1 { A, B; static { say("E1", ""); } }
    enum E2 { A, B; static { say("E2", ""); } }
    enum E3 { A, B { int x; }; static { say("E3", ""); } }
    enum E4 { A, B; static { say("E4", ""); } }
    @Retention(RetentionPolicy.RUNTIME) @interface An { Class<?> value() default Object.class; E4 e() default E4.A; Object X = say("An", ""); }
    @An(B15.class) static class Annotated { static Object x = say("Annotated", ""); }
    record R1(int a) { static Object x = say("R1", ""); }
    static class Ser1 implements Serializable { static Object x = say("Ser1", ""); }
    static class Ser2Base { static Object x = say("Ser2Base", ""); Ser2Base() { } }
    static class Ser2 extends Ser2Base implements Serializable { static Object x = say("Ser2", ""); int a; }
    static class Ser3 implements Serializable { private static final long serialVersionUID = 1; static Object x = say("Ser3", ""); }
    static class SerNoInit extends Ser1 { }
    static class Bad { static Object x = say("Bad", ""); static { if (true) throw new IllegalStateException("no"); } static void m() { } int i; }
    static class Bad2 { static Object x = say("Bad2", ""); static { if (true) throw new IllegalStateException("no"); } }
    static class P1 { static Object x = say("P1", ""); }
    static class P1Sub extends P1 { static Object x = say("P1Sub", ""); static int f; }
    static class P2 { static Object x = say("P2", ""); static int f; static void m() { } }
    static class P2Sub extends P2 { static Object x = say("P2Sub", ""); }
    static class P3 { static Object x = say("P3", ""); static int f; static void m() { } }
    static class P3Sub extends P3 { static Object x = say("P3Sub", ""); }
    static class Cast1 { static Object x = say("Cast1", ""); }
    static class Lam1 { static Object x = say("Lam1", ""); static void m() { } Lam1() { } }
    static class Lam2 { static Object x = say("Lam2", ""); static void m() { } Lam2() { } }
    static class Prox { static Object x = say("Prox", ""); }
    interface ProxI { Object X = say("ProxI", ""); void m(); }
    static class Hid { static Object x = say("Hid", ""); }
    static class Ex extends Exception { static Object x = say("Ex", ""); }
    static class Loaded { static Object x = say("Loaded", ""); }

    static void catcher() { try { String.valueOf(1); } catch (Exception e) { if (e instanceof Ex) throw new Error(); } }

    public static void main(String[] args) throws Exception {
        MethodHandles.Lookup l = MethodHandles.lookup();
        t("static field get", () -> B1.f);
        t("static method", () -> { B2.m(); return null; });
        t("new", () -> new B3() != null);
        t("array", () -> new B4[1].length);
        t("array array", () -> new B4[1][2].length);
        t("class literal", () -> B4.class.getName());
        t("instanceof", () -> (Object) "" instanceof Cast1);
        t("cast of null", () -> { Object o = null; return (Cast1) o == null; });
        t("constants", () -> B17.C + B17.S);
        t("boxed constant", () -> B17.D);
        t("field of superclass through subclass", () -> B18Sub.f);
        t("handler", () -> { catcher(); return null; });
        t("forName false", () -> c("B5"));
        t("forName true", () -> Class.forName("classes.InitTriggers$B5"));
        t("forName array", () -> Class.forName("[Lclasses.InitTriggers$B6;"));
        t("loadClass", () -> InitTriggers.class.getClassLoader().loadClass("classes.InitTriggers$Loaded"));
        t("getDeclaredMethods", () -> c("B6").getDeclaredMethods().length);
        t("getDeclaredConstructor", () -> c("B6").getDeclaredConstructor());
        t("getDeclaredField", () -> c("B6").getDeclaredField("f"));
        t("getModifiers, isEnum, getInterfaces", () -> { Class<?> k = c("B6"); return k.getModifiers() + " " + k.isEnum() + k.getInterfaces().length + k.getSuperclass(); });
        t("getAnnotations", () -> c("Annotated").getAnnotation(An.class).value().getSimpleName());
        t("annotation default", () -> c("Annotated").getAnnotation(An.class).e());
        t("cast, isInstance, isAssignableFrom", () -> { Class<?> k = c("B6"); return k.isInstance("") + "" + k.isAssignableFrom(String.class) + k.cast(null); });
        t("Array.newInstance", () -> Array.newInstance(c("B6"), 2));
        t("getEnumConstants", () -> c("E1").getEnumConstants().length);
        t("Enum.valueOf", () -> Enum.valueOf((Class) c("E2"), "B"));
        t("EnumSet", () -> EnumSet.noneOf((Class) c("E3")).size());
        t("EnumMap", () -> new EnumMap((Class) c("E4")).size());
        t("record components", () -> c("R1").getRecordComponents().length);

        Method staticM = c("B6").getDeclaredMethod("m");
        t("Method.setAccessible", () -> { staticM.setAccessible(true); return null; });
        t("Method.invoke static, wrong arguments", () -> staticM.invoke(null, 1));
        t("Method.invoke static", () -> staticM.invoke(null));
        t("Method.invoke instance, null receiver", () -> c("B7").getDeclaredMethod("v").invoke(null));
        t("Method.invoke instance, wrong receiver", () -> c("B8").getDeclaredMethod("v").invoke(""));
        t("Method.invoke of interface method", () -> c("I1").getDeclaredMethod("m").invoke(new I1Impl()));
        t("Method.invoke of interface method, null", () -> c("I7").getDeclaredMethod("m").invoke(null));
        t("Method.invoke of interface method, wrong", () -> c("I8").getDeclaredMethod("m").invoke(""));
        t("Method.invoke of default", () -> c("I2").getDeclaredMethod("m").invoke(new I2Impl()));
        t("Method.invoke of interface static", () -> c("I3").getDeclaredMethod("s").invoke(null));
        t("Method.invoke of sub, declared above", () -> { Method m = c("I4").getDeclaredMethod("m"); return m.invoke(new I4Impl()); });
        t("new with defaults above", () -> new I5Impl() != null);
        t("new with static interface method", () -> new I6Impl() != null);
        t("new with constant field", () -> new I10Impl() != null);
        t("interface constant", () -> I10.v);
        t("Constructor.newInstance", () -> c("B9").getDeclaredConstructor().newInstance());
        t("Constructor.newInstance, wrong arguments", () -> c("B10").getDeclaredConstructor().newInstance(1));
        t("Field.get static", () -> { Field f = c("B11").getDeclaredField("f"); LOG.append(" got"); return f.getInt(null); });
        t("Field.set static", () -> { Field f = c("B12").getDeclaredField("f"); f.setInt(null, 4); return null; });
        t("Field.get instance, null", () -> { Field f = c("B13").getDeclaredField("i"); return f.getInt(null); });
        t("Field.get final constant", () -> { Field f = I9.class.getDeclaredField("X"); return f.get(null); });
        t("findStatic", () -> { MethodHandle h = l.findStatic(c("B14"), "m", MethodType.methodType(void.class)); LOG.append(" found"); h.invoke(); return null; });
        t("findConstructor", () -> { MethodHandle h = l.findConstructor(c("B15"), MethodType.methodType(void.class)); LOG.append(" found"); return h.invoke(); });
        t("findStaticGetter", () -> { MethodHandle h = l.findStaticGetter(c("B16"), "f", int.class); LOG.append(" found"); return h.invoke(); });
        t("findStatic of super", () -> { MethodHandle h = l.findStatic(c("P2Sub"), "m", MethodType.methodType(void.class)); LOG.append(" found"); h.invoke(); return null; });
        t("findStaticVarHandle", () -> { VarHandle h = l.findStaticVarHandle(c("P1Sub"), "f", int.class); LOG.append(" found"); return h.get(); });
        t("findStaticSetter of super", () -> { MethodHandle h = l.findStaticSetter(c("P3Sub"), "f", int.class); LOG.append(" found"); h.invoke(3); return null; });
        t("findVirtual", () -> l.findVirtual(c("Cast1"), "toString", MethodType.methodType(String.class)) != null);
        t("Lookup.findClass", () -> l.findClass("classes.InitTriggers$Cast1"));
        t("Lookup.accessClass", () -> l.accessClass(Cast1.class));
        t("Lookup.ensureInitialized", () -> l.ensureInitialized(c("Cast1")));
        t("method reference", () -> { Runnable r = Lam1::m; LOG.append(" linked"); r.run(); return null; });
        t("constructor reference", () -> { java.util.function.Supplier<?> r = Lam2::new; LOG.append(" linked"); r.get(); return null; });
        t("proxy", () -> { ProxI p = (ProxI) Proxy.newProxyInstance(InitTriggers.class.getClassLoader(), new Class<?>[] {ProxI.class}, (o, m, a) -> null); LOG.append(" made"); p.m(); return null; });
        byte[] hidden = InitTriggers.class.getResourceAsStream("InitTriggers$Hid.class").readAllBytes();
        t("defineHiddenClass false", () -> l.defineHiddenClass(hidden, false) != null);
        t("defineHiddenClass true", () -> l.defineHiddenClass(hidden, true) != null);
        t("serialVersionUID, default", () -> ObjectStreamClass.lookup(c("Ser1")).getSerialVersionUID() != 0);
        t("serialVersionUID of sub", () -> ObjectStreamClass.lookup(c("SerNoInit")).getSerialVersionUID() != 0);
        t("serialVersionUID, declared", () -> ObjectStreamClass.lookup(c("Ser3")).getSerialVersionUID());
        t("serialise", () -> {
            ByteArrayOutputStream b = new ByteArrayOutputStream();
            new ObjectOutputStream(b).writeObject(new Ser2());
            LOG.append(" written");
            return new ObjectInputStream(new ByteArrayInputStream(b.toByteArray())).readObject();
        });
        sun.misc.Unsafe u = unsafe();
        t("shouldBeInitialized", () -> u.shouldBeInitialized(c("Prox")));
        t("ensureClassInitialized", () -> { u.ensureClassInitialized(c("Prox")); return u.shouldBeInitialized(c("Prox")); });
        t("shouldBeInitialized, no initialiser", () -> u.shouldBeInitialized(c("SerNoInit")) + " " + u.shouldBeInitialized(int[].class));
        t("allocateInstance", () -> u.allocateInstance(c("Ex")));
        t("initialiser throws", () -> { Bad.m(); return null; });
        t("again", () -> { Bad.m(); return null; });
        t("again by reflection", () -> c("Bad").getDeclaredMethod("m").invoke(null));
        t("again by new", () -> new Bad());
        t("shouldBeInitialized of the bad", () -> u.shouldBeInitialized(c("Bad")));
        t("members of the bad", () -> c("Bad").getDeclaredMethods().length);
        t("initialiser throws in newInstance", () -> c("Bad2").getDeclaredConstructor().newInstance());
        t("newInstance again", () -> c("Bad2").newInstance());
    }
    static sun.misc.Unsafe unsafe() throws Exception {
        Field f = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        f.setAccessible(true);
        return (sun.misc.Unsafe) f.get(null);
    }
}
