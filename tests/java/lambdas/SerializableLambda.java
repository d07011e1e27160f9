package lambdas;

import java.io.*;
import java.util.function.*;

public class SerializableLambda {
    interface SF<T, R> extends Function<T, R>, Serializable { }
    static <T> T copy(T t) throws Exception { ByteArrayOutputStream b = new ByteArrayOutputStream(); try (ObjectOutputStream o = new ObjectOutputStream(b)) { o.writeObject(t); } try (ObjectInputStream i = new ObjectInputStream(new ByteArrayInputStream(b.toByteArray()))) { @SuppressWarnings("unchecked") T r = (T) i.readObject(); return r; } }
    static String twice(String s) { return s + s; }
    public static void main(String[] args) throws Exception {
        int k = 5; String pre = "pre"; SF<String, String> f = s -> pre + s + k; System.out.println(copy(f).apply("-x-")); SF<String, String> m = SerializableLambda::twice; System.out.println(copy(m).apply("ab")); SF<String, Integer> len = String::length; System.out.println(copy(len).apply("abc")); SF<String, StringBuilder> ctor = StringBuilder::new; System.out.println(copy(ctor).apply("sb").reverse()); SF<Integer, SF<Integer, Integer>> cur = a -> b -> a * b; System.out.println(copy(copy(cur).apply(6)).apply(7));
        Runnable r = (Runnable & Serializable) () -> System.out.println("ran " + pre); copy(r).run(); java.lang.reflect.Method w = f.getClass().getDeclaredMethod("writeReplace"); w.setAccessible(true); java.lang.invoke.SerializedLambda sl = (java.lang.invoke.SerializedLambda) w.invoke(f); System.out.println(sl.getCapturingClass() + " " + sl.getFunctionalInterfaceMethodName() + sl.getFunctionalInterfaceMethodSignature() + " " + sl.getImplMethodSignature() + sl.getCapturedArgCount() + sl.getCapturedArg(0) + sl.getCapturedArg(1) + sl.getInstantiatedMethodType() + sl.getImplMethodKind()); try { copy((Runnable) () -> { }); } catch (NotSerializableException e) { System.out.println("not serializable"); }
        Supplier<String> bound = (Supplier<String> & Serializable) "bound"::toUpperCase; System.out.println(copy(bound).get());
    }
}
