package exceptions;

public class FinallyReturn {
    static int n; static int step(String s) { System.out.print(s + " "); return ++n; }
    @SuppressWarnings("finally") static int a() { for (int i = 0; ; i++) try { if (i == 3) return step("return"); throw new RuntimeException(); } catch (RuntimeException e) { step("catch" + i); } finally { if (i < 3) continue; step("finally"); } }
    @SuppressWarnings("finally") static String b(int k) { while (true) { try { try { if (k == 0) throw new Exception("x"); return "r" + k; } finally { if (k == 1) throw new IllegalStateException("replaced"); if (k == 2) break; } } catch (Exception e) { return "caught " + e.getMessage(); } finally { step("outer" + k); } } return "broke"; }
    static long c() { long l = 1; double d = 2; String s = "s"; try { l = 10; d = 20; s = "t"; return l + (long) d + s.length(); } finally { l = 100; d = 200; s = null; } }
    static Object d(Object lock) { synchronized (lock) { try { synchronized ("inner") { return step("in sync"); } } finally { step(Thread.holdsLock(lock) + ""); } } }
    static boolean e() { boolean r = true; try { return r &= false; } finally { r = true; } }
    static int f(int depth) { try { return depth == 0 ? 0 : f(depth - 1) + 1; } finally { n += depth; } }
    static void g() { int i = 0; do { try { i++; if (i % 2 == 0) continue; if (i > 6) break; } finally { step("g" + i); } } while (i < 10); }
    public static void main(String[] args) { System.out.println(a()); for (int k = 0; k < 4; k++) System.out.println(b(k)); System.out.println(c()); System.out.println(d(new Object())); System.out.println(e()); n = 0; System.out.println(f(50) + " " + n); g(); System.out.println(); int x = 10; try { x = x++ + thrower(x); } catch (RuntimeException e) { System.out.println(x); } int[] arr = {1, 2}; int i = 0; try { arr[i++] = thrower(i++); } catch (RuntimeException e) { System.out.println(i + " " + arr[0]); } try { arr[i = 0] += 1 / (i); } catch (ArithmeticException e) { System.out.println(i + " " + arr[0]); } }
    static int thrower(int v) { throw new RuntimeException(); }
}
