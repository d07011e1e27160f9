// uvm-test: torture10
package small;

public class Text {
    public static void main(String[] args) { StringBuilder b = new StringBuilder(); for (int i = 0; i < 20; i++) b.append(i).append(i % 5 == 0 ? "\u4e2d" : ","); System.out.println(b); System.out.println(b.toString().hashCode()); System.out.println("hello".concat(" world").substring(3, 8).toUpperCase()); System.out.println("a,b".indexOf(',') + "x".compareTo("y")); String s = "lit"; System.out.println(s == new String("lit").intern()); switch (s) { case "lit": System.out.println("switched"); break; default: System.out.println("no"); } System.out.println(2.5); System.out.println(Long.MIN_VALUE); System.out.println((Object) null); }
}
