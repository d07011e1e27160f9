package small;

public class Lambda {
    public static void main(String[] args) { int k = 5; java.util.function.IntUnaryOperator f = x -> x * k; System.out.println(f.applyAsInt(8)); Runnable r = System.out::println; r.run(); }
}
