package exceptions;

import exceptions.other.Hidden;
import exceptions.other.Thrower;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * The class of a handler is resolved when the handler is looked at, and what that throws takes the exception's place.
 * Hidden was public when this was compiled and no longer is.
 */
public class HandlerClasses {
    static void earlierHandler() {
        try {
            throw new IllegalStateException("first");
        } catch (IllegalStateException e) {
            System.out.println("earlier handler: " + e.getMessage());
        } catch (Hidden e) {
            System.out.println("not here");
        }
    }

    static void inaccessible() {
        try {
            throw new IllegalArgumentException("lost");
        } catch (Hidden e) {
            System.out.println("not here");
        }
    }

    static void withFinally() {
        try {
            Thrower.fail();
        } catch (Hidden e) {
            System.out.println("not here");
        } finally {
            System.out.println("finally");
        }
    }

    static synchronized void locked() {
        inaccessible();
    }

    // The handler that cannot be looked at lies in another one's range: that one gets the error.
    static void nested() {
        try {
            try {
                Thrower.fail();
            } catch (Hidden e) {
                System.out.println("not here");
            }
        } catch (IllegalAccessError e) {
            System.out.println("nested: " + e.getMessage());
        }
    }

    // The same call site again: what failed once fails again.
    static void show(String what, Runnable action) {
        for (int i = 0; i < 2; i++) {
            try {
                action.run();
                System.out.println(what + ": nothing thrown");
            } catch (Throwable t) {
                System.out.println(what + ": " + t + " at " + t.getStackTrace()[0].getMethodName());
            }
        }
    }

    public static void target(int i) {
        throw new UnsupportedOperationException("call " + i);
    }

    public static void main(String[] args) throws Exception {
        show("earlier", HandlerClasses::earlierHandler);
        show("inaccessible", HandlerClasses::inaccessible);
        show("finally", HandlerClasses::withFinally);
        show("locked", HandlerClasses::locked);
        System.out.println(Thread.holdsLock(HandlerClasses.class));
        show("nested", HandlerClasses::nested);
        show("own", Thrower::catchOwn);
        // Generated accessors have handlers whose classes a loader written in Java finds.
        Method method = HandlerClasses.class.getMethod("target", int.class);
        for (int i = 0; i < 40; i++) {
            try {
                method.invoke(null, i);
            } catch (InvocationTargetException e) {
                if (i % 10 == 9) System.out.println(e.getCause().getMessage());
            }
            try {
                method.invoke(null, "no int");
            } catch (IllegalArgumentException e) {
                if (i % 10 == 9) System.out.println(e.getMessage());
            }
        }
    }
}
