package reflection;

import java.lang.annotation.*;
import java.lang.reflect.*;
import java.util.*;

/** Type annotations of a method, a field, a record component and a class are their own, whatever their code has. */
public class TypeAnnotationPlaces {
    @Target({ElementType.TYPE_USE, ElementType.TYPE_PARAMETER}) @Retention(RetentionPolicy.RUNTIME) @interface A { String value(); }
    static @A("ret") String plain(@A("par") String p) { return p; }
    static @A("ret") String local(@A("par") String p) { @A("loc") String s = p; return s; }
    static @A("ret") String cast(@A("par") Object p) { return (@A("cast") String) p; }
    static @A("ret") String inst(@A("par") Object p) { return "" + (p instanceof @A("inst") String); }
    static @A("ret") Object fresh(@A("par") Object p) { return new @A("new") ArrayList<@A("arg") String>(); }
    static void caught() { try { plain(""); } catch (@A("exc") RuntimeException e) { } }
    static void thrown() throws @A("throws") Exception { @A("loc") Exception e = null; }
    static <@A("var") T extends @A("bound") Number> T generic(T t) { @A("loc") T u = t; return u; }
    void receiver(@A("this") TypeAnnotationPlaces this) { @A("loc") Object o = this; }
    TypeAnnotationPlaces(@A("cpar") int i) { @A("loc") int j = i; }
    @A("field") String field = (@A("cast") String) (Object) "";
    static class Sub<@A("cvar") T> extends @A("super") ArrayList<@A("superarg") String> implements @A("itf") Runnable { public void run() { @A("loc") Object o = null; } }
    record R(@A("comp") String s, List<@A("elem") Integer> l) { R { @A("loc") Object o = s; } }

    static String show(AnnotatedType t) { return t == null ? "null" : t.toString().replace("reflection.TypeAnnotationPlaces$", ""); }
    static String show(AnnotatedType[] ts) { StringJoiner j = new StringJoiner(", ", "[", "]"); for (AnnotatedType t : ts) j.add(show(t)); return j.toString(); }
    static void executable(Executable e) {
        System.out.println(e.getName() + ": " + show(e.getAnnotatedReturnType()) + show(e.getAnnotatedParameterTypes()) + " throws " + show(e.getAnnotatedExceptionTypes()) + " receiver " + show(e.getAnnotatedReceiverType()));
        for (TypeVariable<?> v : e.getTypeParameters()) System.out.println("  " + v + " " + Arrays.toString(v.getAnnotations()).replace("reflection.TypeAnnotationPlaces$", "") + " " + show(v.getAnnotatedBounds()));
    }
    public static void main(String[] a) throws Exception {
        Method[] methods = TypeAnnotationPlaces.class.getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::getName));
        for (Method m : methods) if (!m.isSynthetic() && !m.getName().equals("show")) executable(m);
        for (Constructor<?> c : TypeAnnotationPlaces.class.getDeclaredConstructors()) executable(c);
        System.out.println(show(TypeAnnotationPlaces.class.getDeclaredField("field").getAnnotatedType()));
        System.out.println(show(Sub.class.getAnnotatedSuperclass()) + show(Sub.class.getAnnotatedInterfaces()) + Sub.class.getTypeParameters()[0].getAnnotations().length);
        for (RecordComponent c : R.class.getRecordComponents()) System.out.println(c.getName() + " " + show(c.getAnnotatedType()) + " " + show(c.getAccessor().getAnnotatedReturnType()));
        executable(R.class.getDeclaredConstructors()[0]);
    }
}
