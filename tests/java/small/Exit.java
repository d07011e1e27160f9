// uvm-test: torture10
package small;

public class Exit {
    public static void main(String[] args) { try { System.out.println("leaving"); System.exit(3); } finally { System.out.println("never"); } }
}
