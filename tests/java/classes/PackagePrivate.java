package classes;

public class PackagePrivate {
    public static void main(String[] args) {
        pa.A[] all = {new pa.A(), new pb.B(), new pa.C(), new pb.D()};
        for (pa.A a : all) System.out.println(a.getClass().getName() + " " + pa.A.callPackage(a) + " " + a.callOwn() + " " + pa.A.callProtected(a) + " " + a.pub());
        for (pa.A a : all) if (a instanceof pb.B b) System.out.println(pb.B.callB(b) + " " + b.callSuperProtected());
        System.out.println(pb.B.accessProtectedField(new pb.D()) + " " + pa.A.staticProtected());
        System.out.println(new pb.Reader().read());
        System.out.println(pb.Iface.CONST + " " + new pb.Exposed().visible());
        try { pb.Thief.steal(new pa.A()); } catch (IllegalAccessError e) { System.out.println("IllegalAccessError"); }
    }
}
