package exceptions;

public class ExitInStaticInit {
    static { System.out.println("static initialiser leaves"); System.exit(9); }
    public static void main(String[] args) { System.out.println("never"); }
}
