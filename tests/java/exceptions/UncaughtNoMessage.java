package exceptions;

public class UncaughtNoMessage {
    public static void main(String[] args) { System.err.println("first line on stderr"); throw new NullPointerException(); }
}
