// Loading and definition of classes (JVMS 5.3).
//
// Names are internal ("java/lang/String", "[I", "[Ljava/lang/String;"). Loading through a Java class loader
// returns kUpcall until it is done (runtime/metadata/status.h). Java threads in kRunning mode.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/linking/frame_phases.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

Status load_class(Thread& thread, Symbol* name, Object* loader, Class** result,
                  NotFound not_found = NotFound::kError);
Status find_class(Thread& thread, std::string_view name, Object* loader, Class** result);
Class* find_loaded_class(Symbol* name, Object* loader);  // recorded with `loader` as initiating loader; null
Class* boot_class(Thread& thread, std::string_view name);  // boot loader only; null if there is none
struct DefineOptions {
  Object* loader = nullptr;
  Object* protection_domain = nullptr;
  Symbol* expected_name = nullptr;  // null: any name
  bool hidden = false;
  Class* nest_host = nullptr;     // hidden classes: lookup class when they join its nest
  Class* lookup_class = nullptr;  // hidden classes
  Object* class_data = nullptr;
  const char* source = nullptr;  // for logging
};
// Defines a class from class file bytes (copied; they need not stay). May return kUpcall to load supers.
Status define_class(Thread& thread, const std::uint8_t* bytes, std::size_t length,
                    const DefineOptions& options, Class** result);
// java.lang.Class of a descriptor ("I", "Ljava/lang/String;", "[J"), seen from `accessor`'s loader.
Status class_of_descriptor(Thread& thread, std::string_view descriptor, Object* loader, Class** result);

// What runtime/heap/ needs from this room.
class ClassSource;
ClassSource& class_source();

// The step of a kLoadClass frame; see runtime/execution/continuation.h.
Status load_class_step(Thread& thread, Frame* frame);
void load_class_threw(Thread& thread, Frame* frame);

}  // namespace uvm::rt
