package bytecodes;

public class Switches {
    static String dense(int i) {
        switch (i) {
            case -2: return "minus two";
            case -1: return "minus one";
            case 0: return "zero";
            case 1:
            case 2: return "one or two";
            case 4: return "four";
            default: return "other";
        }
    }

    static String sparse(int i) {
        switch (i) {
            case Integer.MIN_VALUE: return "min";
            case -1000000: return "minus million";
            case 0: return "zero";
            case 999: return "999";
            case 1 << 20: return "2^20";
            case Integer.MAX_VALUE: return "max";
            default: return "other";
        }
    }

    static int fall(int i) {
        int r = 0;
        switch (i) {
            case 1: r += 1;
            case 2: r += 10;
            case 3: r += 100; break;
            default: r += 5000;
            case 5: r += 1000;
        }
        return r;
    }

    static String extremes(int i) {
        switch (i) {
            case Integer.MAX_VALUE - 2: return "a";
            case Integer.MAX_VALUE - 1: return "b";
            case Integer.MAX_VALUE: return "c";
        }
        switch (i) {
            case Integer.MIN_VALUE: return "d";
            case Integer.MIN_VALUE + 1: return "e";
            case Integer.MIN_VALUE + 2: return "f";
        }
        return "-";
    }

    static char onChar(char c) {
        switch (c) {
            case 'a': return 'A';
            case 'z': return 'Z';
            case '\uffff': return '!';
            default: return '?';
        }
    }

    static int onByte(byte b) {
        switch (b) {
            case Byte.MIN_VALUE: return 1;
            case 0: return 2;
            case Byte.MAX_VALUE: return 3;
        }
        return 0;
    }

    static int nested(int a, int b) {
        switch (a) {
            case 0:
                switch (b) {
                    case 0: return 0;
                    case 100: return 1;
                }
                break;
            case 1:
                return b > 3 ? 2 : 3;
        }
        return -1;
    }

    static int empty(int i) {
        switch (i) {}
        switch (i) { default: return i * 2; }
    }

    public static void main(String[] args) {
        int[] values = {Integer.MIN_VALUE, Integer.MIN_VALUE + 1, Integer.MIN_VALUE + 2, Integer.MIN_VALUE + 3, -1000001, -1000000, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 998, 999, 1000, 1 << 20, Integer.MAX_VALUE - 3, Integer.MAX_VALUE - 2, Integer.MAX_VALUE - 1, Integer.MAX_VALUE};
        for (int v : values) {
            System.out.println(v + ": " + dense(v) + ", " + sparse(v) + ", " + fall(v) + ", " + extremes(v) + ", " + onChar((char) v) + ", " + onByte((byte) v) + ", " + empty(v));
        }
        for (char c : "az\uffffb".toCharArray()) {
            System.out.print((int) onChar(c) + " ");
        }
        System.out.println(nested(0, 0) + " " + nested(0, 100) + " " + nested(0, 5) + " " + nested(1, 4) + " " + nested(1, 1) + " " + nested(2, 2));
        int counter = 0;
        loop:
        for (int i = 0; ; i++) {
            switch (i % 4) {
                case 0: continue loop;
                case 1: counter++; break;
                case 2: counter += 10;
                case 3: if (i > 1000) break loop;
            }
        }
        System.out.println(counter);
    }
}
