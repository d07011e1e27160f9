#include "tools/java_options.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "tools/units.h"

namespace uvm::tools {
namespace {

// uvm's own options whose value is the next word.
constexpr std::string_view kTakeAValue[] = {"--store",         "--name",     "--memory", "--heap",
                                            "--keep-age",      "--compress", "--stats",  "--checkpoint-every",
                                            "--keep-versions", "--torture",  "--log"};

struct Refusal {
  std::string_view option;  // a whole option, or its beginning
  std::string_view instead;
};
constexpr std::string_view kPacked = "the class path is packed: give it to uvmc, and run the bundle";
constexpr std::string_view kNoModules = "programs come from the class path here, as uvmc packs it";
constexpr std::string_view kNoAgents = "agents are not supported";
constexpr std::string_view kNoHandler = "not supported; use a supervisor that looks at the exit status";
constexpr std::string_view kOfJava = "not supported; the JDK's own java describes its modules";
constexpr std::string_view kOneVm = "there is one virtual machine here";
constexpr Refusal kRefused[] = {
    {"-cp", kPacked},
    {"-classpath", kPacked},
    {"--class-path", kPacked},
    {"-jar", "pack the jar first: uvmc -o app.bc JAR; uvm app.bc"},
    {"-m", kNoModules},
    {"--module", kNoModules},
    {"-p", kNoModules},
    {"--module-path", kNoModules},
    {"--upgrade-module-path", kNoModules},
    {"--patch-module", "modules of the class library cannot be patched; UVM_JAVA_HOME chooses another one"},
    {"-Xbootclasspath", "the boot class path is the class library's; UVM_JAVA_HOME chooses another one"},
    {"-javaagent", kNoAgents},
    {"-agentlib", kNoAgents},
    {"-agentpath", kNoAgents},
    {"-Xrun", kNoAgents},
    {"--enable-preview", "preview features are not supported"},
    {"--list-modules", kOfJava},
    {"-d", kOfJava},
    {"--describe-module", kOfJava},
    {"--validate-modules", kOfJava},
    {"--show-module-resolution", kOfJava},
    {"--dry-run", "not supported; uvmc checks class files when it packs them"},
    {"--source", "programs are compiled and packed first: javac, then uvmc"},
    {"-Xshare:dump", "there is no archive of classes here; the first start makes the base image"},
    {"-zero", kOneVm},
    {"-dcevm", kOneVm},
    {"-XX:ActiveProcessorCount", "not supported; taskset limits the processors"},
    {"-XX:+ExitOnOutOfMemoryError", kNoHandler},
    {"-XX:+CrashOnOutOfMemoryError", kNoHandler},
    {"-XX:OnOutOfMemoryError", kNoHandler},
    {"-XX:OnError", kNoHandler},
    {"-XX:+HeapDumpOnOutOfMemoryError", "heap dumps are not supported; uvm --keep keeps the heap"},
    {"-XX:Flags", "not supported; use an argument file, @FILE"},
    {"-XX:VMOptionsFile", "not supported; use an argument file, @FILE"},
};

// Options that tune HotSpot or make it print about itself. They mean nothing here and do no harm: heaps grow
// as needed, there is only an interpreter, stacks have their own space, signals belong to uvm. The first are
// prefixes of options, the others whole options.
constexpr std::string_view kWithoutEffect[] = {"-Xlog", "-XX:", "-XshowSettings:", "-splash:", "-verbose"};
constexpr std::string_view kWithoutEffectWhole[] = {
    "-server",     "-client",       "-Xint",         "-Xmixed",         "-Xcomp",     "-Xbatch",
    "-Xfuture",    "-Xprof",        "-Xdebug",       "-debug",          "-Xdiag",     "-Xrs",
    "-Xnoclassgc", "-noclassgc",    "-Xcheck:jni",   "-Xshare:auto",    "-Xshare:on", "-Xshare:off",
    "-Xverify",    "-Xverify:all",  "-Xverify:none", "-Xverify:remote", "-verify",    "-verifyremote",
    "-noverify",   "-XshowSettings"};

// Options that mean nothing here either, but must have a valid size.
struct SizeOption {
  std::string_view name, other_name;  // the other one is java's older one
  std::string_view what;
};
constexpr SizeOption kSizes[] = {{"-Xms", "-ms", "initial heap size"},
                                 {"-Xmn", "-Xmn", "initial young generation size"},
                                 {"-Xss", "-ss", "thread stack size"}};

// Other names of uvm's own options.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {{"-version", "--version"},
                                                                         {"-fullversion", "--version"},
                                                                         {"--full-version", "--version"},
                                                                         {"-help", "--help"},
                                                                         {"-?", "--help"},
                                                                         {"-X", "--help"},
                                                                         {"--help-extra", "--help"},
                                                                         {"-Xinternalversion", "--version"}};

// Properties that java keeps for the options above.
bool is_reserved(std::string_view property) {
  constexpr std::string_view kPrefix = "jdk.module.";
  constexpr std::string_view kNames[] = {"addexports", "addopens",     "addreads",
                                         "addmods",    "limitmods",    "path",
                                         "patch",      "upgrade.path", "enable.native.access"};
  if (!property.starts_with(kPrefix)) return false;
  property.remove_prefix(kPrefix.size());
  return std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view name) {
    return property.starts_with(name) && (property.size() == name.size() || property[name.size()] == '.');
  });
}

