package loaders;

import java.io.IOException;
import java.io.InputStream;

/** Loads itself again under loaders with different assertion settings. */
public class Assertions {
    static class Again extends ClassLoader {
        Again() {
            super(Assertions.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("loaders.Assertions")) return super.loadClass(name, resolve);
            Class<?> known = findLoadedClass(name);
            if (known != null) return known;
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        String check(int i) throws Exception {
            Class<?> c = loadClass("loaders.Assertions");
            return c.getMethod("check", int.class).invoke(null, i) + " " + c.desiredAssertionStatus();
        }
    }

    static class Nested {
        static String check(int i) {
            try {
                assert i != 7 : i;
                return "nested passed";
            } catch (AssertionError e) {
                return "nested " + e.getMessage();
            }
        }
    }

    public static String check(int i) {
        try {
            assert i > 0 : "not positive " + i;
            assert i < 100;
            assert i != 50 : new IllegalStateException("cause");
            return "passed " + Nested.check(i);
        } catch (AssertionError e) {
            return "failed " + e.getMessage() + " " + e.getCause();
        }
    }

    public static void main(String[] args) throws Exception {
        System.out.println(check(-1) + " " + Assertions.class.desiredAssertionStatus());
        for (int i : new int[] {1, -1, 100, 50, 7}) {
            Again on = new Again(), off = new Again(), byClass = new Again(), byPackage = new Again(), cleared = new Again(), notThis = new Again();
            on.setDefaultAssertionStatus(true);
            off.setDefaultAssertionStatus(false);
            byClass.setClassAssertionStatus("loaders.Assertions", true);
            byPackage.setPackageAssertionStatus("loaders", true);
            cleared.setDefaultAssertionStatus(true);
            cleared.clearAssertionStatus();
            notThis.setDefaultAssertionStatus(true);
            notThis.setClassAssertionStatus("loaders.Assertions", false);
            for (Again a : new Again[] {on, off, byClass, byPackage, cleared, notThis}) System.out.print(a.check(i) + "; ");
            System.out.println();
        }
        System.out.println(java.util.stream.Stream.of(new AssertionError(1), new AssertionError('c'), new AssertionError(1.5), new AssertionError("m", new Error("e")), new AssertionError(true)).map(Object::toString).toList());
    }
}
