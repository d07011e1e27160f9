#include "tools/messages.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace uvm::tools {
namespace {

TEST(MessagesTest, OnlyDamageAndFailingDevicesHaveTheStatusOfDamage) {
  EXPECT_EQ(exit_code_of({.code = Errc::kCorrupt, .message = ""}), kExitDamage);
  EXPECT_EQ(exit_code_of({.code = Errc::kIo, .sys_errno = EIO, .message = ""}), kExitDamage);
  for (const int error : {0, EMFILE, ENFILE, ENOMEM, EAGAIN, EINVAL, ENOSYS}) {
    EXPECT_EQ(exit_code_of({.code = Errc::kIo, .sys_errno = error, .message = ""}), kExitFailure) << error;
  }
  for (const Errc code : {Errc::kNoSpace, Errc::kLocked, Errc::kNotFound, Errc::kNewerFormat,
                          Errc::kPermission, Errc::kInvalid}) {
    EXPECT_EQ(exit_code_of({.code = code, .sys_errno = EIO, .message = ""}), kExitFailure);
  }
}

TEST(MessagesTest, ControlCharactersAreNotPrinted) {
  EXPECT_EQ(printable("größer 名"), "größer 名");
  EXPECT_EQ(printable("a\x1b[2J\n\x7f\xc2\x9b"
                      "1m\xc2"),
            "a?[2J????1m\xc2");
}

}  // namespace
}  // namespace uvm::tools
