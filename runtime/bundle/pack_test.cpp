#include "runtime/bundle/pack.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/bundle/manifest.h"
#include "runtime/bundle/mapped_file.h"
#include "runtime/bundle/test_jar.h"

namespace uvm::rt::bundle {
namespace {

namespace fs = std::filesystem;

const std::string kClass = "\xca\xfe\xba\xbe";

// The class files of these tests: "<magic> name super main|-".
BasicResult<ClassFacts, std::string> inspect(std::span<const std::byte> bytes, std::string_view) {
  std::istringstream text(to_text(bytes));
  std::string magic, main;
  ClassFacts facts;
  text >> magic >> facts.name >> facts.super_name >> main;
  if (magic != kClass) return Unexpected<std::string>{"bad magic"};
  facts.has_main = main == "main";
  return facts;
}

class PackTest : public testing::Test {
 protected:
  PackTest() {
    std::string pattern = (fs::temp_directory_path() / "uvm_pack_XXXXXX").string();
    folder_ = fs::canonical(mkdtemp(pattern.data()));
  }
  ~PackTest() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& content) {
    const fs::path path = folder_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  Result<Packed> pack_inputs(std::vector<std::string> inputs, std::string main = "") {
    PackOptions options;
    options.inputs = std::move(inputs);
    options.main_class = std::move(main);
    options.inspect = inspect;
    options.output = (folder_ / "classes/app.bc").string();
    return pack(options);
  }

  // The content of a name's entries, in order, separated by bars.
  static std::string all(const Packed& packed, const std::string& name) {
    auto view = BundleView::view(packed.bytes, Check::kAll, "packed");
    EXPECT_TRUE(view) << view.error().message;
    std::string result;
    for (auto at = view->find(name); at != kNone; at = view->next(at))
      result += to_text(view->content(at).value()) + "|";
    return result;
  }

  fs::path folder_;
};

const std::string kMain = kClass + " p/Main java/lang/Object main";

TEST_F(PackTest, JarsFoldersAndDuplicatesInOrder) {
  const auto jar = write(
      "a.jar", make_jar({{"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nMain-Class: p.Ma\r\n in\r\n\r\n"},
                         {"p/Main.class", kMain},
                         {"r.txt", "first"},
                         {"twice", "old"},
                         {"twice", "new"}}));
  write("classes/r.txt", "second");
  write("classes/app.bc", "the output of an earlier run");
  write("classes/q/X.class", kClass + " q/X java/lang/Object -");
  auto packed = pack_inputs({jar, (folder_ / "classes").string(), jar});
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(packed->main_class, "p.Main");
  EXPECT_EQ(all(*packed, "r.txt"), "first|second|");
  EXPECT_EQ(all(*packed, "twice"), "new|");
  EXPECT_EQ(all(*packed, "q/X.class"), kClass + " q/X java/lang/Object -|");
  EXPECT_EQ(all(*packed, "q/"), "|");
  EXPECT_EQ(all(*packed, "app.bc"), "");
  auto view = BundleView::view(packed->bytes, Check::kAll, "packed");
  ASSERT_EQ(view->origin_count(), 2u);
  EXPECT_EQ(view->origin_path(0), jar);
  EXPECT_NE(view->manifest(0), kNone);
  std::ifstream file(jar, std::ios::binary);
  EXPECT_EQ(to_text(view->jar(0)), std::string(std::istreambuf_iterator<char>(file), {}));
  EXPECT_GT(view->origin_modified(0), 0);
  EXPECT_GT(view->modified(view->find("q/")), 0);
}

TEST_F(PackTest, MultiReleaseJars) {
  const std::string manifest = "Manifest-Version: 1.0\nMulti-Release: TRUE\nMain-Class: p.Main\n";
  const std::vector<TestJarEntry> entries = {{"META-INF/MANIFEST.MF", manifest},
                                             {"p/Main.class", kMain},
                                             {"r", "base"},
                                             {"META-INF/versions/9/r", "nine"},
                                             {"META-INF/versions/17/r", "seventeen"},
                                             {"META-INF/versions/11/r", "eleven"},
                                             {"META-INF/versions/18/r", "eighteen"},
                                             {"META-INF/versions/8/s", "eight"},
                                             {"META-INF/versions/10/t", "only versioned"},
                                             {"META-INF/versions/18/p/Main.class", "of a later Java"}};
  auto packed = pack_inputs({write("mr.jar", make_jar(entries))});
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(all(*packed, "r"), "seventeen|");
  EXPECT_EQ(all(*packed, "META-INF/versions/9/r"), "nine|");
  EXPECT_EQ(all(*packed, "s"), "");
  EXPECT_EQ(all(*packed, "t"), "only versioned|");
  auto plain = entries;
  plain[0].content = "Manifest-Version: 1.0\nMain-Class: p.Main\n";
  packed = pack_inputs({write("plain.jar", make_jar(plain))});
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(all(*packed, "r"), "base|");
}

TEST_F(PackTest, FollowsClassPathOfManifests) {
  write("lib/b c.jar", make_jar({{"META-INF/MANIFEST.MF", "Class-Path: ../a.jar sub/\n"}, {"r", "b"}}));
  write("lib/sub/r", "sub");
  const auto a =
      write("a.jar", make_jar({{"META-INF/MANIFEST.MF",
                                "Main-Class: p.Main\nClass-Path: lib/b%20c.jar missing.jar http://x/y.jar\n"},
                               {"p/Main.class", kMain},
                               {"r", "a"}}));
  const auto last = write("last.jar", make_jar({{"r", "last"}}));
  auto packed = pack_inputs({a, last});
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(all(*packed, "r"), "a|b|sub|last|");
  auto view = BundleView::view(packed->bytes, Check::kAll, "packed");
  ASSERT_EQ(view->origin_count(), 4u);
  EXPECT_TRUE(view->origin_is_named(0) && view->origin_is_named(3));
  EXPECT_FALSE(view->origin_is_named(1) || view->origin_is_named(2));
}

TEST_F(PackTest, AStarMeansTheJarsOfAFolder) {
  write("lib/b.JAR", make_jar({{"r", "b"}}));
  write("lib/a.jar", make_jar({{"r", "a"}, {"p/Main.class", kMain}}));
  write("lib/notes.txt", "no jar");
  auto packed = pack_inputs({(folder_ / "lib/*").string()}, "p.Main");
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(all(*packed, "r"), "a|b|");
  const auto none = (folder_ / "classes/*").string();
  EXPECT_EQ(pack_inputs({none}).error().message, none + ": no such folder, or no jars in it");
}

TEST_F(PackTest, TheOutputIsNotAnInput) {
  const auto output = write("classes/app.bc", make_jar({{"p/Main.class", kMain}}));
  EXPECT_EQ(pack_inputs({output}, "p.Main").error().message, output + ": is also the output");
  write("lib/a.jar", make_jar({{"p/Main.class", kMain}}));
  PackOptions options;
  options.inputs = {(folder_ / "lib/*").string()};
  options.main_class = "p.Main";
  options.inspect = inspect;
  options.output = write("lib/all.jar", "a bundle of an earlier run");
  auto packed = pack(options);
  ASSERT_TRUE(packed) << packed.error().message;
}

TEST_F(PackTest, PipesDoNotBlock) {
  const auto pipe = (folder_ / "pipe.jar").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0666), 0);
  EXPECT_EQ(pack_inputs({pipe}).error().message, pipe + ": not a regular file");
}

