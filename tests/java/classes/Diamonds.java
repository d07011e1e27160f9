package classes;

import java.lang.invoke.*;
import java.lang.reflect.*;
import java.util.Arrays;

/** Which default method a class has, of all ways in which its interfaces can declare one; by bytecode, reflection and handles. */
public class Diamonds {
    static String of(Throwable e) { return e instanceof InvocationTargetException i ? of(i.getCause()) : e.toString().replace("java.lang.", ""); }
    static String call(Class<?> c, String name) {
        try { return (String) c.getMethod(name).invoke(null); } catch (Throwable e) { return of(e); }
    }
    static String reflect(Class<?> owner, Object o) {
        try {
            Method m = owner.getMethod("m");
            return m.getDeclaringClass().getSimpleName() + "." + m.invoke(Modifier.isStatic(m.getModifiers()) ? null : o);
        } catch (Throwable e) { return of(e); }
    }
    // Of a call that finds no method only the kind of error is told: java's words there are about its own adapters.
    static String handle(Class<?> owner, Object o) {
        MethodHandle h;
        try { h = MethodHandles.publicLookup().findVirtual(owner, "m", MethodType.methodType(String.class)); } catch (Throwable e) { return of(e); }
        try { return (String) h.invoke(o); } catch (Throwable e) { return e.getClass().getSimpleName(); }
    }
    public static void main(String[] args) throws Exception {
        String all = (String) Class.forName("sets.Names").getMethod("all").invoke(null);
        for (String p : all.split("\n")) {
            p = p.replace('/', '.');
            StringBuilder line = new StringBuilder(p);
            try {
                Class<?> call = Class.forName(p + "Call");
                for (Method m : call.getDeclaredMethods()) if (m.getName().equals("onImpl")) line.append(" by class ").append(call(call, "onImpl"));
                Class<?> impl = Class.forName(p + "Impl");
                Object o = impl.getConstructor().newInstance();
                line.append("; getMethod ").append(reflect(impl, o)).append("; handle ").append(handle(impl, o));
                for (String f : new String[] {"A", "B", "C", "Super"}) {
                    Class<?> k;
                    try { k = Class.forName(p + f); } catch (ClassNotFoundException e) { continue; }
                    if (k.isInterface() && Arrays.stream(k.getDeclaredMethods()).noneMatch(m -> m.getName().equals("m"))) continue;
                    line.append("; ").append(f).append(' ').append(call(call, "on" + f)).append(", ").append(reflect(k, o)).append(", ").append(handle(k, o));
                }
            } catch (Throwable e) { line.append(" !! ").append(of(e)); }
            System.out.println(line);
        }
    }
}
