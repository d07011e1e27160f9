#include "tools/options.h"

namespace uvm::tools {

const char* help_text() {
  return R"(NAME
    uvm - run a Java program on a heap that survives the process

SYNOPSIS
    uvm [OPTION...] BUNDLE [ARGUMENT...]
    uvm resume NAME [--version N] [OPTION...]
    uvm list | versions NAME | stats NAME [--json]
    uvm pin NAME VERSION | unpin NAME VERSION
    uvm suspend NAME [--timeout DURATION]
    uvm remove NAME [--version N] | verify NAME
    uvm --help | --version [-v]

DESCRIPTION
    Runs the program in BUNDLE, which uvmc made, on OpenJDK 17's class library.
    The heap, all threads and their stacks lie in a file in the store and are
    checkpointed while the program runs. When the process is killed, or the
    machine stops, the same command continues from the last checkpoint and says
    so on stderr. Options come before BUNDLE; what follows it is the program's.

    When the program ends by itself, its heap is removed (see --keep).
    SIGTERM, SIGINT and SIGHUP checkpoint the program and end the process, to be
    resumed later; a second SIGINT ends it at once. The exit status is then 128
    and the number of the signal.

COMMANDS
    resume NAME     Continue an interrupted run without its BUNDLE.
        --version N     from an older version; newer ones are given up.
    list            The heaps in the store.
    versions NAME   The versions of a heap that can be resumed.
    stats NAME      The figures of a heap. For every heap: versions, space used and
                    free, what the last version says about itself. If it runs,
                    also lines in memory and changed lines, page faults by kind
                    with their latencies, disk traffic, checkpoints.
        --json          as one JSON document, with the names that --stats uses;
                        figures of a running program are null if none runs.
    pin NAME VERSION
    unpin NAME VERSION
                    A pinned version is kept whatever --keep-versions says. No
                    process may run the heap while it is pinned or unpinned. At
                    most 60. A heap with pinned versions also stays when
                    its program ends.
    suspend NAME    Checkpoint a running program and end its process. Only its user
                    and root may do this, also from another container that shares
                    the store. Waits for the last checkpoint however long it takes.
        --timeout DURATION
                        how long to wait for a process that is stopped or does not
                        answer. Default: 10s. After that the request is void.
    remove NAME     Delete a heap that no process runs.
        --version N     only this version, which is not the newest one.
    verify NAME     Read a heap completely and report everything that is damaged.

OPTIONS
    --store DIR
        Where heaps are kept. Default: $XDG_DATA_HOME/uvm, else ~/.local/share/uvm.
    --trust-store
        Use what is in the store, whoever owns it and whoever may write to it.
        For file systems that cannot tell. Beware: a heap is a program that runs
        with your rights.
    --name NAME
        The name of the program's heap. Default: the file name of BUNDLE. Two runs
        of one program at the same time need two names.
    --memory SIZE
        How much of the heap is kept in memory; the rest is in the store. At least
        4M. Default: a quarter of the memory that the machine or container has.
    --heap SIZE
        How large the heap may grow; beyond it the program gets OutOfMemoryError.
        Default and maximum: 32G.
    --checkpoint-every DURATION|off
        Time between checkpoints. Default: 1s. With off, the program is
        checkpointed only when it is suspended.
    --keep-versions N
        A checkpoint leaves the newest N versions of the heap, 1 to 64. Default: 2.
    --keep-age DURATION
        And of the versions younger than this, one for each sixtieth part of it:
        with 1h, one for each minute of the last hour. Default: none.
    --compress on|off
        Compress what is written to the store with zstd: fewer bytes for the device
        and a smaller file, at 20 us of processor time for each line of 4 KiB
        written and 7 us for each line read. The setting is kept with the heap until
        it is changed. Default: off.
    --fresh
        Start from the beginning, and drop an interrupted run if there is one.
    --keep
        Keep the heap after the program has ended by itself.
    --stats FILE
        Write figures to FILE, as JSON, at the end and after each checkpoint;
        uvm stats shows the same at any time.
    -ea[:CLASS|:PACKAGE...], -da, -esa, -dsa, and their long forms;
    --enable-assertions
        Evaluate the program's assert statements, as java does.
    --add-opens, --add-exports, --add-reads, --enable-native-access
    --add-modules, --limit-modules
        As java. With the last two the class library boots anew for the program.
    -XmxSIZE
        As --heap.
    @FILE, and JDK_JAVA_OPTIONS in the environment
        More options, as java takes them.
    --cold-boot
        Boot the class library instead of starting from the base image. uvm does
        this by itself if a -D option must be known before booting.
    --fault-thread
        Serve page faults by a thread instead of in the faulting thread: slower,
        for kernels that cannot do better.
    --torture=resume:N
        For tests: after every N safepoints, write the whole VM to the store, tear
        it down, and resume it at another address.
    --verify-heap
        For tests: at every checkpoint and resume, check all objects and all
        references to objects; abort when one is wrong. Slow.
    -DNAME[=VALUE]
        Set a system property.
    --log LEVEL
        What uvm reports on stderr in addition to what it always reports: warn,
        error or off; info adds how the heap is paged, debug and trace add each
        version, resume, and file that cannot be re-opened. Default: warn.
    -h, --help
        Print this text.
    --version [-v]
        Print the version; with -v also what the kernel offers for paging and
        stores, and what is used of it.

    HotSpot's tuning options (-Xms, -Xss, -Xint, -XX: ...) are accepted and have no
    effect, nor do -verbose, -Xlog and -XshowSettings. Other options of java are
    refused with what to use instead: -cp and -jar, since uvmc packs the class
    path; -javaagent; module paths.

    SIZE is a number of bytes, or of K, M, G or T (64M, 2G). DURATION has a unit:
    us, ms, s, m or h (250ms, 5s).

EXIT STATUS
    That of the program. 1 after an uncaught exception. 2: the command line is
    wrong. 74: the heap is damaged or its device reports errors. 75: the process
    that runs the heap is stopped or does not answer (suspend, stats). 134: memory is
    full and the store accepts no more, or uvm itself has a defect. 1 for
    other failures before the program runs.

FILES
    STORE/NAME/         the heap of a program; while it runs, also the socket that
                        uvm stats and uvm suspend use
    STORE/images/       class library, booted once and shared by all heaps of a
                        user. The first user of STORE has images/, the others
                        images-UID/

EXAMPLES
    uvmc -o app.bc app.jar && uvm app.bc
    uvm --memory 64M --checkpoint-every 250ms app.bc input.txt
    uvm suspend app.bc && uvm resume app.bc

SEE ALSO
    uvmc --help
)";
}

}  // namespace uvm::tools
