package sealed_pack;

public class First {}
