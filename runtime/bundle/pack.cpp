#include "runtime/bundle/pack.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/bundle/jar_reader.h"
#include "runtime/bundle/manifest.h"
#include "runtime/bundle/mapped_file.h"
#include "runtime/bundle/utf8.h"

namespace uvm::rt::bundle {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kClassSuffix = ".class";
constexpr std::string_view kVersions = "META-INF/versions/";
constexpr int kFirstMultiRelease = 9;  // JEP 238
constexpr int kJavaVersion = 17;

Unexpected<Error> bad_input(std::string message) { return {{Errc::kBadInput, 0, std::move(message)}}; }

Unexpected<Error> bad_entry(const std::string& input, const std::string& entry, const std::string& why) {
  return bad_input(input + ": " + entry + ": " + why);
}

bool has_magic(std::span<const std::byte> bytes, std::initializer_list<unsigned char> magic) {
  return bytes.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](unsigned char a, std::byte b) { return std::byte{a} == b; });
}

// "*" at the end of a path means the jars of the folder before it, as in java's class path; anything else is
// one input.
std::vector<std::string> expand(const std::string& input) {
  std::error_code error;
  if (input != "*" && !input.ends_with("/*")) return {input};
  if (fs::exists(input, error)) return {input};
  const std::string folder = input == "*" ? "." : input.substr(0, input.size() - 1);
  std::vector<std::string> jars;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string suffix = at->path().extension().string();
    if ((suffix == ".jar" || suffix == ".JAR") && !at->is_directory(error))
      jars.push_back(at->path().string());
  }
  std::sort(jars.begin(), jars.end());
  return jars;
}

// Whether a class loader that is asked for a class could come to this path. Names under META-INF/, BOOT-INF/
// or WEB-INF/ are never loaded under that name and may be classes for another program; module-info.class is a
// descriptor, not a class.
bool loadable_path(std::string_view name) {
  const std::string_view top = name.substr(0, name.find('/'));
  return name.ends_with(kClassSuffix) && !top.ends_with("-INF") && !name.ends_with("module-info.class");
}

// For "META-INF/versions/N/rest" with an N that Java 17 takes: N and rest.
std::optional<std::pair<int, std::string_view>> versioned(std::string_view name) {
  if (!name.starts_with(kVersions)) return std::nullopt;
  name.remove_prefix(kVersions.size());
  int version = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
  if (error != std::errc{} || version < kFirstMultiRelease || version > kJavaVersion) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()));
  if (name.size() < 2 || name.front() != '/') return std::nullopt;
  name.remove_prefix(1);
  if (name.starts_with("META-INF/")) return std::nullopt;
  return std::pair{version, name};
}

