package memory;

import java.util.*;

public class Strings60k {
    public static void main(String[] args) { List<String> l = new ArrayList<>(); for (int i = 0; i < 60_000; i++) l.add(i % 3 == 0 ? "latin text number " + i : "\u4e2d\u6587 utf16 " + i); String[] sorted = l.toArray(new String[0]); Arrays.sort(sorted); long h = 0; for (int i = 0; i < sorted.length; i += 7) h = h * 31 + sorted[i].hashCode(); System.out.println(h + " " + sorted[0] + " " + sorted[59_999]); Set<String> set = new HashSet<>(l); int hit = 0; for (int i = 0; i < 90_000; i += 3) if (set.contains("latin text number " + i)) hit++; System.out.println(set.size() + " " + hit); StringBuilder b = new StringBuilder(); for (int i = 0; i < 3000; i++) b.append(l.get(i * 19 % 60_000), 0, 5); System.out.println(b.toString().hashCode()); }
}
