package classes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup.ClassOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Nests and permitted subclasses whose classes a loader does not have, has twice, or fails for; hidden members. */
public class NestsOfLoaders {
    public static class Inner implements Supplier<Object> {
        private int secret = 7;

        @Override public Object get() {
            Supplier<Integer> lambda = () -> secret;
            Class<?> c = lambda.getClass();
            return lambda.get() + " " + Inner.class.getNestHost().getName() + " "
                    + (c.getNestHost() == Inner.class.getNestHost()) + " " + c.isNestmateOf(Inner.class) + " "
                    + Arrays.equals(c.getNestMembers(), Inner.class.getNestMembers());
        }
    }

    public static class Second {}

    public static class Third {}

    sealed interface Shape permits Round, Flat, Odd {}

    record Round() implements Shape {}

    record Flat() implements Shape {}

    record Odd() implements Shape {}

    static final Map<String, byte[]> FILES = new HashMap<>();

    static byte[] read(String name) {
        try {
            return NestsOfLoaders.class.getResourceAsStream(name.replaceFirst(".*[.]", "") + ".class").readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Defines the classes of this program itself, except those it has another answer for. */
    static class Own extends ClassLoader {
        final Map<String, Object> answers;

        Own(Map<String, Object> answers) {
            super(NestsOfLoaders.class.getClassLoader());
            this.answers = answers;
        }

        @Override protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) return loaded;
            if (!name.startsWith("classes.NestsOfLoaders")) return super.loadClass(name, resolve);
            Object answer = answers.get(name.replaceFirst(".*[.$]", ""));
            if (answer instanceof Class) return (Class<?>) answer;
            if (answer instanceof Error) throw (Error) answer;
            if (answer instanceof RuntimeException) throw (RuntimeException) answer;
            if (answer != null) throw new ClassNotFoundException(answer.toString());
            byte[] bytes = FILES.computeIfAbsent(name, NestsOfLoaders::read);
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    static String names(Class<?>[] classes) {
        return Arrays.toString(Arrays.stream(classes).map(c -> c.getName().replaceFirst(".*[$]", "")).toArray());
    }

    static void nest(String what, Map<String, Object> answers) {
        try {
            Own loader = new Own(answers);
            Class<?> inner = loader.loadClass("classes.NestsOfLoaders$Inner");
            for (int i = 0; i < 2; i++) {
                System.out.println(what + ": " + inner.getNestHost().getName() + " " + names(inner.getNestMembers()));
            }
            System.out.println(((Supplier<?>) inner.getDeclaredConstructor().newInstance()).get());
            Class<?> second = loader.loadClass("classes.NestsOfLoaders$Second");
            try {
                System.out.println(inner.getSimpleName());
            } catch (IncompatibleClassChangeError e) {
                System.out.println(e);
            }
            System.out.println(second.isNestmateOf(inner) + " " + inner.isNestmateOf(NestsOfLoaders.class));
        } catch (Throwable t) {
            System.out.println(what + ": " + t);
        }
    }

    static void permitted(String what, Map<String, Object> answers) {
        try {
            Class<?> shape = new Own(answers).loadClass("classes.NestsOfLoaders$Shape");
            for (int i = 0; i < 2; i++) System.out.println(what + ": " + names(shape.getPermittedSubclasses()));
        } catch (Throwable t) {
            System.out.println(what + ": " + t);
        }
    }

    public static void main(String[] args) throws Exception {
        nest("whole", Map.of());
        nest("host not found", Map.of("NestsOfLoaders", "gone"));
        nest("host of another loader", Map.of("NestsOfLoaders", NestsOfLoaders.class));
        nest("host fails", Map.of("NestsOfLoaders", new IllegalStateException("host")));
        nest("host fails badly", Map.of("NestsOfLoaders", new StackOverflowError("host")));
        nest("host is another class", Map.of("NestsOfLoaders", String.class));
        nest("members missing", Map.of("Third", "gone", "Flat", new LinkageError("flat"), "Odd", new IllegalStateException("odd")));
        nest("member of another loader", Map.of("Third", Third.class));
        nest("member fails badly", Map.of("Third", new OutOfMemoryError("third")));

        permitted("whole", Map.of());
        permitted("some", Map.of("Round", "gone", "Odd", new IllegalStateException("odd")));
        permitted("another loader", Map.of("Flat", Flat.class));
        permitted("none", Map.of("Round", new LinkageError("round"), "Flat", new Error("flat"), "Odd", "gone"));
        permitted("badly", Map.of("Flat", new OutOfMemoryError("flat")));

        byte[] bytes = NestsOfLoaders.class.getResourceAsStream("NestsOfLoaders$Second.class").readAllBytes();
        Class<?> hidden = MethodHandles.lookup().defineHiddenClass(bytes, false, ClassOption.NESTMATE).lookupClass();
        System.out.println(hidden.getNestHost().getSimpleName() + " " + hidden.isNestmateOf(Inner.class) + " "
                + Arrays.equals(hidden.getNestMembers(), NestsOfLoaders.class.getNestMembers()));
        Class<?> alone = MethodHandles.lookup().defineHiddenClass(bytes, false).lookupClass();
        System.out.println((alone.getNestHost() == alone) + " " + alone.getNestMembers().length);
    }
}
