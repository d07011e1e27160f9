package exceptions;

public class UncaughtHuge {
    public static void main(String[] args) { System.out.println("allocating"); int[][] a = new int[1][]; a[0] = new int[Integer.MAX_VALUE]; System.out.println(a.length); }
}
