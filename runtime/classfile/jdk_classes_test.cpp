// Every class of the installed class library goes through all of this folder.
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "base/sanitizers.h"
#include "runtime/classfile/descriptor.h"
#include "runtime/classfile/npe_message.h"
#include "runtime/classfile/stack_maps.h"
#include "runtime/classfile/test_world.h"
#include "runtime/classfile/type_inferrer.h"
#include "runtime/jimage/java_home.h"
#include "runtime/jimage/jimage.h"

namespace uvm::rt::classfile {
namespace {

class JdkClasses : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto home = jimage::find_java_home();
    ASSERT_TRUE(home) << home.error().message;
    auto image = jimage::JImage::open(home->modules);
    ASSERT_TRUE(image) << image.error().message;
    library_ = new Library{std::move(*image), {}, {}};
    const auto walked = library_->image.for_each([](const jimage::Location& location) {
      if (location.module != "java.base" || location.extension != "class" || location.base == "module-info") {
        return true;
      }
      const auto bytes = library_->image.find(location.module, location.path());
      EXPECT_TRUE(bytes) << location.path();
      auto file = parse(*bytes, {});
      EXPECT_TRUE(file) << location.path() << ": " << file.error().message;
      if (file) library_->files.push_back(std::move(*file));
      return true;
    });
    ASSERT_TRUE(walked) << walked.error().message;
    for (const ClassFile& file : library_->files) library_->world.add(file);
  }
  static void TearDownTestSuite() {
    delete library_;
    library_ = nullptr;
  }

  struct Library {
    jimage::JImage image;
    std::deque<ClassFile> files;
    World world;
  };
  static inline Library* library_ = nullptr;
  static constexpr std::size_t kStep = kSanitized ? 8 : 1;  // only each kStep-th class is tested
};

TEST_F(JdkClasses, AreAllParsed) { EXPECT_GT(library_->files.size(), 6000u); }

TEST_F(JdkClasses, Verify) {
  for (std::size_t n = 0; n < library_->files.size(); n += kStep) {
    const ClassFile& file = library_->files[n];
    const ClassFileView view(file);
    WorldOracle oracle(library_->world, file, true);
    VerifyProgress progress;
    for (;;) {
      const VerifyOutcome outcome = verify(view.view(), oracle, progress);
      if (const auto* need = std::get_if<NeedClass>(&outcome)) {
        ASSERT_TRUE(oracle.loaded().count(need->name) == 0) << "asked twice for " << need->name;
        oracle.load(need->name);
        continue;
      }
      const auto* failure = std::get_if<VerifyFailure>(&outcome);
      EXPECT_EQ(failure, nullptr) << file.name << ": " << failure->message;
      break;
    }
  }
}

// Everything that type checking accepts is also accepted by inference, which uses no stack map.
TEST_F(JdkClasses, VerifyByInference) {
  for (std::size_t n = 0; n < library_->files.size(); n += kStep) {
    const ClassFile& file = library_->files[n];
    const ClassFileView view(file);
    WorldOracle oracle(library_->world, file);
    for (const MethodView& method : view.view().methods) {
      if (method.code.bytes.empty()) continue;
      try {
        TypeInferrer(view.view(), method, oracle).run();
      } catch (VerifyThrow& thrown) {
        ADD_FAILURE() << thrown.failure.message;
      }
    }
  }
}

// Reads the references in the frames of a StackMapTable: 'r' a reference, '.' something else, 't' top.
class TableReader {
 public:
  explicit TableReader(const MethodView& method)
      : bytes_({reinterpret_cast<const std::uint8_t*>(method.code.stack_map_table.data()),
                method.code.stack_map_table.size()}) {
    if (!method.is_static()) locals_.emplace_back("r");
    for (ParameterTypes p(method.descriptor); !p.done(); p.next()) {
      const char first = p.type().front();
      locals_.emplace_back(is_reference(first) ? "r" : slots_of(first) == 2 ? ".." : ".");
    }
    left_ = bytes_.empty() ? 0 : u2();
  }