TEST_F(PackTest, BlanksAroundTheMainClassAreIgnored) {
  auto packed = pack_inputs({write(
      "a.jar", make_jar({{"META-INF/MANIFEST.MF", "Main-Class:  p.Main \t\n"}, {"p/Main.class", kMain}}))});
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(packed->main_class, "p.Main");
}

TEST_F(PackTest, SingleClassFilesFindTheirRoot) {
  const auto main = write("x/p/Main.class", kMain);
  const auto other = write("x/p/Other.class", kClass + " p/Other java/lang/Object -");
  auto packed = pack_inputs({main, other});
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(packed->main_class, "p.Main");
  auto view = BundleView::view(packed->bytes, Check::kAll, "packed");
  ASSERT_EQ(view->origin_count(), 1u);
  EXPECT_EQ(view->origin_path(0), (folder_ / "x").string());
  EXPECT_EQ(all(*packed, "p/Other.class"), kClass + " p/Other java/lang/Object -|");
  EXPECT_EQ(all(*packed, "p/"), "|");
}

TEST_F(PackTest, RefusesWithFileEntryAndReason) {
  const auto message = [&](std::vector<std::string> inputs, std::string main = "") {
    auto packed = pack_inputs(std::move(inputs), std::move(main));
    return packed ? "packed" : packed.error().message;
  };
  const auto good = write("Main.class", kClass + "x and more");
  EXPECT_EQ(message({good}), good + ": bad magic");
  const auto bad_class = write("bad.jar", make_jar({{"p/A.class", "XXX"}}));
  EXPECT_EQ(message({bad_class}, "p/A"), bad_class + ": p/A.class: bad magic");
  write("folder/p/A.class", "XXX");
  const auto folder = (folder_ / "folder").string();
  EXPECT_EQ(message({folder}), folder + ": p/A.class: bad magic");
  const auto wrong = write("wrong.jar", make_jar({{"p/A.class", kMain}}));
  EXPECT_EQ(message({wrong}, "p.A"), wrong + ": p/A.class: holds class p.Main");
  const auto hidden = write("ok.jar", make_jar({{"META-INF/x/A.class", "XXX"}, {"p/Main.class", kMain}}));
  EXPECT_EQ(message({hidden}, "p/Main"), "packed");
  EXPECT_EQ(message({hidden}),
            "no main class: none of the inputs has a Main-Class in its manifest; give --main CLASS");
  EXPECT_EQ(message({hidden}, "p.Nobody"), "could not find main class p.Nobody in the inputs");
  EXPECT_EQ(message({(folder_ / "absent.jar").string()}),
            (folder_ / "absent.jar").string() + ": No such file or directory");
  const auto text = write("notes.txt", "just text");
  EXPECT_EQ(
      message({text}),
      text + ": not a jar: no end of central directory (inputs are jars, class files and class folders)");
}

