// uvm-test: torture10
package threads;

public class MergeSort {
    static void sort(int[] a, int lo, int hi, int depth) throws InterruptedException { if (hi - lo < 32) { for (int i = lo + 1; i < hi; i++) { int v = a[i], j = i; while (j > lo && a[j - 1] > v) { a[j] = a[j - 1]; j--; } a[j] = v; } return; } int mid = (lo + hi) >>> 1; if (depth > 0) { InterruptedException[] failed = new InterruptedException[1]; Thread t = new Thread(() -> { try { sort(a, lo, mid, depth - 1); } catch (InterruptedException e) { failed[0] = e; } }); t.start(); sort(a, mid, hi, depth - 1); t.join(); if (failed[0] != null) throw failed[0]; } else { sort(a, lo, mid, 0); sort(a, mid, hi, 0); } int[] left = java.util.Arrays.copyOfRange(a, lo, mid); for (int i = 0, j = mid, k = lo; i < left.length; ) a[k++] = j >= hi || left[i] <= a[j] ? left[i++] : a[j++]; }
    public static void main(String[] args) throws Exception { for (int round = 0; round < 3; round++) { int[] a = new int[15000]; long s = round; for (int i = 0; i < a.length; i++) { s = s * 6364136223846793005L + 1442695040888963407L; a[i] = (int) (s >>> 40); } int[] b = a.clone(); sort(a, 0, a.length, 3); java.util.Arrays.sort(b); System.out.println(java.util.Arrays.equals(a, b) + " " + java.util.Arrays.hashCode(a)); } }
}