// Whether `word` is the option, alone or with a value behind '=', ':' or '/'.
bool is_option(std::string_view word, std::string_view option) {
  if (!word.starts_with(option)) return false;
  if (word.size() == option.size()) return true;
  const char next = word[option.size()];
  return next == '=' || next == ':' || next == '/' || option == "-Xrun";
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

// The words of an argument file (man page, "java Command-Line Argument Files"). Where the man page is silent
// this follows java: an open quote ends with its line, and a comment also drops the unquoted text directly
// before it.
std::vector<std::string> split_file(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  std::size_t quoted = 0;  // the bytes of `word` up to its last quote
  bool between = true;     // no word has begun, or a comment has interrupted it
  char quote = 0;
  const auto finish = [&] {
    words.push_back(std::exchange(word, {}));
    quoted = 0;
    quote = 0;
    between = true;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool line_end = c == '\n' || c == '\r';
    if (quote == 0 && is_blank(c)) {
      if (!between) finish();
    } else if (quote == 0 && c == '#') {
      word.resize(quoted);
      between = true;
      i = std::min(text.find_first_of("\r\n", i), text.size());
    } else if (quote == 0) {
      between = false;
      if (c == '"' || c == '\'') {
        quote = c;
      } else {
        word += c;
      }
    } else if (c == quote) {
      quote = 0;
      quoted = word.size();
    } else if (line_end) {
      finish();
    } else if (c != '\\') {
      word += c;
    } else {
      if (++i == text.size()) return words;
      const char next = text[i];
      if (next == '\n' || next == '\r') {  // the word continues after all blanks
        while (i + 1 < text.size() && is_blank(text[i + 1])) ++i;
        if (i + 1 == text.size()) return words;
      } else {
        word += next == 'n' ? '\n' : next == 'r' ? '\r' : next == 't' ? '\t' : next == 'f' ? '\f' : next;
      }
    }
  }
  if (!between && !word.empty()) words.push_back(std::move(word));
  return words;
}

// The words of JDK_JAVA_OPTIONS (man page, "Using the JDK_JAVA_OPTIONS Launcher Environment Variable");
// nothing if a quote is not closed.
std::optional<std::vector<std::string>> split_environment(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool any = false;  // a word has begun, be it empty
  char quote = 0;
  for (const char c : text) {
    if (quote == 0 && std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (any) words.push_back(std::exchange(word, {}));
      any = false;
      continue;
    }
    any = true;
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      word += c;
    }
  }
  if (quote != 0) return std::nullopt;
  if (any) words.push_back(std::move(word));
  return words;
}

class Taker {
 public:
  using Taken = BasicResult<void, std::string>;