TEST_F(PackTest, MisnamedClassesArePackedAsFiles) {
  const auto jar =
      write("a.jar", make_jar({{"p/Main.class", kMain}, {"Lib/x$py.class", kMain}, {"q/A.class", "XXX"}}));
  auto packed = pack_inputs({jar}, "p.Main");
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(all(*packed, "Lib/x$py.class"), kMain + "|");
  EXPECT_EQ(all(*packed, "q/A.class"), "XXX|");
}

TEST_F(PackTest, LooksForMainInSuperclasses) {
  const auto no_main =
      "main method not found in class p.C, please define it as: public static void main(String[] args)";
  write("c/p/C.class", kClass + " p/C p/D -");
  const auto folder = (folder_ / "c").string();
  EXPECT_TRUE(pack_inputs({folder}, "p.C"));  // p.D is elsewhere
  write("c/p/D.class", kClass + " p/D java/lang/Object -");
  EXPECT_EQ(pack_inputs({folder}, "p.C").error().message, no_main);
  write("c/p/D.class", kClass + " p/D java/lang/Object main");
  EXPECT_TRUE(pack_inputs({folder}, "p.C"));
  write("c/p/D.class", kClass + " p/D p/C -");  // a circle has no end and no main
  EXPECT_TRUE(pack_inputs({folder}, "p.C"));
  write("c/p/E.class", kClass + " p/E java/lang/Object main");
  write("c/p/F.class", kClass + " p/F java/lang/Object main");
  EXPECT_EQ(pack_inputs({folder}).error().message, "which main class? give --main with one of p.E, p.F");
}

TEST_F(PackTest, LoopsOfLinksEnd) {
  write("c/p/Main.class", kMain);
  fs::create_directory_symlink(folder_ / "c", folder_ / "c/loop");
  auto packed = pack_inputs({(folder_ / "c").string()});
  ASSERT_TRUE(packed) << packed.error().message;
  EXPECT_EQ(all(*packed, "loop/p/Main.class"), "");
}

TEST_F(PackTest, WritesWholeFilesOnly) {
  const auto path = write("out.bc", "old");
  ASSERT_TRUE(write_file(path, to_bytes("new")));
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "new");
  EXPECT_FALSE(write_file(folder_.string(), to_bytes("x")));
  EXPECT_FALSE(write_file((folder_ / "no/such/folder").string(), to_bytes("x")));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
  EXPECT_EQ(BundleFile::open(path).error().code, Errc::kNotABundle);
}

TEST(Manifest, MainAttributes) {
  const auto bytes = to_bytes(
      "Manifest-Version: 1.0\r\nLong: ab\r\n cd\r\nnonsense\r\n x\r\nlast: 1\r\n\r\nName: p/\r\nLong: "
      "no\r\n");
  const Manifest manifest(bytes);
  EXPECT_EQ(manifest.attribute("LONG"), "abcd");
  EXPECT_EQ(manifest.attribute("last"), "1");
  EXPECT_EQ(manifest.attribute("Name"), std::nullopt);
  EXPECT_FALSE(manifest.multi_release());
}

TEST(Manifest, ClassPathUrls) {
  EXPECT_EQ(class_path_file("a%2Bb.jar", "/lib"), "/lib/a+b.jar");
  EXPECT_EQ(class_path_file("100%.jar", "/lib"), "/lib/100%.jar");
  EXPECT_EQ(class_path_file("file:/x/a.jar", "/lib"), "/x/a.jar");
  EXPECT_EQ(class_path_file("file:///x/a.jar", "/lib"), "/x/a.jar");
  EXPECT_EQ(class_path_file("file:a.jar", "/lib"), "/lib/a.jar");
  EXPECT_EQ(class_path_file("d/a:b.jar", "/lib"), "/lib/d/a:b.jar");
  EXPECT_EQ(class_path_file("http://h/a.jar", "/lib"), std::nullopt);
}

}  // namespace
}  // namespace uvm::rt::bundle
