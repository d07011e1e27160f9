#!/bin/bash
# Options of java do what they do there, or are refused with what to use instead.
# java_options_test.sh UVM UVMC JAVAC
. "$(dirname "$(realpath "$0")")/common.sh"
uvm=$1 uvmc=$2 javac=$3
java=$(dirname "$javac")/java jar=$(dirname "$javac")/jar
unset JDK_JAVA_OPTIONS

mkdir -p p/q src
cat > src/Opt.java <<'JAVA'
import java.lang.reflect.Field;

/** Prints what options change. */
public class Opt {
  static Module module(String name) {
    return ModuleLayer.boot().findModule(name).orElse(null);
  }

  public static void main(String[] args) throws Exception {
    Module base = Object.class.getModule(), mine = Opt.class.getModule();
    System.out.println("opened " + base.isOpen("java.lang", mine) + ", exported " + base.isExported("jdk.internal.misc", mine));
    System.out.println("modules " + ModuleLayer.boot().modules().size() + " " + (module("jdk.incubator.vector") != null));
    if (module("java.sql") != null && module("java.desktop") != null)
      System.out.println("reads " + module("java.sql").canRead(module("java.desktop")));
    System.out.println("assertions " + Opt.class.desiredAssertionStatus() + " " + p.C.class.desiredAssertionStatus() + " "
        + p.q.D.class.desiredAssertionStatus() + " " + Object.class.desiredAssertionStatus());
    System.out.println("property " + System.getProperty("a") + " " + System.getProperty("jdk.module.addopens.0") + " "
        + System.getProperty("jdk.module.addmods.0"));
    System.out.println("cache " + (Integer.valueOf(500) == Integer.valueOf(500)));
    try {
      Field value = String.class.getDeclaredField("value");
      value.setAccessible(true);
      System.out.println("accessible");
    } catch (RuntimeException e) {
      System.out.println(e.getClass().getName());
    }
  }
}
JAVA
echo 'package p; public class C { }' > p/C.java
echo 'package p.q; public class D { }' > p/q/D.java
"$javac" -d classes src/Opt.java p/C.java p/q/D.java || exit 1
"$uvmc" -o opt.bc --main Opt classes || exit 1
"$uvm" opt.bc > /dev/null 2>&1  # the base image is made

# same OPTION...: uvm prints on stdout, and ends, as java does.
same() {
  "$java" "$@" -cp classes Opt > expected 2> expected_messages
  local status=$?
  "$uvm" --fresh "$@" opt.bc > actual 2> messages
  local got=$?
  [ $got = $status ] && diff expected actual || fail "$*: status $got, java $status: $(cat messages)"
}
same
same --add-opens java.base/java.lang=ALL-UNNAMED
grep -q accessible actual || fail 'nothing was opened'
same --add-opens=java.base/java.lang=ALL-UNNAMED --add-exports java.base/jdk.internal.misc=ALL-UNNAMED
same --add-reads java.sql=java.desktop
same --add-opens no.such/p=ALL-UNNAMED
same --add-opens nonsense
same --add-modules jdk.incubator.vector
grep -q 'modules .* true' actual || fail 'no module was added'
same --limit-modules java.base
same --add-modules no.such
same --illegal-access=permit
same -ea
same -ea -da:p...
same -ea:p... -da:p.C
same -ea:p.q... -esa
same -ea:Opt -dsa
same -Djava.lang.Integer.IntegerCache.high=1000
same -Djdk.module.addopens.0=java.base/java.lang=ALL-UNNAMED
same -D -Xrs -Xdebug -Xcheck:jni -showversion
grep -q '^uvm: version ' messages || fail "-showversion: $(cat messages)"
same -server -Xms16m -Xss1m -XX:+UseSerialGC -Xmx64m
printf '%s\n' '-Da="b c"   # comment' '--add-opens' 'java.base/java.lang=ALL-UNNAMED' > options
same @options
grep -q 'property b c' actual || fail 'the argument file was not read'
export JDK_JAVA_OPTIONS='-ea -Da=env'
same -da:p.C
unset JDK_JAVA_OPTIONS

# Of the manifest.
printf 'Main-Class: Opt\nAdd-Opens: java.base/java.lang\n' > manifest
"$jar" cfm opt.jar manifest -C classes . && "$uvmc" -o jar.bc opt.jar || exit 1
expect 0 '^accessible$' "$uvm" jar.bc
printf 'Main-Class: Opt\nLauncher-Agent-Class: Opt\n' > manifest
"$jar" cfm agent.jar manifest -C classes . && "$uvmc" -o agent.bc agent.jar || exit 1
expect 1 'Launcher-Agent-Class; agents are not supported' "$uvm" agent.bc

expect 2 '^uvm: -cp: the class path is packed' "$uvm" -cp x Opt
expect 2 '^uvm: -jar: pack the jar first' "$uvm" -jar x.jar
expect 2 '^uvm: -javaagent: agents are not supported' "$uvm" -javaagent:x.jar opt.bc
expect 2 '^uvm: --module-path: ' "$uvm" --module-path x opt.bc
expect 2 '^uvm: --patch-module: ' "$uvm" --patch-module java.base=x opt.bc
expect 2 '^uvm: Invalid thread stack size: -Xssfoo$' "$uvm" -Xssfoo opt.bc
expect 2 'unknown option -Xverify:nonsense' "$uvm" -Xverify:nonsense opt.bc
expect 2 'unknown option -Xnonsense' "$uvm" -Xnonsense opt.bc
expect 2 'cannot open no.such' "$uvm" @no.such opt.bc

# A resumed run keeps the options that it was started with, and says so.
cat > src/Wait.java <<'JAVA'
public class Wait {
  public static void main(String[] args) throws Exception {
    System.out.println("begun");
    while (!new java.io.File("go").exists()) Thread.sleep(50);
    System.out.println(Late.class.desiredAssertionStatus());
  }
  static class Late { }
}
JAVA
"$javac" -d waiting src/Wait.java && "$uvmc" -o wait.bc waiting || exit 1
rm -f output messages
"$uvm" --checkpoint-every 100ms '-ea:Wait$Late' wait.bc > output 2> messages &
running=$!
wait_for_lines 1
sleep 0.5
kill -9 $running
wait $running 2> /dev/null
touch go
"$uvm" wait.bc >> output 2> messages
grep -q '^true$' output || fail "the options were lost: $(cat output messages)"
grep -q 'keeps the command line it was started with (-ea:Wait$Late)' messages || fail "not said: $(cat messages)"

finish 'options of java do what they do there'
