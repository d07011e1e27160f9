package exceptions;

public class UncaughtClassCast {
    interface Shape { } record Square(int side) implements Shape { } record Circle(int r) implements Shape { }
    static int side(Shape s) { return ((Square) s).side(); }
    public static void main(String[] args) { System.out.println(side(new Square(4))); System.out.println(side(new Circle(4))); }
}
