package memory;

import sun.misc.Unsafe;
import java.lang.reflect.*;
import java.lang.invoke.*;
import java.nio.*;
import java.util.*;
public class RawAccess {
  int i = 3;
  long l = 4;
  Object o = "x";
  static int si = 9;
  byte b = 1;
  boolean z = true;
  short s = 2;
  char c = 'c';
  float f = 1.5f;
  double d = 2.5;
  static Object so = "so";
  static class P {
    int q = 7;
    P() { q = 8; }
  }
  enum E { A }
  public static void main(String[] a) throws Throwable {
    Field tf = Unsafe.class.getDeclaredField("theUnsafe");
    tf.setAccessible(true);
    Unsafe u = (Unsafe) tf.get(null);
    RawAccess x = new RawAccess();
    long oi = u.objectFieldOffset(RawAccess.class.getDeclaredField("i"));
    System.out.println(u.getInt(x, oi));
    u.putInt(x, oi, 77);
    System.out.println(
        x.i + " " + u.compareAndSwapInt(x, oi, 77, 78) + u.compareAndSwapInt(x, oi, 77, 79) + x.i);
    System.out.println(u.getAndAddInt(x, oi, 5) + " " + x.i
        + u.getAndSetObject(x, u.objectFieldOffset(RawAccess.class.getDeclaredField("o")), "y") + x.o);
    Object base = u.staticFieldBase(RawAccess.class.getDeclaredField("si"));
    long so = u.staticFieldOffset(RawAccess.class.getDeclaredField("si"));
    u.putInt(base, so, 10);
    System.out.println(si);
    long m = u.allocateMemory(1000);
    u.setMemory(m, 1000, (byte) 5);
    System.out.println(u.getInt(m) + " " + u.getByte(m + 999));
    u.putLong(m + 8, 0x1122334455667788L);
    System.out.println(Long.toHexString(u.getLong(m + 8)) + Integer.toHexString(u.getInt(m + 9))
        + Integer.toHexString(u.getShort(m + 10)) + u.getDouble(m + 16));
    long m2 = u.reallocateMemory(m, 100000);
    System.out.println(Long.toHexString(u.getLong(m2 + 8)));
    u.copyMemory(m2, m2 + 500, 400);
    System.out.println(Long.toHexString(u.getLong(m2 + 508)));
    byte[] arr = new byte[16];
    u.copyMemory(null, m2 + 8, arr, Unsafe.ARRAY_BYTE_BASE_OFFSET, 16);
    System.out.println(Arrays.toString(arr));
    u.freeMemory(m2);
    P p = (P) u.allocateInstance(P.class);
    System.out.println(p.q);
    try {
      u.allocateInstance(Runnable.class);
    } catch (InstantiationException e) {
      System.out.println(e);
    }
    try {
      u.allocateInstance(int[].class);
    } catch (InstantiationException e) {
      System.out.println(e);
    }
    try {
      u.throwException(new java.io.IOException("t"));
    } catch (Exception e) {
      System.out.println(e);
    }
    System.out.println(u.arrayBaseOffset(long[].class) + " " + u.arrayIndexScale(long[].class)
        + u.arrayIndexScale(Object[].class) + u.arrayIndexScale(byte[].class) + u.addressSize());
    System.out.println(u.getByte(x, u.objectFieldOffset(RawAccess.class.getDeclaredField("b"))) + " "
        + u.getBoolean(x, u.objectFieldOffset(RawAccess.class.getDeclaredField("z")))
        + u.getShort(x, u.objectFieldOffset(RawAccess.class.getDeclaredField("s")))
        + u.getChar(x, u.objectFieldOffset(RawAccess.class.getDeclaredField("c")))
        + u.getFloat(x, u.objectFieldOffset(RawAccess.class.getDeclaredField("f")))
        + u.getDoubleVolatile(x, u.objectFieldOffset(RawAccess.class.getDeclaredField("d"))));
    VarHandle vh = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    byte[] bb = new byte[9];
    vh.set(bb, 1, 0x01020304);
    System.out.println(Arrays.toString(bb));
    System.out.println(Integer.toHexString((int) vh.get(bb, 1)));
    VarHandle va = MethodHandles.arrayElementVarHandle(String[].class);
    String[] st = {"a", "b"};
    System.out.println(va.compareAndSet(st, 0, "a", "z") + st[0] + va.getAndSet(st, 1, "q") + st[1]);
    try {
      va.set((Object[]) (Object) st, 0, (Object) 3);
    } catch (Throwable t) {
      System.out.println(t.getClass());
    }
    VarHandle vz = MethodHandles.lookup().findVarHandle(RawAccess.class, "z", boolean.class);
    System.out.println(vz.compareAndSet(x, true, false) + " " + x.z + vz.getAndBitwiseOr(x, true) + x.z);
    VarHandle vb = MethodHandles.lookup().findVarHandle(RawAccess.class, "b", byte.class);
    System.out.println((byte) vb.getAndAdd(x, (byte) 3) + " " + x.b);
    VarHandle vs = MethodHandles.lookup().findVarHandle(RawAccess.class, "s", short.class);
    System.out.println(vs.weakCompareAndSet(x, (short) 2, (short) 9) + " " + x.s);
    VarHandle vd = MethodHandles.lookup().findVarHandle(RawAccess.class, "d", double.class);
    System.out.println((double) vd.getAndAdd(x, 1.0) + " " + x.d);
    ByteBuffer big = ByteBuffer.allocateDirect(1 << 10);
    for (int i = 0; i < big.capacity() / 4; i++) big.putInt(i);
    big.flip();
    long sum = 0;
    while (big.hasRemaining()) sum += big.getInt();
    System.out.println(sum);
    ByteBuffer sl = big.duplicate().position(100).limit(200).slice();
    System.out.println(
        sl.getInt(0) + " " + sl.compareTo(big) + " " + sl.equals(sl.duplicate()) + " " + sl.mismatch(big));
    try {
      ByteBuffer.allocateDirect(8).put(new byte[9]);
    } catch (BufferOverflowException e) {
      System.out.println(e);
    }
    System.out.println(Enum.valueOf(E.class, "A") + " " + E.valueOf("A").hashCode() * 0);
  }
}
