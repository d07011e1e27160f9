package handles;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Handles of methods that a class has from interfaces, found through the class. */
public class InheritedDefaults {
    interface Named {
        default String name() { return "Named of " + getClass().getSimpleName(); }
        String required();
    }
    interface Renamed extends Named {
        @Override default String name() { return "Re" + Named.super.name(); }
    }
    static class Plain implements Named {
        @Override public String required() { return "Plain"; }
    }
    static class Sub extends Plain implements Renamed {}
    abstract static class Unfinished implements Named {}
    static class Finished extends Unfinished {
        @Override public String required() { return "Finished"; }
    }
    interface Abstract { String q(); }
    static class Concrete implements Abstract {
        @Override public String q() { return "q"; }
        static MethodHandles.Lookup lookup() { return MethodHandles.lookup(); }
    }

    public static void main(String[] args) throws Throwable {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        MethodType type = MethodType.methodType(String.class);
        MethodHandle name = lookup.findVirtual(Plain.class, "name", type);
        System.out.println(name.type() + " " + (String) name.invoke(new Plain()) + " " + (String) name.invoke((Plain) new Sub()));
        MethodHandle sub = lookup.findVirtual(Sub.class, "name", type);
        System.out.println((String) sub.invokeExact(new Sub()));
        MethodHandle required = lookup.findVirtual(Unfinished.class, "required", type);
        System.out.println((String) required.invoke((Unfinished) new Finished()));
        MethodHandle general = lookup.findVirtual(Named.class, "name", type);
        System.out.println((String) general.invoke((Named) new Sub()));
        MethodHandleInfo info = lookup.revealDirect(name);
        System.out.println(info.getDeclaringClass() + " " + MethodHandleInfo.referenceKindToString(info.getReferenceKind()));
        info = lookup.revealDirect(general);
        System.out.println(info.getDeclaringClass() + " " + MethodHandleInfo.referenceKindToString(info.getReferenceKind()));
        try {
            Concrete.lookup().findSpecial(Abstract.class, "q", type, Concrete.class);
            System.out.println("found");
        } catch (IllegalAccessException e) {
            System.out.println(e.getMessage() + " / " + e.getCause());
        }
        try {
            general.invoke((Named) (Object) "not one");
        } catch (ClassCastException e) {
            System.out.println(e.getClass().getName());
        }
    }
}
