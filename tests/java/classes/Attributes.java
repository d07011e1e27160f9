package classes;

import java.lang.reflect.*;
import java.util.*;

/** Each attribute of a class file in each place where it could stand: what it says there, and what a second one means. */
public class Attributes {
    static String of(AnnotatedElement e) { return Arrays.toString(e.getAnnotations()).replace("java.lang.", "").replace("(forRemoval=false, since=\"\")", ""); }
    static String describe(Class<?> c) throws Exception {
        StringBuilder s = new StringBuilder();
        Field f = c.getDeclaredField("f");
        Method m = c.getDeclaredMethod("m");
        for (AnnotatedElement e : new AnnotatedElement[] {c, f, m}) s.append(' ').append(of(e));
        s.append(c.isSynthetic() ? " C" : "").append(f.isSynthetic() ? " F" : "").append(m.isSynthetic() ? " M" : "");
        f.setAccessible(true);
        s.append(' ').append(f.getInt(null)).append(' ').append(f.getGenericType()).append(' ').append(m.toGenericString().replace("places." + c.getSimpleName(), ""));
        s.append(m.getDefaultValue()).append(m.getParameters().length).append(m.getExceptionTypes().length).append(m.getParameterAnnotations().length);
        s.append(' ').append(c.getGenericSuperclass()).append(c.getEnclosingClass()).append(c.getNestMembers().length).append(c.isSealed()).append(c.isRecord());
        if (c.isRecord()) for (RecordComponent r : c.getRecordComponents()) s.append(' ').append(of(r)).append(r.getGenericType()).append(r.getGenericSignature()).append(r.getAnnotatedType());
        return s.toString();
    }
    public static void main(String[] args) throws Exception {
        for (String name : ((String) Class.forName("places.Names").getMethod("all").invoke(null)).split("\n")) {
            String r;
            try { r = describe(Class.forName("places." + name)); } catch (Throwable e) { r = " " + e.toString().replaceAll("@[0-9a-f]+", "@"); }
            System.out.println(name + ":" + r);
        }
    }
}
