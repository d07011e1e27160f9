package exceptions;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** What could not be resolved once fails again in the same way, whatever has changed since. */
public class RepeatedFailures {
    static class Gone {
        static void m() {}
    }

    interface GoneToo {
        void run();
    }

    public interface Body {
        Object run() throws Throwable;
    }

    static void chain(String what, Throwable thrown) {
        System.out.print(what);
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            System.out.print(" <- " + t + " in " + t.getStackTrace()[0].getMethodName());
        }
        System.out.println();
    }

    static void thrice(String what, Body body) {
        for (int i = 0; i < 3; i++) {
            try {
                System.out.println(what + " gave " + body.run());
            } catch (Throwable t) {
                chain(what, t);
            }
        }
    }

    static Object make() { return new Gone(); }

    static Object call() {
        Gone.m();
        return null;
    }

    static Object reference() {
        Runnable r = Gone::m;
        r.run();
        return null;
    }

    static Object constructor() {
        Supplier<Object> s = Gone::new;
        return s.get();
    }

    static Object functional() {
        GoneToo r = RepeatedFailures::make;
        r.run();
        return null;
    }

    /** Of a class loader that is asked about Helper, and answers differently each time. */
    public static class User implements Body {
        @Override public Object run() { return Helper.greet(); }
    }

    static class Helper {
        static Object greet() { return "hello from " + Helper.class.getClassLoader().getClass().getSimpleName(); }
    }

    static class Fickle extends ClassLoader {
        final Object[] answers;
        int asked;

        Fickle(Object... answers) {
            super(RepeatedFailures.class.getClassLoader());
            this.answers = answers;
        }

        @Override protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            boolean helper = name.endsWith("$Helper");
            if (!helper && !name.endsWith("$User")) return super.loadClass(name, resolve);
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) return loaded;
            if (helper) {
                Object answer = answers[asked++];
                if (answer instanceof ClassNotFoundException) throw (ClassNotFoundException) answer;
                if (answer instanceof Error) throw (Error) answer;
                if (answer instanceof RuntimeException) throw (RuntimeException) answer;
                if (answer instanceof Class) return (Class<?>) answer;
            }
            try {
                byte[] bytes =
                        RepeatedFailures.class.getResourceAsStream("/" + name.replace('.', '/') + ".class").readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (java.io.IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    static void fickle(String what, Object first) throws Exception {
        Fickle loader = new Fickle(first, new IllegalStateException("second"), "now it is there");
        Body user = (Body) loader.loadClass(User.class.getName()).getDeclaredConstructor().newInstance();
        thrice(what, user);
        System.out.println(what + " asked " + loader.asked);
    }

    public static void main(String[] args) throws Exception {
        thrice("make", RepeatedFailures::make);
        thrice("call", RepeatedFailures::call);
        thrice("reference", RepeatedFailures::reference);
        thrice("constructor", RepeatedFailures::constructor);
        thrice("functional", RepeatedFailures::functional);
        thrice("literal", () -> Gone.class);
        thrice("array", () -> new Gone[2]);
        thrice("cast", () -> "x".getClass().cast((Object) (Gone) null));
        thrice("instanceof", () -> (Object) List.of() instanceof Gone);

        fickle("not found", new ClassNotFoundException("first"));
        fickle("linkage error", new LinkageError("first"));
        fickle("no message", new NoClassDefFoundError());
        fickle("runtime exception", new IllegalArgumentException("first"));
        fickle("out of memory", new OutOfMemoryError("first"));
        fickle("null", null);
        fickle("another class", String.class);

        Class<?> generated = Class.forName("exceptions.Constants");
        for (String name : Arrays.asList("failing", "wrong", "incompatible", "interfaceAsClass", "classAsInterface")) {
            thrice(name, () -> {
                try {
                    return generated.getMethod(name).invoke(null);
                } catch (java.lang.reflect.InvocationTargetException e) {
                    throw e.getCause();
                }
            });
        }
        System.out.println(Bootstraps.calls);
    }
}
