public class Unnamed implements Runnable {
    @Override
    public void run() {
        System.out.println("service of the unnamed package");
    }
}
