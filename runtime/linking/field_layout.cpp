// The layout of fields in an instance and in a mirror.
//
// A class's own fields follow the last field of its superclass, largest first, so that gaps come only from
// alignment. Static fields are in the mirror, after the fields of java.lang.Class. Some classes of
// java.lang.invoke get fields that only the VM sees (WellKnown).
#include <algorithm>
#include <vector>

#include "runtime/linking/class_builder.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

std::uint32_t align(std::uint32_t offset, unsigned log2) {
  const std::uint32_t mask = (1U << log2) - 1;
  return (offset + mask) & ~mask;
}

// Assigns offsets to the fields of one kind, starting at `offset`; returns the end.
std::uint32_t place(Class* c, bool statics, std::uint32_t offset, std::vector<std::uint32_t>& references) {
  for (int log2 = 3; log2 >= 0; log2--) {
    // A small field may fill the gap before the first 8-byte one.
    for (unsigned i = 0; i < c->field_count; i++) {
      Field& f = c->fields[i];
      if (f.is_static() != statics || static_cast<int>(size_log2_of(f.type)) != log2) continue;
      offset = align(offset, static_cast<unsigned>(log2));
      f.offset = offset;
      if (is_reference(f.type)) references.push_back(offset);
      offset += 1U << log2;
    }
  }
  return offset;
}

std::uint32_t* copy(const std::vector<std::uint32_t>& offsets) {
  if (offsets.empty()) return nullptr;
  auto* to = vm()->metadata.make<std::uint32_t>(offsets.size());
  std::copy(offsets.begin(), offsets.end(), to);
  return to;
}

}  // namespace

void lay_out_fields(Class* c, std::uint32_t first_instance_offset) {
  std::vector<std::uint32_t> references;
  if (c->super && c->super->shape.ref_count != 0) {
    references.assign(c->super->shape.ref_offsets.get(),
                      c->super->shape.ref_offsets.get() + c->super->shape.ref_count);
  }
  std::uint32_t end = place(c, false, first_instance_offset, references);

  WellKnown& known = roots().known;
  if (c->loader.bits == 0) {
    const std::string_view name = c->name->view();
    if (name == "java/lang/invoke/MemberName") {
      known.MemberName_vmindex = end = align(end, 3);
      end += 8;
    } else if (name == "java/lang/invoke/ResolvedMethodName") {
      known.ResolvedMethodName_vmtarget = end = align(end, 3);
      end += 8;
      known.ResolvedMethodName_vmholder = end;
      references.push_back(end);
      end += gc::kReferenceSize;
    }
  }
  c->fields_end = end;
  c->shape.kind = gc::ShapeKind::kInstance;
  c->shape.instance_size = static_cast<std::uint32_t>(gc::align_object(end));
  c->shape.ref_count = static_cast<std::uint16_t>(references.size());
  c->shape.ref_offsets = copy(references);

  // Static fields need the size of java.lang.Class. The few classes that are loaded before it get their
  // offsets once it is loaded (runtime/linking/mirrors.cpp).
  const Class* class_class = known.Class.get();
  if (class_class == nullptr && c->name->view() == "java/lang/Class") class_class = c;
  if (class_class != nullptr) {
    std::vector<std::uint32_t> static_references;
    place(c, true, class_class->shape.instance_size, static_references);
    c->shape.static_ref_count = static_cast<std::uint32_t>(static_references.size());
    c->shape.static_ref_offsets = copy(static_references);
  }
}

std::uint32_t mirror_size(const Class* c) {
  std::uint32_t end = vm()->known().Class->shape.instance_size;
  for (unsigned i = 0; i < c->field_count; i++) {
    const Field& f = c->fields[i];
    if (f.is_static()) end = std::max(end, f.offset + (1U << size_log2_of(f.type)));
  }
  return static_cast<std::uint32_t>(gc::align_object(end));
}

}  // namespace uvm::rt
