package reflection;

import java.util.Arrays;
import java.util.Comparator;

/** Class.getClasses and getDeclaredClasses, of classes whose members have no members of their own. */
public class MemberClasses {
    public static class Leaf {}
    static class WithInner {
        public class Inner {}
        protected interface Hook {}
    }
    public enum Kind { ONE { void f() {} }, TWO }
    public record Pair(int a, int b) {}
    private static class Hidden extends WithInner {
        public static class Deep extends Leaf {}
    }

    static void list(Class<?> c) {
        System.out.println(c.getName() + " declared by " + c.getDeclaringClass());
        for (Class<?>[] members : new Class<?>[][] {c.getDeclaredClasses(), c.getClasses()}) {
            Arrays.sort(members, Comparator.comparing(Class::getName));
            System.out.println("  " + Arrays.toString(members));
        }
    }

    public static void main(String[] args) {
        list(MemberClasses.class);
        list(Leaf.class);
        list(WithInner.class);
        list(WithInner.Inner.class);
        list(Kind.class);
        list(Kind.ONE.getClass());
        list(Hidden.class);
        list(Hidden.Deep.class);
        list(java.util.Map.class);
        list(Thread.class);
        class Local {
            class InLocal {}
        }
        list(Local.class);
        list(new Object() {}.getClass());
        list(int[].class);
    }
}
