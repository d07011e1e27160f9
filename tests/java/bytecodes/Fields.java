package bytecodes;

public class Fields {
    byte b = -1; short s = -2; char c = 'c'; boolean z = true; int i = -3; long l = 1L << 40; float f = 1.5f; double d = -2.5; Object o = "o"; int[] a = {1};
    volatile int vi; volatile long vl = Long.MIN_VALUE; volatile Object vo; volatile double vd = Math.E;
    static byte sb; static short ss; static char sc; static boolean sz; static int si; static long sl; static float sf; static double sd; static Object so; static volatile long svl;
    final int fi; final String fs;

    static class Parent { int x = 1; static int count; String name() { return "Parent" + x; } }
    static class Child extends Parent { int x = 2; String name() { return super.name() + "Child" + x + super.x + ((Parent) this).x; } }
    static class Mixed { byte a; long b; byte c; Object d; short e; double f; boolean g; int h; char i; Object j; float k; }
    static class MixedChild extends Mixed { byte l; Object m; long n; boolean o; }

    Fields(int v) { fi = v; fs = "fs" + v; }

    public static void main(String[] args) {
        Fields x = new Fields(9);
        System.out.println(x.b + " " + x.s + " " + x.c + " " + x.z + " " + x.i + " " + x.l + " " + x.f + " " + x.d + " " + x.o + " " + x.a[0] + " " + x.fi + x.fs);
        x.b += 200; x.s -= 40000; x.c++; x.z ^= true; x.i >>= 1; x.l <<= 30; x.f /= 0; x.d %= 0; x.o = x; x.a = null;
        System.out.println(x.b + " " + x.s + " " + x.c + " " + x.z + " " + x.i + " " + x.l + " " + x.f + " " + x.d + " " + (x.o == x) + " " + x.a);
        x.vi++; x.vl--; x.vo = "v"; x.vd *= 2;
        System.out.println(x.vi + " " + x.vl + " " + x.vo + " " + x.vd);
        System.out.println(sb + " " + ss + " " + (int) sc + " " + sz + " " + si + " " + sl + " " + sf + " " + sd + " " + so + " " + svl);
        sb = (byte) 255; ss = (short) 65535; sc = (char) 65536; sz = true; si = 1 << 31; sl = -1; sf = Float.MIN_VALUE; sd = Double.MIN_VALUE; so = new int[2]; svl = 77;
        System.out.println(sb + " " + ss + " " + (int) sc + " " + sz + " " + si + " " + sl + " " + sf + " " + sd + " " + ((int[]) so).length + " " + svl);
        Child child = new Child();
        Parent parent = child;
        parent.x = 10; child.x = 20;
        Child.count++; Parent.count += 5;
        System.out.println(child.name() + " " + parent.x + " " + child.x + " " + child.count);
        MixedChild m = new MixedChild();
        m.a = 1; m.b = 2; m.c = 3; m.d = "4"; m.e = 5; m.f = 6; m.g = true; m.h = 7; m.i = '8'; m.j = "9"; m.k = 10; m.l = 11; m.m = "12"; m.n = 13; m.o = true;
        System.out.println(m.a + m.b + m.c + " " + m.d + m.e + m.f + m.g + m.h + m.i + m.j + m.k + m.l + m.m + m.n + m.o);
        MixedChild[] many = new MixedChild[1000];
        for (int k = 0; k < many.length; k++) { many[k] = new MixedChild(); many[k].b = k; many[k].n = ~k; many[k].a = (byte) k; many[k].o = k % 3 == 0; many[k].m = k == 0 ? null : many[k - 1]; }
        long sum = 0;
        for (MixedChild y = many[999]; y != null; y = (MixedChild) y.m) sum = sum * 7 + y.b + y.n * 3 + y.a + (y.o ? 1 : 0);
        System.out.println(sum);
        Fields none = null;
        none.si = 4;
        System.out.println(none.si);
        try { none.i = 4; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { System.out.println(none.l); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
    }
}
