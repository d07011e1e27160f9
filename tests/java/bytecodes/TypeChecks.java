package bytecodes;

public class TypeChecks {
    interface I {}
    interface J extends I {}
    static class A implements I {}
    static class B extends A implements J {}
    static final class F {}
    enum E { X { }, Y }

    static String is(Object o) {
        StringBuilder s = new StringBuilder();
        s.append(o instanceof Object ? 'o' : '-').append(o instanceof I ? 'I' : '-').append(o instanceof J ? 'J' : '-').append(o instanceof A ? 'A' : '-').append(o instanceof B ? 'B' : '-').append(o instanceof F ? 'F' : '-').append(o instanceof E ? 'E' : '-');
        s.append(o instanceof Object[] ? 'o' : '-').append(o instanceof I[] ? 'I' : '-').append(o instanceof A[] ? 'A' : '-').append(o instanceof B[] ? 'B' : '-').append(o instanceof int[] ? 'i' : '-').append(o instanceof byte[] ? 'b' : '-').append(o instanceof boolean[] ? 'z' : '-');
        s.append(o instanceof Object[][] ? 'o' : '-').append(o instanceof A[][] ? 'A' : '-').append(o instanceof int[][] ? 'i' : '-').append(o instanceof Cloneable ? 'C' : '-').append(o instanceof java.io.Serializable ? 'S' : '-').append(o instanceof Cloneable[] ? 'c' : '-').append(o instanceof java.io.Serializable[][] ? 's' : '-').append(o instanceof Comparable ? '<' : '-').append(o instanceof Number ? 'n' : '-');
        return s.toString();
    }

    interface Action { Object run(); }

    static void cast(Action a) {
        try {
            Object o = a.run();
            System.out.println("ok " + (o == null ? null : o.getClass().getSimpleName()));
        } catch (ClassCastException e) {
            System.out.println(e.getMessage());
        }
    }

    public static void main(String[] args) {
        Object[] all = {null, new Object(), new A(), new B(), new F(), E.X, E.Y, new Object[0], new I[0], new A[0], new B[0], new int[0], new byte[0], new boolean[0], new Object[0][], new A[0][], new B[0][0], new int[0][], new int[0][][], "s", 1, 2.5, 'c', new String[0], new J[0][], new Integer[0][][]};
        for (Object o : all) System.out.println(is(o) + " " + (o == null ? "null" : o.getClass().getTypeName()));
        Object b = new B(), a = new A(), f = new F(), ints = new int[1], bs = new B[1], as = new A[1], string = "s", number = 5;
        cast(() -> (A) b);
        cast(() -> (J) b);
        cast(() -> (I) null);
        cast(() -> (B) a);
        cast(() -> (J) a);
        cast(() -> (I) f);
        cast(() -> (int[]) ints);
        cast(() -> (long[]) ints);
        cast(() -> (Object[]) ints);
        cast(() -> (A[]) bs);
        cast(() -> (B[]) as);
        cast(() -> (I[]) as);
        cast(() -> (Cloneable) ints);
        cast(() -> (Integer) string);
        cast(() -> (String) number);
        cast(() -> (Comparable<?>) a);
        cast(() -> (Object[][]) as);
        cast(() -> (int[][]) (Object) new long[1][1]);
        cast(() -> E.class.cast(string));
        cast(() -> String[].class.cast(as));
        cast(() -> { for (Integer i : (java.util.List<Integer>) (java.util.List<?>) java.util.List.of("x")) return i; return null; });
    }
}
