package exceptions;

public class ExitLarge {
    public static void main(String[] args) { System.out.println("exit code is taken modulo 256"); System.exit(256 + 77); }
}
