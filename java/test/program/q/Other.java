package q;

public class Other implements Runnable {
    @Override
    public void run() {
        System.out.println("service " + getClass().getName());
    }
}