std::string to_dots(std::string name) {
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

std::string to_slashes(std::string name) {
  std::replace(name.begin(), name.end(), '.', '/');
  return name;
}

// Like String.trim, which java applies to the main class in a manifest.
std::string trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

class Packer {
 public:
  explicit Packer(const PackOptions& options) : options_(options) {
    std::error_code ignored;
    if (!options.output.empty()) output_ = fs::weakly_canonical(options.output, ignored);
  }

  Result<Packed> run() {
    for (const auto& words : options_.inputs) {
      const std::vector<std::string> inputs = expand(words);
      if (inputs.empty()) return bad_input(words + ": no such folder, or no jars in it");
      for (const auto& input : inputs) {
        if (input != words && is_output(input)) continue;  // of an earlier run, among a folder's jars
        if (auto added = add_input(input, true); !added) return Unexpected<Error>{std::move(added.error())};
      }
    }
    Packed packed;
    if (options_.inspect) {
      auto main = find_main();
      if (!main) return Unexpected<Error>{std::move(main.error())};
      packed.main_class = *main;
    }
    auto bytes = writer_.finish(packed.main_class);
    if (!bytes) return Unexpected<Error>{std::move(bytes.error())};
    packed.bytes = std::move(*bytes);
    return packed;
  }

 private:
  // `named` is false for paths from a Class-Path attribute, which may not exist or may be something else.
  Result<void> add_input(const std::string& input, bool named) {
    std::error_code error;
    const fs::path path = fs::canonical(input, error);
    if (error) {
      if (!named) return {};
      return Unexpected<Error>{{Errc::kIo, error.value(), input + ": " + error.message()}};
    }
    if (!seen_.insert(path.string()).second) return {};
    if (!is_utf8(path.string())) return bad_input(input + ": the path is not UTF-8");
    if (fs::is_directory(path, error)) return add_folder(path, input, named);
    if (path == output_) return bad_input(input + ": is also the output");
    auto file = read_file(path.string());
    if (!file) {
      if (!named) return {};
      file.error().message = input + file.error().message.substr(path.string().size());
      return Unexpected<Error>{std::move(file.error())};
    }
    if (named && has_magic(*file, {0xca, 0xfe, 0xba, 0xbe}))
      return add_class_file(path, input, std::move(*file));
    if (named && has_magic(*file, {'U', 'V', 'M', 'B', 'C'})) {
      return bad_input(input + ": is already a bundle");
    }
    return add_jar(path, input, std::move(*file), named);
  }

  Result<void> add_jar(const fs::path& path, const std::string& input, std::vector<std::byte> bytes,
                       bool named) {
    auto jar = JarReader::read(bytes, input);
    if (!jar) {
      // Many other files end up here, so say what is expected.
      if (!input.ends_with(".jar"))
        jar.error().message += " (inputs are jars, class files and class folders)";
      return Unexpected<Error>{std::move(jar.error())};
    }
    const auto& entries = jar->entries();
    std::map<std::string_view, std::size_t> all;  // name -> number in `entries`
    for (std::size_t i = 0; i < entries.size(); i++) all[entries[i].name] = i;
    std::vector<std::byte> manifest_bytes;
    if (const auto at = all.find("META-INF/MANIFEST.MF"); at != all.end()) {
      auto content = jar->content(entries[at->second]);
      if (!content) return Unexpected<Error>{std::move(content.error())};
      manifest_bytes = std::move(*content);
    }
    const Manifest manifest(manifest_bytes);
    // What the program sees: for each name the version and the number of the entry.
    std::map<std::string_view, std::pair<int, std::size_t>> effective;
    for (const auto& [name, number] : all) effective[name] = {0, number};
    if (manifest.multi_release()) {
      for (const auto& [name, number] : all) {
        if (const auto release = versioned(name)) {
          auto& best = effective[release->second];
          if (release->first > best.first) best = {release->first, number};
        }
      }
    }
    std::vector<std::vector<std::string_view>> names(entries.size());  // under which an entry is seen
    for (const auto& [name, chosen] : effective) names[chosen.second].push_back(name);
    // One content at a time: the maker of the jar decides how large all of them are together.
    std::vector<BundleWriter::Part> parts;
    for (std::size_t i = 0; i < entries.size(); i++) {
      const JarEntry& entry = entries[i];
      const auto content = jar->content(entry);
      if (!content) return Unexpected<Error>{content.error()};
      for (const auto name : names[i]) note_entry(input, std::string(name), *content, false);
      parts.push_back({*jar->place(entry), static_cast<std::uint32_t>(entry.compressed_size),
                       static_cast<std::uint32_t>(entry.size), entry.method, entry.crc});
    }
    const auto origin =
        writer_.add_jar(recorded_path(path), std::move(bytes), named, modified(path.string()));
    for (const auto& [name, chosen] : effective)
      writer_.add_entry(std::string(name), origin, parts[chosen.second]);
    if (const auto main = manifest.attribute("Main-Class"); main && manifest_main_.empty())
      manifest_main_ = trimmed(*main);
    for (const auto& url : manifest.class_path()) {
      const auto file = class_path_file(url, path.parent_path().string());
      if (!file) continue;
      if (auto added = add_input(*file, false); !added) return added;
    }
    return {};
  }

  Result<void> add_folder(const fs::path& path, const std::string& input, bool named) {
    const auto origin = writer_.add_folder(recorded_path(path), named, modified(path.string()));
    std::set<std::string> above;
    return add_tree(path, input, "", origin, above);
  }

  // `above` holds the canonical paths of the folders on the way down, against loops of symbolic links.
  Result<void> add_tree(const fs::path& folder, const std::string& input, const std::string& prefix,
                        std::uint32_t origin, std::set<std::string>& above) {
    std::error_code error;
    const std::string self = fs::canonical(folder, error).string();
    if (error) return Unexpected<Error>{{Errc::kIo, error.value(), folder.string() + ": " + error.message()}};
    if (!above.insert(self).second) return {};
    std::vector<fs::path> paths;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
      paths.push_back(at->path());
    }
    if (error) return Unexpected<Error>{{Errc::kIo, error.value(), folder.string() + ": " + error.message()}};
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
      std::string name = prefix;
      name += path.filename().string();
      if (!is_utf8(name)) return bad_entry(input, name, "the name is not UTF-8");
      if (fs::is_directory(path, error)) {
        writer_.add_file(name + "/", origin, {}, modified(path.string()));
        if (auto added = add_tree(path, input, name + "/", origin, above); !added) return added;
      } else if (fs::is_regular_file(path, error) && !is_output(path)) {
        auto bytes = read_file(path.string());
        if (!bytes) return Unexpected<Error>{std::move(bytes.error())};
        note_entry(input, name, *bytes, true);
        writer_.add_file(name, origin, std::move(*bytes), modified(path.string()));
      }
    }
    above.erase(self);
    return {};
  }

  Result<void> add_class_file(const fs::path& path, const std::string& input, std::vector<std::byte> bytes) {
    if (!options_.inspect) return bad_input(input + ": a single class file is not accepted here");
    auto facts = options_.inspect(bytes, path.stem().string());
    if (!facts) return bad_input(input + ": " + facts.error());
    const std::string name = facts->name + std::string(kClassSuffix);
    const std::string file_name = name.substr(name.rfind('/') + 1);
    if (path.filename() != file_name) return bad_input(input + ": holds class " + to_dots(facts->name));
    // The class path root is the folder above the package, if the file lies in folders named like it.
    std::string root = path.string();
    root.resize(root.ends_with("/" + name) ? root.size() - name.size() - 1
                                           : root.size() - file_name.size() - 1);
    if (root.empty()) root = "/";
    const auto [at, fresh] = class_roots_.try_emplace(root, 0);
    if (fresh) at->second = writer_.add_folder(recorded_path(root), true, modified(root));
    for (std::size_t slash = name.find('/'); slash != std::string::npos; slash = name.find('/', slash + 1)) {
      const std::string package = name.substr(0, slash + 1);
      writer_.add_file(package, at->second, {}, modified((fs::path(root) / package).string()));
    }
    note_entry(input, name, bytes, true);
    writer_.add_file(name, at->second, std::move(bytes), modified(path.string()));
    return {};
  }

  // `own`: the entry is the user's own class, not one of a library.
  void note_entry(const std::string& input, const std::string& name, std::span<const std::byte> content,
                  bool own) {
    if (!options_.inspect || !loadable_path(name)) return;
    if (const auto noted = note_class(name, content, own); !noted) {
      if (own && own_misfit_.empty()) own_misfit_ = name;
      misfits_.try_emplace(name, input + ": " + name + ": " + noted.error());
    }
  }

  // The error says why the entry is not the class that its name says.
  BasicResult<void, std::string> note_class(const std::string& entry, std::span<const std::byte> content,
                                            bool own) {
    auto facts = options_.inspect(content, entry.substr(0, entry.size() - kClassSuffix.size()));
    if (!facts) return Unexpected{facts.error()};
    if (facts->name + std::string(kClassSuffix) != entry)
      return Unexpected{"holds class " + to_dots(facts->name)};
    if (own) own_classes_.insert(facts->name);
    if (own && facts->has_main) own_mains_.insert(to_dots(facts->name));
    classes_.try_emplace(facts->name, *facts);  // the first of the class path counts
    return {};
  }

  // The main class: the one asked for; or the first Main-Class of a manifest; or the only class with a main
  // method among the class files and folders. It is checked to be in the bundle and, as far as its
  // superclasses are, to have a main method.
  Result<std::string> find_main() const {
    std::string main = to_slashes(options_.main_class.empty() ? manifest_main_ : options_.main_class);
    if (main.empty() && own_mains_.size() == 1) main = to_slashes(*own_mains_.begin());
    if (main.empty() && own_mains_.empty()) {
      if (!own_misfit_.empty()) return bad_input(misfits_.at(own_misfit_));
      if (own_classes_.size() == 1) return no_main_method(*own_classes_.begin());
      return bad_input(
          "no main class: none of the inputs has a Main-Class in its manifest; give --main CLASS");
    }
    if (main.empty()) {
      std::string names;
      for (const auto& name : own_mains_) names += (names.empty() ? "" : ", ") + name;
      return bad_input("which main class? give --main with one of " + names);
    }
    if (classes_.find(main) == classes_.end()) {
      const auto misfit = misfits_.find(main + std::string(kClassSuffix));
      if (misfit != misfits_.end()) return bad_input(misfit->second);
      return bad_input("could not find main class " + to_dots(main) + " in the inputs");
    }
    std::set<std::string> visited;
    for (std::string at = main; visited.insert(at).second;) {
      const auto found = classes_.find(at);
      if (found == classes_.end()) {
        if (at == "java/lang/Object" || at.empty()) return no_main_method(main);
        break;  // inherits from outside of the bundle: java will see
      }
      if (found->second.has_main) break;
      at = found->second.super_name;
    }
    return to_dots(main);
  }

  static Unexpected<Error> no_main_method(const std::string& name) {
    return bad_input("main method not found in class " + to_dots(name) +
                     ", please define it as: public static void main(String[] args)");
  }

  [[nodiscard]] std::string recorded_path(const fs::path& path) const {
    return options_.origin_path.empty() ? path.string() : options_.origin_path;
  }

  // Modification time of a file or folder in nanoseconds since 1970; 0 for bundles that do not depend on
  // where they were made.
  [[nodiscard]] std::int64_t modified(const std::string& path) const {
    struct stat status {};
    if (!options_.origin_path.empty() || ::stat(path.c_str(), &status) != 0) return 0;
    return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  }

  [[nodiscard]] bool is_output(const fs::path& path) const {
    std::error_code ignored;
    return !output_.empty() && fs::weakly_canonical(path, ignored) == output_;
  }

  const PackOptions& options_;
  fs::path output_;
  BundleWriter writer_;
  std::set<std::string> seen_;                              // canonical paths of inputs
  std::map<std::string, std::uint32_t> class_roots_;        // of single class files: root -> origin
  std::map<std::string, ClassFacts, std::less<>> classes_;  // internal name -> facts
  std::set<std::string> own_classes_;                       // of class files and folders, not of jars
  std::set<std::string> own_mains_;                         // those with a main method, with dots
  std::map<std::string, std::string> misfits_;  // entries that are not the class they are called -> why
  std::string own_misfit_;                      // the first of them in class files and folders
  std::string manifest_main_;
};

}  // namespace

Result<Packed> pack(const PackOptions& options) { return Packer(options).run(); }

}  // namespace uvm::rt::bundle
