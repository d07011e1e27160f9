package classes;

import java.io.IOException;
import java.util.Set;

/** Superclasses and superinterfaces must be accessible to the class that names them. */
public class SuperAccess {
    static class Hidden {}

    abstract static class AbstractHidden {}

    interface HiddenInterface {}

    public static class Shown {}

    public static class OfHidden extends Hidden {}

    public static class OfAbstract extends AbstractHidden {}

    public static class OfInterface implements Runnable, HiddenInterface {
        @Override public void run() {}
    }

    public static class OfShown extends Shown {}

    interface SubInterface extends HiddenInterface {}

    /** Defines the classes of a set itself: they get a run-time package of their own. */
    static class Own extends ClassLoader {
        final Set<String> own;

        Own(String... own) {
            super("own", SuperAccess.class.getClassLoader());
            this.own = Set.of(own);
        }

        @Override protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) return loaded;
            if (!own.contains(name.replaceFirst(".*\\$", ""))) return super.loadClass(name, resolve);
            try {
                byte[] bytes =
                        SuperAccess.class.getResourceAsStream("/" + name.replace('.', '/') + ".class").readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    static void load(String name, String... own) {
        for (int i = 0; i < 2; i++) {
            ClassLoader loader = new Own(own);
            try {
                Class<?> c = loader.loadClass("classes.SuperAccess$" + name);
                System.out.println(c.getName() + " " + (c.getClassLoader() == loader));
            } catch (Throwable t) {
                System.out.println(t.toString().replaceAll("@[0-9a-f]+", "@H"));
            }
        }
    }

    public static void main(String[] args) {
        load("OfHidden", "OfHidden");
        load("OfHidden", "OfHidden", "Hidden");
        load("OfHidden", "Hidden");
        load("OfAbstract", "OfAbstract");
        load("OfInterface", "OfInterface");
        load("OfInterface", "OfInterface", "HiddenInterface");
        load("SubInterface", "SubInterface");
        load("OfShown", "OfShown");
    }
}
