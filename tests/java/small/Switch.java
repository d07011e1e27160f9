// uvm-test: torture10
package small;

public class Switch {
    static int dense(int i) { switch (i) { case 0: return 5; case 1: return 7; case 3: return 9; default: return -1; } } static int sparse(int i) { switch (i) { case -1000: return 1; case 0: return 2; case 1 << 20: return 3; default: return 4; } }
    public static void main(String[] args) { int r = 0; for (int i = -1; i < 5; i++) r = r * 10 + dense(i); System.out.println(r); System.out.println(sparse(-1000) * 1000 + sparse(0) * 100 + sparse(1 << 20) * 10 + sparse(3)); Object o = args; System.out.println(o instanceof String[] && !(o instanceof Comparable)); }
}
