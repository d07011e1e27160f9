package classes;

public class MainInherited extends MainInheritedBase {
}
