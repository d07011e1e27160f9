// uvm-test: torture10
package small;

public class Objects {
    int v; Objects next; byte b = 1; long l = 2; Object[] refs = new Object[3]; Objects(int v, Objects n) { this.v = v; next = n; }
    public static void main(String[] args) { Objects head = null; for (int i = 0; i < 60; i++) { head = new Objects(i, head); head.refs[i % 3] = head.next; head.l += i; } long s = 0; for (Objects o = head; o != null; o = o.next) { s = s * 7 + o.v + o.l + o.b + (o.refs[o.v % 3] == o.next ? 1 : 0); } System.out.println(s); int[][] m = new int[5][6]; for (int i = 0; i < 5; i++) for (int j = 0; j < 6; j++) m[i][j] = i * j; int t = 0; for (int[] r : m) for (int x : r) t += x; System.out.println(t); int h = head.hashCode(); System.out.println(h == head.hashCode()); int[] c = m[4].clone(); System.arraycopy(c, 0, c, 1, 5); System.out.println(c[5]); }
}
