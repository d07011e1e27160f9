package arrays;

public class CopyErrors {
  interface T {
    void run();
  }
  static void t(String name, T r) {
    try {
      r.run();
      System.out.println(name + ": ok");
    } catch (Throwable e) {
      System.out.println(name + ": " + e);
    }
  }
  public static void main(String[] a) {
    int[] i = new int[10];
    Object[] o = new Object[5];
    String[] s = new String[5];
    Integer[] in = new Integer[3];
    long[] l = new long[4];
    t("1", () -> System.arraycopy(i, 5, i, 0, 7));
    t("2", () -> System.arraycopy(i, -1, i, 0, 7));
    t("3", () -> System.arraycopy(i, 0, i, -2, 7));
    t("4", () -> System.arraycopy(i, 0, i, 4, 7));
    t("5", () -> System.arraycopy(i, 0, i, 0, -7));
    t("6", () -> System.arraycopy(i, 0, o, 0, 1));
    t("7", () -> System.arraycopy(o, 0, i, 0, 1));
    t("8", () -> System.arraycopy(i, 0, l, 0, 1));
    t("9", () -> System.arraycopy("x", 0, l, 0, 1));
    t("10", () -> System.arraycopy(l, 0, "x", 0, 1));
    t("11", () -> System.arraycopy(o, 0, "x", 0, 1));
    t("12", () -> System.arraycopy(null, 0, "x", 0, 1));
    t("13", () -> System.arraycopy(s, 0, o, 0, 5));
    o[2] = 3;
    t("14", () -> System.arraycopy(o, 0, s, 0, 5));
    t("15", () -> System.arraycopy(in, 0, s, 0, 3));
    in[0] = 1;
    t("16", () -> System.arraycopy(in, 0, s, 0, 3));
    t("17", () -> System.arraycopy(o, 3, s, 0, 5));
    t("18", () -> System.arraycopy(new int[2][3], 0, new long[3][3], 0, 2));
    int[][] x = {{1}, {2}};
    t("19", () -> System.arraycopy(x, 0, new long[3][3], 0, 2));
    t("20", () -> System.arraycopy(i, Integer.MAX_VALUE, i, 0, Integer.MAX_VALUE));
    t("21", () -> {
      Object c = new Object();
      try {
        ((Runnable) c).run();
      } finally {
      }
    });
    for (int k = 0; k < 10; k++) i[k] = k;
    System.arraycopy(i, 0, i, 3, 7);
    System.out.println(java.util.Arrays.toString(i));
  }
}
