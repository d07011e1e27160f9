package reflection;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Arrays;

/** The order in which reflection lists methods: by when their names were first met, overloads as sorting leaves them. */
public class MethodOrder {
    static class Calls {
        void callsOthersFirst() { declaredLastUsedFirst(); declaredSecondUsedLast(); }
        void declaredSecondUsedLast() {}
        void neverCalledByAnyone() {}
        void declaredLastUsedFirst() {}
    }

    static class Later extends Calls {
        void onlyInTheSubclass() {}
        @Override void declaredLastUsedFirst() {}
        @Override void callsOthersFirst() {}
    }

    static class Overloads {
        Overloads(int a) {}
        Overloads(long a) {}
        void overloadedSome(int a) {}
        void overloadedMany(int a) {}
        void overloadedMany(long a) {}
        void overloadedSome(long a) {}
        void overloadedMany(String a) {}
        void overloadedMany(Object a) {}
        void overloadedOnce(int a) {}
        void overloadedMany(double a) {}
        void overloadedSome(String a) {}
        void overloadedMany(char a) {}
        Overloads(String a) {}
        Overloads(Object a) {}
        void overloadedMany(byte a) {}
    }

    interface Defaults {
        void firstOfInterface();
        default void secondOfInterface() { lambdaUser(() -> {}); }
        static void lambdaUser(Runnable action) {}
    }

    static void list(Class<?> c) {
        System.out.println(c.getSimpleName());
        for (Constructor<?> k : c.getDeclaredConstructors()) System.out.println("  " + Arrays.toString(k.getParameterTypes()));
        for (Method m : c.getDeclaredMethods()) {
            System.out.println("  " + m.getName() + " " + Arrays.toString(m.getParameterTypes()));
        }
    }

    public static void main(String[] args) {
        list(Calls.class);
        list(Later.class);
        list(Overloads.class);
        list(Defaults.class);
    }
}