  bool next() {
    if (left_ == 0) return false;
    --left_;
    stack.clear();
    const unsigned tag = bytes_[at_++];
    unsigned delta = tag % 64;
    if (tag >= 128) delta = u2();
    bci = first_ ? delta : bci + delta + 1;
    first_ = false;
    if (tag >= 64 && (tag < 128 || tag == 247)) {
      stack = type();
    } else if (tag > 247 && tag < 251) {
      locals_.resize(locals_.size() - (251 - tag));
    } else if (tag > 251 && tag < 255) {
      for (unsigned i = 251; i < tag; ++i) locals_.push_back(type());
    } else if (tag == 255) {
      locals_.clear();
      for (unsigned n = u2(); n > 0; --n) locals_.push_back(type());
      for (unsigned n = u2(); n > 0; --n) stack += type();
    }
    locals.clear();
    for (const std::string& l : locals_) locals += l;
    return true;
  }

  std::size_t bci = 0;
  std::string locals, stack;

 private:
  unsigned u2() {
    at_ += 2;
    return read_u2(bytes_, at_ - 2);
  }
  std::string type() {
    const unsigned tag = bytes_[at_++];
    if (tag >= 7) u2();
    return tag == 0 ? "t" : tag <= 2 ? "." : tag <= 4 ? ".." : "r";
  }

  CodeBytes bytes_;
  std::size_t at_ = 0;
  unsigned left_ = 0;
  bool first_ = true;
  std::vector<std::string> locals_;
};

TEST_F(JdkClasses, StackMapsAgreeWithTheCompilers) {
  std::size_t frames = 0;
  for (std::size_t n = 0; n < library_->files.size(); n += kStep) {
    const ClassFile& file = library_->files[n];
    const ClassFileView view(file);
    for (const MethodView& method : view.view().methods) {
      if (method.code.bytes.empty()) continue;
      const auto maps = StackMaps::compute(method, *view.view().pool);
      ASSERT_TRUE(maps) << file.name << "." << method.name;
      for (TableReader table(method); table.next(); ++frames) {
        const auto map = maps->at(table.bci);
        ASSERT_TRUE(map) << file.name << "." << method.name << " @" << table.bci;
        ASSERT_EQ(map->stack.size(), table.stack.size())
            << file.name << "." << method.name << " @" << table.bci;
        for (std::size_t i = 0; i < table.stack.size(); ++i) EXPECT_EQ(map->stack[i], table.stack[i] == 'r');
        for (std::size_t i = 0; i < table.locals.size(); ++i) {
          const bool reference = i < map->locals.size() && map->locals[i];
          // A compiler drops locals that are no longer used.
          if (table.locals[i] != 't') {
            EXPECT_EQ(reference, table.locals[i] == 'r')
                << file.name << "." << method.name << " @" << table.bci;
          }
        }
      }
    }
  }
  EXPECT_GT(frames, 50000u / kStep);
}

// Every dereference in the class library has a message that says what could not be done.
TEST_F(JdkClasses, NpeMessages) {
  std::size_t with_cause = 0, messages = 0;
  for (std::size_t n = 0; n < library_->files.size(); n += 16) {
    const ClassFile& file = library_->files[n];
    const ClassFileView view(file);
    for (const MethodView& method : view.view().methods) {
      const CodeBytes code = method.code.bytes;
      if (code.size() > 1000) continue;  // each message looks at all code before it
      for (std::size_t bci = 0; bci < code.size(); bci += instruction_length(code, bci)) {
        const auto text = npe_message(method, *view.view().pool, bci);
        if (!text) continue;
        ++messages;
        EXPECT_EQ(text->rfind("Cannot ", 0), 0u) << *text;
        with_cause += text->find(" because ") != std::string::npos ? 1 : 0;
      }
    }
  }
  EXPECT_GT(messages, 10000u);
  EXPECT_GT(with_cause, messages / 2);
}

}  // namespace
}  // namespace uvm::rt::classfile