  // Takes options from the front of `from`, up to a word that is not one; appends the remaining words to
  // `words`. The error says what is wrong.
  Taken take(std::vector<std::string> from, std::vector<std::string>* words, std::string* stopped_at) {
    std::size_t i = 0, literal = 0;  // words before `literal` are from a file, and name no other file
    for (; i < from.size(); ++i) {
      const std::string word = from[i];
      if (expands_ && i >= literal && word.starts_with("@@")) {
        from[i].erase(0, 1);
        break;
      }
      if (expands_ && i >= literal && word.size() > 1 && word[0] == '@') {
        std::ifstream file(word.substr(1), std::ios::binary);
        if (!file) return Unexpected{"cannot open " + word.substr(1) + ": " + std::strerror(errno)};
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto inside = split_file(text);
        from.erase(from.begin() + static_cast<std::ptrdiff_t>(i));
        from.insert(from.begin() + static_cast<std::ptrdiff_t>(i), inside.begin(), inside.end());
        literal = i + inside.size();
        --i;  // next come the words of the file
        continue;
      }
      if (word.size() < 2 || word[0] != '-' || word == "--") break;
      if (auto taken = take_option(from, &i); !taken) return taken;
    }
    words->insert(words->end(), std::make_move_iterator(result_.words.begin()),
                  std::make_move_iterator(result_.words.end()));
    result_.words.clear();
    if (i >= from.size()) return {};
    *stopped_at = from[i];
    words->insert(words->end(), from.begin() + static_cast<std::ptrdiff_t>(i), from.end());
    return {};
  }

  JavaOptions&& result() { return std::move(result_); }

 private:
  // The option at from[*i], whose value may be the next word.
  Taken take_option(const std::vector<std::string>& from, std::size_t* i) {
    const std::string& word = from[*i];
    for (const Refusal& refusal : kRefused) {
      if (is_option(word, refusal.option))
        return Unexpected{word.substr(0, word.find_first_of("=:", 4)) + ": " + std::string(refusal.instead)};
    }
    for (const auto& [name, own] : kOtherNames) {
      if (word != name) continue;
      result_.words.emplace_back(own);
      return {};
    }
    if (word == "--disable-@files" || word == "-disable-@files") {
      expands_ = false;
      return {};
    }
    if (word == "-showversion" || word == "--show-version") {
      result_.remarks.emplace_back("version " UVM_VERSION);
      return {};
    }
    if (word.starts_with("--")) return take_long_option(from, i);
    if (take_assertions(word)) return {};
    for (const std::string_view name : {"-Xmx", "-mx", "-XX:MaxHeapSize="}) {
      if (word.starts_with(name)) return take_heap_size(word.substr(name.size()), word);
    }
    for (const SizeOption& size : kSizes) {
      const bool found = word.starts_with(size.name);
      if (!found && !word.starts_with(size.other_name)) continue;
      const std::string value = word.substr(found ? size.name.size() : size.other_name.size());
      if (value == "0" || parse_java_size(value)) return {};
      return Unexpected{"Invalid " + std::string(size.what) + ": " + word};
    }
    if (word == "-D" || word.starts_with("-D=")) return {};  // a property without a name
    if (word.starts_with("-XX:MaxDirectMemorySize=")) {
      const auto size = parse_java_size(word.substr(24));
      if (!size) return Unexpected{"Invalid maximum direct memory size: " + word};
      result_.words.push_back("-Dsun.nio.MaxDirectMemorySize=" + std::to_string(*size));
      return {};
    }
    const auto begins = [&](std::string_view option) { return word.starts_with(option); };
    if (std::any_of(std::begin(kWithoutEffect), std::end(kWithoutEffect), begins) ||
        std::find(std::begin(kWithoutEffectWhole), std::end(kWithoutEffectWhole), word) !=
            std::end(kWithoutEffectWhole)) {
      return {};
    }
    if (word.starts_with("-D") && is_reserved(std::string_view(word).substr(2, word.find('=') - 2))) {
      if (!told_reserved_) {
        result_.remarks.emplace_back(
            "ignoring system properties whose names match -Djdk.module.*, which java keeps for itself: use "
            "--add-opens and the like");
      }
      told_reserved_ = true;
      return {};
    }
    result_.words.push_back(word);
    return {};
  }

