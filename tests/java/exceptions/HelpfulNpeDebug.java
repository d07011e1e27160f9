package exceptions;

public class HelpfulNpeDebug {
    String name;
    HelpfulNpeDebug link;
    static int count(String text, int[] numbers, HelpfulNpeDebug thing) {
        int total = 0;
        try { total += text.length(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { total += numbers[total + 1]; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { total += thing.link.name.length(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        try { thing.name = "x"; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        for (int index = 0; index < 2; index++) {
            String[][] table = new String[2][];
            try { table[index][index * 2] = text; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
            HelpfulNpeDebug[] things = new HelpfulNpeDebug[2];
            try { things[index].link.name = null; } catch (NullPointerException e) { System.out.println(e.getMessage()); }
        }
        { long skipped = 5; Object later = null; try { later.toString(); } catch (NullPointerException e) { System.out.println(e.getMessage() + skipped); } }
        { Object reusedSlot = null; try { reusedSlot.hashCode(); } catch (NullPointerException e) { System.out.println(e.getMessage()); } }
        return total;
    }
    void instance(double wide, Object argument) { try { argument.toString(); } catch (NullPointerException e) { System.out.println(e.getMessage()); } try { this.link.link = null; } catch (NullPointerException e) { System.out.println(e.getMessage()); } }
    public static void main(String[] args) {
        System.out.println(count(null, null, null));
        new HelpfulNpeDebug().instance(1, null);
        Object captured = null;
        Runnable r = () -> captured.toString();
        try { r.run(); } catch (NullPointerException e) { System.out.println(e.getMessage()); }
    }
}
