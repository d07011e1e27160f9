// uvm-test: args first --flag -Dx=y 3
package classes;

public class MainArguments {
    public static void main(final String... args) { for (int i = 0; i < args.length; i++) System.out.println(i + " " + args[i]); args[0] = "changed"; System.out.println(args[0] + System.getProperty("x")); }
}
