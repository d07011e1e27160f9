package exceptions;

public class HelpfulNpe {
    int i; long l; String s; int[] a; HelpfulNpe next; int[][] aa; static HelpfulNpe st; static int[] sta;
    HelpfulNpe self() { return next; }
    static String none() { return null; }
    static int[] noArray(int x, String y, Object[]... z) { return null; }
    void vm() { }
    interface Act { void run() throws Throwable; }
    static void t(Act a) { try { a.run(); System.out.println("no exception"); } catch (NullPointerException e) { System.out.println(e.getMessage()); } catch (Throwable e) { System.out.println("other " + e); } }

    static void direct(HelpfulNpe p, int[] arr, byte[] by, Object o, int idx) {
        try { p.i = 1; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { idx = p.i; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { p.vm(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { arr[idx] = 1; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { idx = arr[0]; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { idx = by[1]; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { idx = arr.length; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { synchronized (o) { idx++; } } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { throw (RuntimeException) o; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
    }

    void chained() {
        int k = 2;
        try { this.next.s.length(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        next = new HelpfulNpe();
        try { next.s.length(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { next.next.next.i++; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { self().self().self().vm(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { aa[k][k + 1] = 5; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        aa = new int[3][];
        try { aa[k][k - 1] = 5; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { System.out.println(aa[aa.length - 1].length); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { none().trim().isEmpty(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { noArray(1, "x")[k * 2]++; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { st.next.next = null; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { st.st.i = sta[st == null ? 1 : 2]; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { sta[5] += 1; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { (k > 1 ? none() : "x").length(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { Object o = new Object[1][0]; ((Object[][]) o)[0] = null; ((Object[][]) o)[0][0].toString(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        long[] la = null; double[] da = null; char[] ca = null; short[] sa = null; float[] fa = null; boolean[] za = null; Object[] oa = null;
        try { la[0] = 1; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { System.out.println(da[0]); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { ca[0]++; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { sa[0] = 1; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { fa[0] = 1; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { za[k + 100 - 3 * 2] = true; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { oa[0] = ""; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { oa[Integer.parseInt("1")].hashCode(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
    }

    public static void main(String[] args) {
        direct(null, null, null, null, 3);
        new HelpfulNpe().chained();
        HelpfulNpe captured = args.length > 10 ? new HelpfulNpe() : null;
        t(() -> captured.vm());
        t(() -> System.out.println(captured.next.i));
        t(() -> { throw new NullPointerException(); });
        t(() -> { throw new NullPointerException("explicit"); });
        t(() -> java.util.Objects.requireNonNull(null));
        t(() -> java.util.Objects.requireNonNull(null, "message"));
        t(() -> java.util.List.of(1, null));
        t(() -> { String x = null; switch (x) { case "a": break; } });
        t(() -> { for (String x : (String[]) null) System.out.println(x); });
        t(() -> { for (String x : (java.util.List<String>) null) System.out.println(x); });
        t(() -> ((Runnable) null).run());
        t(() -> { Integer b = null; b++; });
        t(() -> { char c = ((Character) (Object) null); });
        t(() -> { Runnable r = captured::vm; });
        t(() -> "a".concat(none()));
        t(() -> captured.getClass().getName().length());
        t(() -> new StringBuilder((String) null));
    }
}
