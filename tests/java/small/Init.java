// uvm-test: torture10
package small;

public class Init {
    static int step; static class A { static int a = ++step; static { System.out.println("A"); } } static class B extends A { static int b = ++step * 10 + A.a; static { System.out.println("B"); } } static class Bad { static int x = 1 / (step - step); } enum E { ONE, TWO { @Override int f() { return 2; } }; int f() { return 1; } }
    public static void main(String[] args) { System.out.println(B.b); for (int i = 0; i < 2; i++) try { System.out.println(Bad.x); } catch (ExceptionInInitializerError e) { System.out.println("error"); } catch (NoClassDefFoundError e) { System.out.println("no class"); } for (E e : E.values()) System.out.println(e.f()); }
}
