package reflection;

import java.lang.reflect.*;

public class ParameterNames {
    static void m(final int count, String... names) { } ParameterNames(long seed) { } class In { In(double d) { } } enum E { A(1); E(int v) { } } record R(int left, String right) { }
    public static void main(String[] args) throws Exception {
        for (Executable e : new Executable[] {ParameterNames.class.getDeclaredMethod("m", int.class, String[].class), ParameterNames.class.getDeclaredConstructors()[0], In.class.getDeclaredConstructors()[0], E.class.getDeclaredConstructors()[0], R.class.getDeclaredConstructors()[0]}) for (Parameter p : e.getParameters()) System.out.println(p.getName() + " " + p + " " + p.isNamePresent() + p.isImplicit() + p.isSynthetic() + Modifier.toString(p.getModifiers()) + p.isVarArgs());
    }
}
