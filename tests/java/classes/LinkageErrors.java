package classes;

public class LinkageErrors {
    interface Act { Object run() throws Throwable; }
    static void t(String what, Act a) {
        for (int i = 0; i < 2; i++) try { System.out.println(what + ": " + a.run()); } catch (Throwable e) { System.out.println(what + ": " + e.getClass().getName() + ": " + e.getMessage() + (e.getCause() == null ? "" : " <- " + e.getCause())); }
    }
    public static void main(String[] args) {
        t("same", () -> linked.Target.same());
        t("removed static", () -> linked.User.RemovedStatic.run());
        t("removed virtual", () -> linked.User.RemovedVirtual.run());
        t("removed field", () -> linked.User.RemovedField.run());
        t("removed static field", () -> linked.User.RemovedStaticField.run());
        t("retyped field", () -> linked.User.RetypedField.run());
        t("retyped method", () -> linked.User.RetypedMethod.run());
        t("now static", () -> linked.User.NowStatic.run());
        t("now instance", () -> linked.User.NowInstance.run());
        t("field now static", () -> linked.User.FieldNowStatic.run());
        t("field now instance", () -> linked.User.FieldNowInstance.run());
        t("now private", () -> linked.User.NowPrivate.run());
        t("field now private", () -> linked.User.FieldNowPrivate.run());
        t("now abstract", () -> linked.User.NowAbstract.run());
        t("new abstract method", () -> linked.User.NewAbstract.run());
        t("class now interface", () -> linked.User.ClassNowInterface.run());
        t("interface now class", () -> linked.User.InterfaceNowClass.run());
        t("implements no more", () -> linked.User.ImplementsNoMore.run());
        t("interface method gone", () -> linked.User.InterfaceMethodGone.run());
        t("default added in two", () -> linked.User.ConflictingDefaults.run());
        t("class gone", () -> linked.User.ClassGone.run());
        t("class gone instanceof null", () -> linked.User.ClassGoneInstanceofNull.run());
        t("class gone instanceof", () -> linked.User.ClassGoneInstanceof.run());
        t("class gone array", () -> linked.User.ClassGoneArray.run());
        t("class gone literal", () -> linked.User.ClassGoneLiteral.run());
        t("super gone", () -> linked.User.SuperGone.run());
        t("now final super", () -> linked.User.NowFinalSuper.run());
        t("now final method", () -> linked.User.NowFinalMethod.run());
        t("final field write", () -> linked.User.FinalFieldWrite.run());
        t("constructor private", () -> linked.User.ConstructorPrivate.run());
        t("class package-private", () -> linked.User.ClassNotPublic.run());
        t("method ref to gone", () -> linked.User.MethodRefGone.run());
        t("enum constant gone", () -> linked.User.EnumConstantGone.run());
        t("enum constant added", () -> linked.User.EnumConstantAdded.run());
        t("constant inlined", () -> linked.User.ConstantInlined.run());
        t("sealed no more permits", () -> linked.User.SealedNoMore.run());
        t("reflection", () -> Class.forName("linked.Target").getMethod("removedStatic"));
        t("reflection field", () -> Class.forName("linked.Target").getField("gone"));
    }
}
