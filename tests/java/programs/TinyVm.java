package programs;

import java.util.*;

public class TinyVm {
    static final int PUSH = 0, ADD = 1, SUB = 2, MUL = 3, LOAD = 4, STORE = 5, JMP = 6, JZ = 7, PRINT = 8, HALT = 9, LT = 10, CALL = 11, RET = 12, MOD = 13;
    static int[] assemble(String src) {
        String[] names = {"push", "add", "sub", "mul", "load", "store", "jmp", "jz", "print", "halt", "lt", "call", "ret", "mod"};
        Map<String, Integer> op = new HashMap<>(), labels = new HashMap<>();
        for (int i = 0; i < names.length; i++) op.put(names[i], i);
        List<String> words = new ArrayList<>();
        for (String w : src.trim().split("\\s+")) if (w.endsWith(":")) labels.put(w.substring(0, w.length() - 1), words.size()); else words.add(w);
        int[] code = new int[words.size()];
        for (int i = 0; i < code.length; i++) { String w = words.get(i); code[i] = op.containsKey(w) ? op.get(w) : labels.containsKey(w) ? labels.get(w) : Integer.parseInt(w); }
        return code;
    }
    static long run(int[] c) {
        int[] stack = new int[1000], mem = new int[16], calls = new int[100];
        int sp = 0, pc = 0, cp = 0;
        for (long steps = 0; ; steps++) switch (c[pc++]) {
            case PUSH -> stack[sp++] = c[pc++];
            case ADD -> { sp--; stack[sp - 1] += stack[sp]; }
            case SUB -> { sp--; stack[sp - 1] -= stack[sp]; }
            case MUL -> { sp--; stack[sp - 1] *= stack[sp]; }
            case MOD -> { sp--; stack[sp - 1] %= stack[sp]; }
            case LT -> { sp--; stack[sp - 1] = stack[sp - 1] < stack[sp] ? 1 : 0; }
            case LOAD -> stack[sp++] = mem[c[pc++]];
            case STORE -> mem[c[pc++]] = stack[--sp];
            case JMP -> pc = c[pc];
            case JZ -> { int t = c[pc++]; if (stack[--sp] == 0) pc = t; }
            case CALL -> { calls[cp++] = pc + 1; pc = c[pc]; }
            case RET -> pc = calls[--cp];
            case PRINT -> System.out.println(stack[--sp]);
            case HALT -> { return steps; }
            default -> throw new IllegalStateException("opcode " + c[pc - 1]);
        }
    }
    public static void main(String[] args) {
        System.out.println(run(assemble("push 0 store 0 push 1 store 1 loop: load 0 push 40 lt jz end load 1 print load 1 load 2 add store 3 load 1 store 2 load 3 push 1000007 mod store 1 load 0 push 1 add store 0 jmp loop end: halt")));
        System.out.println(run(assemble("push 2 store 0 outer: load 0 push 1200 lt jz done push 2 store 1 inner: load 1 load 1 mul load 0 push 1 add lt jz prime load 0 load 1 mod jz next load 1 push 1 add store 1 jmp inner prime: call count next: load 0 push 1 add store 0 jmp outer done: load 2 print halt count: load 2 push 1 add store 2 ret")));
    }
}
