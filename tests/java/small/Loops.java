// uvm-test: torture10
package small;

public class Loops {
    public static void main(String[] args) { int s = 0; long l = 1; double d = 1; for (int i = 0; i < 150; i++) { s = s * 31 + i; l = l * 3 ^ i; d = d * 1.01 - i % 3; } System.out.println(s); System.out.println(l); System.out.println(d); }
}
