package bytecodes;

public class LargeMethod {
    public static void main(String[] args) throws Exception {
        Class<?> c = Class.forName("bytecodes.Generated");
        for (int i : new int[] {0, 1, 7, 1499, 1500, -1}) System.out.println(i + " " + c.getMethod("far", int.class).invoke(null, i));
        System.out.println(c.getMethod("sum", int.class).invoke(null, 3));
        System.out.println(c.getMethod("strings").invoke(null));
        System.out.println(c.getMethod("locals", long.class).invoke(null, 5L));
    }
}
