// uvm-test: torture10
package small;

public class Calls {
    interface F { int f(int x); } static int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } int k = 3; int inst(int x) { return x * k; } static class A implements F { public int f(int x) { return x + 1; } } static class B extends A { @Override public int f(int x) { return super.f(x) * 2; } }
    public static void main(String[] args) { System.out.println(fib(9)); F[] fs = {new A(), new B(), new F() { public int f(int x) { return -x; } }}; int r = 1; for (int i = 0; i < 30; i++) r = fs[i % 3].f(r) + new Calls().inst(i); System.out.println(r); }
}