  Taken take_long_option(const std::vector<std::string>& from, std::size_t* i) {
    struct ModuleOption {
      std::string_view name;
      std::string_view property;
      bool numbered;
      bool at_boot;
    };
    static constexpr ModuleOption kModuleOptions[] = {
        {"--add-opens", "jdk.module.addopens", true, false},
        {"--add-exports", "jdk.module.addexports", true, false},
        {"--add-reads", "jdk.module.addreads", true, false},
        {"--enable-native-access", "jdk.module.enable.native.access", true, false},
        {"--add-modules", "jdk.module.addmods", true, true},
        {"--limit-modules", "jdk.module.limitmods", false, true},
    };
    const std::string& word = from[*i];
    if (is_option(word, "--illegal-access")) {
      result_.remarks.push_back("ignoring option " + word + "; support was removed in 17.0");
      return {};
    }
    for (const ModuleOption& option : kModuleOptions) {
      if (!is_option(word, option.name)) continue;
      std::string value;
      if (word.size() > option.name.size()) {
        value = word.substr(option.name.size() + 1);
      } else if (*i + 1 < from.size()) {
        value = from[++*i];
      }
      if (value.empty()) return Unexpected{std::string(option.name) + " needs a value"};
      std::string property(option.property);
      if (option.numbered) property += "." + std::to_string(numbers_[property]++);
      result_.module_properties.emplace_back(std::move(property), std::move(value));
      result_.modules_at_boot |= option.at_boot;
      return {};
    }
    result_.words.push_back(word);
    if (std::find(std::begin(kTakeAValue), std::end(kTakeAValue), word) != std::end(kTakeAValue) &&
        *i + 1 < from.size()) {
      result_.words.push_back(from[++*i]);
    }
    return {};
  }

  // -ea, -da, -esa, -dsa and their long forms; with a class or a package after the colon.
  bool take_assertions(const std::string& word) {
    static const std::map<std::string_view, std::string_view> kNames = {
        {"-ea", "+"},   {"-enableassertions", "+"},
        {"-da", "-"},   {"-disableassertions", "-"},
        {"-esa", "+!"}, {"-enablesystemassertions", "+!"},
        {"-dsa", "-!"}, {"-disablesystemassertions", "-!"}};
    const std::size_t colon = word.find(':');
    const auto found = kNames.find(std::string_view(word).substr(0, colon));
    if (found == kNames.end()) return false;
    std::string of = colon == std::string::npos ? "" : word.substr(colon + 1);
    if (colon != std::string::npos && found->second.size() > 1) return false;
    if (colon != std::string::npos && of.empty()) return true;  // names no class
    std::replace(of.begin(), of.end(), '/', '.');
    result_.assertions.push_back(std::string(found->second) + of);
    return true;
  }

  static std::optional<std::uint64_t> parse_java_size(std::string text) {
    if (!text.empty()) text.back() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.back())));
    return parse_size(text);
  }

  Taken take_heap_size(const std::string& text, const std::string& word) {
    constexpr std::uint64_t kLeast = std::uint64_t{16} << 20;  // of --heap
    const auto size = parse_java_size(text);
    if (!size) return Unexpected{"Invalid maximum heap size: " + word};
    result_.words.emplace_back("--heap");
    result_.words.push_back(std::to_string(std::max(*size, kLeast)));
    return {};
  }

  JavaOptions result_;
  std::map<std::string, int> numbers_;
  bool told_reserved_ = false;
  bool expands_ = true;  // argument files
};

}  // namespace

BasicResult<JavaOptions, std::string> take_java_options(const std::vector<std::string>& words,
                                                        std::span<const std::string_view> commands,
                                                        const char* environment) {
  Taker taker;
  std::vector<std::string> left, left_of_environment;
  std::string first, stray;
  if (auto taken = taker.take(words, &left, &first); !taken) return Unexpected{taken.error()};
  const bool runs = !first.empty() && std::find(commands.begin(), commands.end(), first) == commands.end();
  const bool heeded = runs && environment != nullptr && environment[0] != '\0';
  if (heeded) {
    const auto of_environment = split_environment(environment);
    if (!of_environment) return Unexpected{std::string("JDK_JAVA_OPTIONS: a quote is not closed")};
    auto taken = taker.take(*of_environment, &left_of_environment, &stray);
    if (taken && !stray.empty()) taken = Unexpected{"'" + stray + "' is not an option"};
    for (const std::string_view word : {"-h", "--help", "--version"}) {
      if (std::find(left_of_environment.begin(), left_of_environment.end(), word) !=
          left_of_environment.end())
        taken = Unexpected{std::string(word) + " is not allowed there"};
    }
    if (!taken) return Unexpected{"JDK_JAVA_OPTIONS: " + taken.error()};
  }
  JavaOptions options = taker.result();
  options.words = std::move(left_of_environment);  // the command line comes later, and so wins
  options.words.insert(options.words.end(), left.begin(), left.end());
  if (heeded) {
    options.remarks.insert(options.remarks.begin(),
                           std::string("picked up JDK_JAVA_OPTIONS: ") + environment);
  }
  return options;
}

}  // namespace uvm::tools
