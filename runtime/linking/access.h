// Access control (JVMS 5.4.4) between classes and to members. Java threads in kRunning mode.
#pragma once

#include <cstdint>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

bool is_accessible(const Class* from, const Class* to);  // for classes, packages and modules
Status check_access_to_class(Thread& thread, const Class* referrer, const Class* c);  // IllegalAccessError
bool can_access_member(const Class* from, const Class* holder, std::uint32_t member_access,
                       const Class* resolved_in);
Status nest_host_of(Thread& thread, Class* c, Class** host);

}  // namespace uvm::rt
