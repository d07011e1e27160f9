package classes;

public interface MainInInterface {
    String GREETING = "from an interface"; static void main(String[] args) { System.out.println(GREETING + " " + MainInInterface.class.isInterface()); }
}
