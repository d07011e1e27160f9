package classes;

public class InitErrors {
    static class Throws { static int x = compute(); static int compute() { throw new IllegalStateException("boom"); } static void m() { } }
    static class ThrowsError { static { if (true) throw new AssertionError("an error passes unwrapped"); } }
    static class ThrowsChecked { static { InitErrors.<RuntimeException>sneak(new java.io.IOException("checked")); } }
    static class Child extends Throws { static int y = 1; }
    static class DividesByZero { static int z = 1 / Integer.parseInt("0"); }
    static class NullConstant { static final String S = null; static int n = S.length(); }
    interface Failing { int V = Integer.parseInt("not a number"); default void m() { } }
    static class UsesFailing implements Failing { }
    enum Broken { A, B; Broken() { if (ordinal() == 1) throw new RuntimeException("no B"); } }
    @SuppressWarnings("unchecked") static <T extends Throwable> void sneak(Throwable t) throws T { throw (T) t; }

    interface Action { void run() throws Exception; }

    static void attempt(String what, Action a) {
        for (int i = 0; i < 2; i++) {
            try {
                a.run();
                System.out.println(what + " worked");
            } catch (Throwable t) {
                StringBuilder s = new StringBuilder(what);
                for (Throwable c = t; c != null; c = c.getCause()) s.append(" <- ").append(c.getClass().getName()).append(": ").append(c.getMessage());
                System.out.println(s);
                if (t instanceof ExceptionInInitializerError e && e.getException() != t.getCause()) System.out.println("getException differs");
            }
        }
    }

    public static void main(String[] args) {
        attempt("field", () -> System.out.println(Throws.x));
        attempt("method", Throws::m);
        attempt("new", Throws::new);
        attempt("child", () -> System.out.println(Child.y));
        attempt("error", ThrowsError::new);
        attempt("checked", ThrowsChecked::new);
        attempt("divide", () -> DividesByZero.z++);
        attempt("null", () -> NullConstant.n++);
        attempt("interface", UsesFailing::new);
        attempt("enum", () -> Broken.valueOf("A"));
        attempt("reflection", () -> Class.forName("classes.InitErrors$Reflected"));
        attempt("array of broken", () -> System.out.println(new Throws[2].length));
        attempt("forName without init", () -> System.out.println(Class.forName("classes.InitErrors$Throws", false, InitErrors.class.getClassLoader()).getSimpleName()));
        attempt("reflective call", () -> Throws.class.getDeclaredMethod("m").invoke(null));
        attempt("missing", () -> Class.forName("classes.NoSuchClassAtAll"));
        attempt("bad name", () -> Class.forName("classes/InitErrors"));
        attempt("array name", () -> System.out.println(Class.forName("[[Lclasses.InitErrors;") + " " + Class.forName("[I")));
        attempt("bad array name", () -> Class.forName("[Lclasses.InitErrors"));
    }
    static class Reflected { static { Object o = "s"; Integer i = (Integer) o; } }
}
