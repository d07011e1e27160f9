package reflection;

import java.lang.reflect.Array;
import java.util.*;
public class ArrayAccess {
  interface T {
    Object run() throws Throwable;
  }
  static void t(String n, T t) {
    try {
      Object r = t.run();
      System.out.println(n + ": "
          + (r == null                     ? null
                  : r.getClass().isArray() ? r.getClass() + " " + Array.getLength(r)
                                           : r + " " + r.getClass()));
    } catch (Throwable e) {
      System.out.println(n + " threw " + e);
    }
  }
  public static void main(String[] args) {
    int[] i = {1, 2, 3};
    Object[] o = {"a", 2};
    boolean[] z = {true};
    byte[] b = {-1};
    char[] c = {'c'};
    short[] s = {-7};
    long[] l = {1L << 40};
    float[] f = {1.5f};
    double[] d = {2.5};
    String[] st = {"q"};
    t("len", () -> Array.getLength(i));
    t("lennull", () -> Array.getLength(null));
    t("lenstr", () -> Array.getLength("x"));
    for (Object x : new Object[] {i, o, z, b, c, s, l, f, d, st}) {
      t("get", () -> Array.get(x, 0));
      t("getoob", () -> Array.get(x, 5));
      t("getneg", () -> Array.get(x, -1));
      t("getInt", () -> Array.getInt(x, 0));
      t("getLong", () -> Array.getLong(x, 0));
      t("getBoolean", () -> Array.getBoolean(x, 0));
      t("getDouble", () -> Array.getDouble(x, 0));
      t("getFloat", () -> Array.getFloat(x, 0));
      t("getChar", () -> Array.getChar(x, 0));
      t("getShort", () -> Array.getShort(x, 0));
      t("getByte", () -> Array.getByte(x, 0));
      t("setnull", () -> {
        Array.set(x, 0, null);
        return Array.get(x, 0);
      });
      t("setInteger", () -> {
        Array.set(x, 0, 77);
        return Array.get(x, 0);
      });
      t("setStr", () -> {
        Array.set(x, 0, "s");
        return Array.get(x, 0);
      });
      t("setInt", () -> {
        Array.setInt(x, 0, 300);
        return Array.get(x, 0);
      });
      t("setByte", () -> {
        Array.setByte(x, 0, (byte) -2);
        return Array.get(x, 0);
      });
      t("setDouble", () -> {
        Array.setDouble(x, 0, 300);
        return Array.get(x, 0);
      });
      t("setBoolean", () -> {
        Array.setBoolean(x, 0, true);
        return Array.get(x, 0);
      });
      t("setChar", () -> {
        Array.setChar(x, 0, 'Q');
        return Array.get(x, 0);
      });
      t("setoob", () -> {
        Array.set(x, 9, 1);
        return Array.get(x, 0);
      });
    }
    t("getx", () -> Array.get("x", 0));
    t("getn", () -> Array.get(null, 0));
    t("setx", () -> {
      Array.set("x", 0, 1);
      return 1;
    });
    t("getIntx", () -> Array.getInt("x", 0));
    t("getIntn", () -> Array.getInt(null, 0));
    t("new", () -> Array.newInstance(int.class, 3));
    t("newo", () -> Array.newInstance(String.class, 3));
    t("newneg", () -> Array.newInstance(String.class, -3));
    t("newvoid", () -> Array.newInstance(void.class, 3));
    t("newnull", () -> Array.newInstance(null, 3));
    t("multi", () -> Array.newInstance(int[].class, 3, 4));
    t("multi1", () -> ((Object[]) Array.newInstance(int[].class, 3, 4))[2]);
    t("multi0", () -> Array.newInstance(int.class, new int[0]));
    t("multineg", () -> Array.newInstance(int.class, 2, -1));
    t("multi256", () -> Array.newInstance(int.class, new int[256]));
    t("multi255", () -> Array.newInstance(int.class, new int[255]).getClass().getName().length());
    t("multin", () -> Array.newInstance(null, 2, -1));
    t("multivoid", () -> Array.newInstance(void.class, 2, 1));
    t("clone", () -> i.clone());
    t("cl2", () -> {
      Object x = new ArrayAccess();
      return new ArrayAccess().clone();
    });
    t("wait", () -> {
      new Object().wait(-1);
      return null;
    });
    t("notify", () -> {
      new Object().notify();
      return null;
    });
    t("wait2", () -> {
      new Object().wait(1);
      return null;
    });
  }
}
