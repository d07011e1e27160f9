// uvm-test: torture10
package small;

public class Uncaught {
    static void a() { throw new RuntimeException("uncaught", new Error("cause")); }
    public static void main(String[] args) { a(); }
}
