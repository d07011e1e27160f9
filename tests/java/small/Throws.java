// uvm-test: torture10
package small;

public class Throws {
    static int deep(int n) { try { if (n == 0) throw new IllegalStateException("bottom"); return deep(n - 1); } finally { count++; } } static int count;
    public static void main(String[] args) { try { deep(10); } catch (IllegalStateException e) { System.out.println(e.getMessage()); System.out.println(count); } int[] a = new int[2]; try { a[2] = 1; } catch (ArrayIndexOutOfBoundsException e) { System.out.println(e.getMessage()); } try { Object o = "s"; Integer i = (Integer) o; } catch (ClassCastException e) { System.out.println("cast"); } try { a[0] = 1 / a[1]; } catch (ArithmeticException e) { System.out.println(e.getMessage()); } Object n = null; try { n.hashCode(); } catch (NullPointerException e) { System.out.println(e.getMessage()); } }
}
