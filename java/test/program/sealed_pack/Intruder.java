package sealed_pack;

/** Lies in another input than First, whose manifest seals the package. */
public class Intruder {
    static final First FIRST = new First();
}
