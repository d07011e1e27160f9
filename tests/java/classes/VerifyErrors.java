package classes;

public class VerifyErrors {
    public static void main(String[] args) throws Exception {
        for (String name : "Good StackUnderflow WrongReturn UninitializedUse BadLocal TypeConfusion FallsOff MergeConflict FinalOverride BadBranch UninitThisReturn".split(" ")) {
            try {
                Class<?> c = Class.forName("bad." + name);
                Object r = c.getDeclaredMethod("run").invoke(null);
                System.out.println(name + " ran: " + r);
            } catch (LinkageError e) {
                System.out.println(name + " " + e.getClass().getName());
            } catch (java.lang.reflect.InvocationTargetException e) {
                System.out.println(name + " threw " + e.getCause());
            }
        }
    }
}
