package exceptions;

public class ExitNegative {
    public static void main(String[] args) {
        System.err.println("to stderr");
        System.out.println("to stdout");
        System.exit(-1);
    }
}
