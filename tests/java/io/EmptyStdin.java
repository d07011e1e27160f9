package io;

import java.util.*;

public class EmptyStdin {
    public static void main(String[] args) throws Exception { System.out.println(System.in.read() + " " + System.in.read(new byte[4]) + " " + System.in.available() + System.in.readAllBytes().length + new Scanner(System.in).hasNext()); System.in.close(); try { System.out.println(System.in.read()); } catch (java.io.IOException e) { System.out.println(e.getMessage()); } }
}
