package util;

import java.util.Arrays;
import java.util.Comparator;

/** A property that the class library reads when it first sorts, which may be while it boots. */
// uvm-test: define java.util.Arrays.useLegacyMergeSort=true
public class LegacySort {
    public static void main(String[] args) {
        int[] comparisons = {0};
        Integer[] numbers = new Integer[200];
        for (int i = 0; i < numbers.length; i++) numbers[i] = (i * 7919) % 211;
        Comparator<Integer> lawless = (a, b) -> {
            comparisons[0]++;
            return (a * 31 + b * 17) % 3 - 1;
        };
        Arrays.sort(numbers, lawless);  // the newer algorithm notices, and throws
        System.out.println(comparisons[0] + " " + Arrays.hashCode(numbers));
        Arrays.sort(numbers, Comparator.reverseOrder());
        System.out.println(numbers[0] + " " + numbers[199]);
    }
}
