// uvmc: packs jars, class folders and class files into a bundle that uvm runs. The packing is in
// runtime/bundle/pack.h; this file has the command line and the parser that packing uses for class files.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/bundle/pack.h"
#include "runtime/classfile/class_file.h"
#include "tools/standard_streams.h"

namespace {

using namespace uvm;

constexpr int kRefused = 1;
constexpr int kUsage = 2;

constexpr const char* kHelp = R"(NAME
    uvmc - pack a Java program into a bundle for uvm

SYNOPSIS
    uvmc -o FILE [--main CLASS] INPUT...
    uvmc --help | --version

DESCRIPTION
    Writes FILE, a bundle with all classes and resources of the INPUTs, in the
    order given, which becomes the program's class path. Run it with uvm.
    An INPUT is one of

        a jar         All of its entries. Jars and folders named by Class-Path in
                      its manifest follow it, if they exist. Of a multi-release
                      jar the program sees what Java 17 sees.
        a folder      All files below it. Class files must lie in the folders of
                      their packages. FILE itself is left out.
        a class file  The class.
        FOLDER/*      The jars of the folder, as in java's class path.

    The inputs are not needed to run the bundle: the program finds them, to be
    read, under the paths that they have now. Every class file is checked
    first; if one is malformed, or not where its name says, uvmc names it and
    writes nothing. FILE is replaced only when the new bundle is complete.

OPTIONS
    -o, --output FILE
        The bundle to write, by custom with the suffix .bc.
    --main CLASS
        The class whose main method starts the program, for example
        com.example.Main. If not given: Main-Class of the first manifest that has
        it; otherwise the only class with a main method among the class files
        and folders.
    -h, --help
        Print this text.
    --version
        Print the version.

EXIT STATUS
    0   FILE is written.
    1   An input was refused or could not be read, or FILE not be written. One
        line on stderr says which, and why.
    2   The command line is wrong. One line on stderr says what.

EXAMPLES
    uvmc -o hello.bc Hello.class
    uvmc -o shop.bc --main shop.Server build/classes lib/json.jar
    uvmc -o js.bc --main org.mozilla.javascript.tools.shell.Main /usr/share/java/js.jar

SEE ALSO
    uvm --help
)";

BasicResult<rt::bundle::ClassFacts, std::string> inspect_class(std::span<const std::byte> bytes,
                                                               std::string_view called) {
  rt::classfile::ParseOptions options;
  options.called = called;
  auto parsed = rt::classfile::parse(bytes, options);
  if (!parsed) return Unexpected<std::string>{parsed.error().message};
  rt::bundle::ClassFacts facts;
  facts.name = parsed->name;
  facts.super_name = parsed->super_name;
  for (const auto& method : parsed->methods) {
    constexpr std::uint16_t kPublicStatic = rt::kAccPublic | rt::kAccStatic;
    if (method.name == "main" && method.descriptor == "([Ljava/lang/String;)V" &&
        (method.access_flags & kPublicStatic) == kPublicStatic) {
      facts.has_main = true;
    }
  }
  return facts;
}

int fail(int status, const std::string& message) {
  std::fprintf(stderr, "uvmc: %s\n", message.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) try {
  tools::keep_standard_descriptors();
  std::signal(SIGXFSZ, SIG_IGN);  // beyond the limit of ulimit -f, writing fails
  rt::bundle::PackOptions options;
  options.inspect = inspect_class;
  CLI::App app;
  app.set_version_flag("--version", "uvmc " UVM_VERSION);
  app.add_option("-o,--output", options.output);
  app.add_option("--main", options.main_class);
  app.add_option("INPUT", options.inputs);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(kHelp, stdout);
    return 0;
  } catch (const CLI::CallForVersion& version) {
    std::printf("%s\n", version.what());
    return 0;
  } catch (const CLI::ParseError& error) {
    return fail(kUsage, std::string(error.what()) + " (see uvmc --help)");
  }
  if (options.output.empty()) return fail(kUsage, "no output: give -o FILE (see uvmc --help)");
  if (options.inputs.empty())
    return fail(kUsage, "nothing to pack: give a jar, class file or class folder (see uvmc --help)");
  if (app.count("--main") != 0 && options.main_class.empty())
    return fail(kUsage, "--main: the class name is empty");

  auto packed = rt::bundle::pack(options);
  if (!packed) return fail(kRefused, packed.error().message);
  if (auto written = rt::bundle::write_file(options.output, packed->bytes); !written) {
    return fail(kRefused, written.error().message);
  }
  return 0;
} catch (const std::bad_alloc&) {
  std::fputs("uvmc: out of memory\n", stderr);
  return kRefused;
} catch (const std::exception& error) {  // a file system that gives impossible answers
  std::fprintf(stderr, "uvmc: %s\n", error.what());
  return kRefused;
}
