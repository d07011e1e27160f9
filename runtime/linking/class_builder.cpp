#include "runtime/linking/class_builder.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/classfile/descriptor.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/class_loading_parts.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

Bytes* copy_bytes(classfile::RawAttribute raw) {
  if (raw.data() == nullptr) return nullptr;
  auto* bytes = static_cast<Bytes*>(vm()->metadata.allocate_forever(sizeof(Bytes) + raw.size()));
  bytes->length = static_cast<std::uint32_t>(raw.size());
  std::memcpy(bytes->data(), raw.data(), raw.size());
  return bytes;
}

template <typename T>
T* copy_array(const std::vector<T>& items) {
  if (items.empty()) return nullptr;
  T* to = vm()->metadata.make<T>(items.size());
  std::memcpy(static_cast<void*>(to), items.data(), items.size() * sizeof(T));
  return to;
}

ConstantPool* build_pool(Class* c, const classfile::ClassFile& file) {
  const classfile::ConstantPool& from = file.pool;
  const auto count = static_cast<std::uint32_t>(from.size());
  auto* pool = static_cast<ConstantPool*>(
      vm()->metadata.allocate_forever(sizeof(ConstantPool) + count * sizeof(PoolEntry)));
  pool->holder = c;
  pool->count = count;
  auto* tags = vm()->metadata.make<PoolTag>(count);
  pool->tags = tags;
  const auto symbol = [&](unsigned utf8_index) { return gc::encode(make_symbol(from.utf8(utf8_index))); };
  for (unsigned i = 1; i < count; i++) {
    const classfile::CpEntry& e = from.entry(i);
    tags[i] = e.tag;
    PoolEntry& to = pool->entry(i);
    switch (e.tag) {
      case PoolTag::kUnusable:
        break;
      case PoolTag::kUtf8:
        to.raw = symbol(i);
        break;
      case PoolTag::kInteger:
      case PoolTag::kFloat:
        to.raw = static_cast<std::uint32_t>(e.bits);
        break;
      case PoolTag::kLong:
      case PoolTag::kDouble:
        std::memcpy(&to, &e.bits, sizeof to);
        break;
      case PoolTag::kClass:
      case PoolTag::kString:
      case PoolTag::kMethodType:
      case PoolTag::kModule:
      case PoolTag::kPackage:
        to.raw = symbol(e.first);
        break;
      default:
        to.raw = static_cast<std::uint32_t>(e.first) << 16 | e.second;
        break;
    }
  }
  return pool;
}

// Names of the annotations that change what the VM does with a method of the class library.
std::uint16_t flag_of_annotation(std::string_view type) {
  if (type == "Ljdk/internal/reflect/CallerSensitive;") return kMethodCallerSensitive;
  if (type == "Ljava/lang/invoke/LambdaForm$Hidden;" || type == "Ljdk/internal/vm/annotation/Hidden;") {
    return kMethodHidden;
  }
  if (type == "Ljdk/internal/vm/annotation/ForceInline;") return kMethodForceInline;
  return 0;
}

// Reads the types of a RuntimeVisibleAnnotations attribute (JVMS 4.7.16) as far as it is well-formed.
class AnnotationTypes {
 public:
  AnnotationTypes(const classfile::ConstantPool& pool, classfile::RawAttribute raw)
      : pool_(pool), raw_(raw) {}

  std::uint16_t flags() {
    std::uint16_t flags = 0;
    const unsigned count = u2();
    for (unsigned i = 0; i < count && ok_; i++) {
      const unsigned type = u2();
      if (ok_ && pool_.tag(type) == PoolTag::kUtf8) flags |= flag_of_annotation(pool_.utf8(type));
      skip_pairs();
    }
    return flags;
  }

 private:
  unsigned u1() {
    if (at_ + 1 > raw_.size()) {
      ok_ = false;
      return 0;
    }
    return static_cast<unsigned>(raw_[at_++]);
  }
  unsigned u2() {
    const unsigned high = u1();
    return high << 8 | u1();
  }
  void skip_pairs() {
    const unsigned pairs = u2();
    for (unsigned i = 0; i < pairs && ok_; i++) {
      u2();
      skip_value(0);
    }
  }
  void skip_value(unsigned depth) {
    if (depth > 32) ok_ = false;
    switch (ok_ ? u1() : 0) {
      case 'e':
        u2();
        u2();
        break;
      case '@':
        u2();
        skip_pairs();
        break;
      case '[': {
        const unsigned count = u2();
        for (unsigned i = 0; i < count && ok_; i++) skip_value(depth + 1);
        break;
      }
      default:
        u2();
        break;
    }
  }

  const classfile::ConstantPool& pool_;
  classfile::RawAttribute raw_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

MethodKind polymorphic_kind(const Class* holder, const classfile::Method& m) {
  // JVMS 2.9.3: native varargs methods of MethodHandle and VarHandle with a single Object[] parameter.
  const std::string_view name = m.name;
  if (holder->name->view() == "java/lang/invoke/MethodHandle") {
    if (name == "invokeBasic") return MethodKind::kMhInvokeBasic;
    if (name == "linkToVirtual") return MethodKind::kMhLinkToVirtual;
    if (name == "linkToStatic") return MethodKind::kMhLinkToStatic;
    if (name == "linkToSpecial") return MethodKind::kMhLinkToSpecial;
    if (name == "linkToInterface") return MethodKind::kMhLinkToInterface;
    if (name == "invoke" || name == "invokeExact") return MethodKind::kMhInvoke;
  }
  if (holder->name->view() == "java/lang/invoke/VarHandle" && (m.access_flags & kAccVarargs) != 0 &&
      m.descriptor.starts_with("([Ljava/lang/Object;)")) {
    return MethodKind::kMhInvoke;
  }
  return MethodKind::kNativeUnbound;
}

void build_code(Method* to, const classfile::Code& code) {
  to->max_locals = code.max_locals;
  to->max_stack = code.max_stack;
  to->bytecode_length = static_cast<std::uint16_t>(code.bytes.size());
  auto* bytes = vm()->metadata.make<std::uint8_t>(code.bytes.size());
  std::memcpy(bytes, code.bytes.data(), code.bytes.size());
  to->bytecode = bytes;
  std::vector<ExceptionHandler> handlers;
  for (const auto& h : code.handlers) handlers.push_back({h.start_pc, h.end_pc, h.handler_pc, h.catch_type});
  to->handlers = copy_array(handlers);
  to->handler_count = static_cast<std::uint16_t>(handlers.size());
  std::vector<LineNumber> lines;
  for (const auto& l : code.lines) lines.push_back({l.start_pc, l.line});
  lines.resize(std::min<std::size_t>(lines.size(), 0xffff));
  to->lines = copy_array(lines);
  to->line_count = static_cast<std::uint16_t>(lines.size());
  std::vector<LocalVariable> variables;
  for (const auto& v : code.locals) {
    variables.push_back({v.start_pc, v.length, v.name_index, v.descriptor_index, v.slot, 0});
  }
  variables.resize(std::min<std::size_t>(variables.size(), 0xffff));
  to->variables = copy_array(variables);
  to->variable_count = static_cast<std::uint16_t>(variables.size());
  to->stack_map_table = copy_bytes(code.stack_map_table);
}

void build_method(Class* c, Method* to, const classfile::Method& m, const ClassParts& parts, unsigned slot) {
  const classfile::ClassFile& file = parts.file;
  to->holder = c;
  to->name = make_symbol(m.name);
  to->descriptor = make_symbol(m.descriptor);
  to->access = m.access_flags;
  if (m.synthetic) to->access |= kAccSynthetic;
  to->slot = static_cast<std::uint16_t>(slot);
  to->arg_slots = m.argument_slots;
  to->return_type = basic_type_of(classfile::return_type(m.descriptor).front());
  to->vtable_index = to->itable_index = -1;
  if (m.name == "<init>") to->flags |= kMethodIsInitializer;
  if (m.name == "<clinit>") {
    to->flags |= kMethodIsClassInit;
    // JVMS 2.9.2: before version 51 the name alone makes it the initialiser, later it must be static.
    if ((m.access_flags & kAccStatic) != 0 || file.major_version < 51) {
      c->class_init = to;
      to->access |= kAccStatic;
    }
  }
  to->max_locals = to->arg_slots;
  if (m.code) {
    to->kind = MethodKind::kUnprepared;
    build_code(to, *m.code);
  } else {
    to->kind = (m.access_flags & kAccNative) != 0 ? polymorphic_kind(c, m) : MethodKind::kAbstract;
  }
  // Frames of hidden classes are left out of stack traces, as HotSpot does.
  if (parts.hidden) to->flags |= kMethodHidden;
  const bool library = parts.loader == nullptr || is_platform_loader(parts.loader);
  if ((parts.hidden || library) && m.annotations.visible.data() != nullptr) {
    to->flags |= AnnotationTypes(file.pool, m.annotations.visible).flags();
  }
  std::vector<std::uint16_t> exceptions(m.exceptions);
  to->exceptions = copy_array(exceptions);
  to->exception_count = static_cast<std::uint16_t>(exceptions.size());
  std::vector<MethodParameter> parameters;
  for (const auto& p : m.parameters) parameters.push_back({p.name_index, p.access_flags});
  to->parameters = copy_array(parameters);
  to->parameter_count = static_cast<std::uint16_t>(parameters.size());
  to->has_parameters = m.has_parameters ? 1 : 0;
  if (m.signature_index != 0) to->generic_signature = make_symbol(file.pool.utf8(m.signature_index));
  to->annotations = copy_bytes(m.annotations.visible);
  to->parameter_annotations = copy_bytes(m.visible_parameter_annotations);
  to->annotation_default = copy_bytes(m.annotation_default);
  to->type_annotations = copy_bytes(m.annotations.visible_types);
}

void build_members(Class* c, const ClassParts& parts) {
  const classfile::ClassFile& file = parts.file;
  auto* fields = vm()->metadata.make<Field>(file.fields.size());
  c->fields = file.fields.empty() ? nullptr : fields;
  c->field_count = static_cast<std::uint16_t>(file.fields.size());
  for (unsigned i = 0; i < file.fields.size(); i++) {
    const classfile::Field& f = file.fields[i];
    Field& to = fields[i];
    to.holder = c;
    to.name = make_symbol(f.name);
    to.descriptor = make_symbol(f.descriptor);
    to.access = f.access_flags | (f.synthetic ? kAccSynthetic : 0U);
    to.slot = static_cast<std::uint16_t>(i);
    to.constant_index = f.constant_value_index;
    to.type = basic_type_of(f.descriptor.front());
    if (f.signature_index != 0) to.generic_signature = make_symbol(file.pool.utf8(f.signature_index));
    to.annotations = copy_bytes(f.annotations.visible);
    to.type_annotations = copy_bytes(f.annotations.visible_types);
  }
  auto* methods = vm()->metadata.make<Method>(file.methods.size());
  c->methods = file.methods.empty() ? nullptr : methods;
  c->method_count = static_cast<std::uint16_t>(file.methods.size());
  for (unsigned i = 0; i < file.methods.size(); i++) build_method(c, &methods[i], file.methods[i], parts, i);
}

void build_attributes(Class* c, const classfile::ClassFile& file) {
  const auto utf8 = [&](unsigned index) { return index == 0 ? nullptr : make_symbol(file.pool.utf8(index)); };
  c->source_file = utf8(file.source_file_index);
  c->generic_signature = utf8(file.signature_index);
  if (file.source_debug_extension.data() != nullptr) {
    c->source_debug_extension =
        make_symbol({reinterpret_cast<const char*>(file.source_debug_extension.data()),
                     file.source_debug_extension.size()});
  }
  c->annotations = copy_bytes(file.annotations.visible);
  c->type_annotations = copy_bytes(file.annotations.visible_types);
  c->inner_access = file.access_flags;
  std::vector<InnerClassInfo> inner;
  for (const auto& i : file.inner_classes) {
    inner.push_back({i.inner_class, i.outer_class, i.inner_name, i.access_flags});
    if (i.inner_class == file.this_class || file.pool.class_name(i.inner_class) == c->name->view()) {
      c->inner_access = i.access_flags;
    }
  }
  if (file.synthetic) c->inner_access |= kAccSynthetic;
  c->inner_classes = copy_array(inner);
  c->inner_class_count = static_cast<std::uint16_t>(inner.size());
  c->enclosing_class_index = file.enclosing_class;
  c->enclosing_method_index = file.enclosing_method;
  c->nest_host_index = file.nest_host;
  c->nest_members = copy_array(file.nest_members);
  c->nest_member_count = static_cast<std::uint16_t>(file.nest_members.size());
  c->permitted_subclasses = copy_array(file.permitted_subclasses);
  c->permitted_subclass_count = static_cast<std::uint16_t>(file.permitted_subclasses.size());
  if (file.is_sealed) c->flags |= kClassIsSealed;
  std::vector<BootstrapMethod> bootstraps;
  for (const auto& b : file.bootstrap_methods) {
    BootstrapMethod to{b.method_handle, static_cast<std::uint16_t>(b.arguments.size()), {}};
    to.arguments = copy_array(b.arguments);
    bootstraps.push_back(to);
  }
  c->bootstrap_methods = copy_array(bootstraps);
  c->bootstrap_method_count = static_cast<std::uint16_t>(bootstraps.size());
  if (file.is_record) c->flags |= kClassIsRecord;
  std::vector<RecordComponent> components;
  for (const auto& r : file.record_components) {
    RecordComponent to{};
    to.name = utf8(r.name_index);
    to.descriptor = utf8(r.descriptor_index);
    to.generic_signature = utf8(r.signature_index);
    to.annotations = copy_bytes(r.annotations.visible);
    to.type_annotations = copy_bytes(r.annotations.visible_types);
    components.push_back(to);
  }
  c->record_components = copy_array(components);
  c->record_component_count = static_cast<std::uint16_t>(components.size());
}

void link_supers(Class* c, Class* super, std::span<Class* const> interfaces) {
  c->super = super;
  c->depth = super == nullptr ? 0 : static_cast<std::uint8_t>(std::min(255, super->depth + 1));
  if (super != nullptr) {
    std::memcpy(static_cast<void*>(c->primary_supers), super->primary_supers, sizeof c->primary_supers);
    c->flags |=
        super->flags & (kClassHasFinalizer | kClassIsReference | kClassCloneable | kClassMagicAccessor);
  }
  if (c->depth < kPrimarySupers) c->primary_supers[c->depth] = c;

  std::vector<Ref<Class>> direct;
  std::vector<Ref<Class>> all;
  const auto add = [&all](Ref<Class> i) {
    if (std::find(all.begin(), all.end(), i) == all.end()) all.push_back(i);
  };
  if (super != nullptr) {
    for (unsigned i = 0; i < super->all_interface_count; i++) add(super->all_interfaces[i]);
  }
  for (Class* i : interfaces) {
    direct.push_back({gc::encode(i)});
    for (unsigned k = 0; k < i->all_interface_count; k++) add(i->all_interfaces[k]);
    add({gc::encode(i)});
  }
  c->interfaces = copy_array(direct);
  c->interface_count = static_cast<std::uint16_t>(direct.size());
  c->all_interfaces = copy_array(all);
  c->all_interface_count = static_cast<std::uint16_t>(all.size());
}

void set_flags(Class* c) {
  const std::string_view name = c->name->view();
  if (c->loader.bits == 0) c->flags |= kClassTrusted;
  if (name == "java/lang/ref/Reference") c->flags |= kClassIsReference;
  if (name == "jdk/internal/reflect/MagicAccessorImpl") c->flags |= kClassMagicAccessor;
  if (name == "java/lang/Cloneable") c->flags |= kClassCloneable;
  for (unsigned i = 0; i < c->all_interface_count; i++)
    c->flags |= c->all_interfaces[i]->flags & kClassCloneable;
  for (unsigned i = 0; i < c->method_count; i++) {
    const Method& m = c->methods[i];
    if (c->is_interface() && !m.is_static() && !m.is_abstract()) c->flags |= kClassHasDefaults;
    if (m.name->view() == "finalize" && m.descriptor->view() == "()V" && !m.is_static()) {
      // An empty finalize (only a return) counts as none; java.lang.Object's is one.
      if (m.bytecode_length > 1)
        c->flags |= kClassHasFinalizer;
      else
        c->flags &= ~static_cast<std::uint32_t>(kClassHasFinalizer);
    }
  }
}

}  // namespace

Class* build_class(const ClassParts& parts) {
  const classfile::ClassFile& file = parts.file;
  const std::uint32_t vtable_length = parts.vtable.length;
  auto* c = static_cast<Class*>(
      vm()->metadata.allocate_forever(sizeof(Class) + vtable_length * sizeof(Ref<Method>)));
  c->name = parts.name;
  c->loader = parts.loader;
  c->access = file.access_flags;
  c->primitive = BasicType::kObject;
  c->major_version = file.major_version;
  c->minor_version = file.minor_version;
  c->vtable_length = vtable_length;
  c->state = ClassState::kLoaded;
  link_supers(c, parts.super, parts.interfaces);
  c->pool = build_pool(c, file);
  c->pool->entry(file.this_class).resolved = gc::encode(c);
  build_members(c, parts);
  build_attributes(c, file);
  set_flags(c);
  const bool is_class_class = parts.name->view() == "java/lang/Class" && parts.loader == nullptr;
  lay_out_fields(c, parts.super == nullptr ? sizeof(Object)
                    : is_class_class       ? sizeof(gc::Mirror)
                                           : parts.super->fields_end);
  if (is_class_class) c->shape.kind = gc::ShapeKind::kMirror;
  if (c->is_interface()) {
    std::int32_t index = 0;
    for (unsigned i = 0; i < c->method_count; i++) {
      Method& m = c->methods[i];
      if (!m.is_static() && !m.is_initializer()) m.itable_index = index++;
    }
  } else {
    fill_vtable(c, parts.vtable);
    if (!c->is_abstract()) fill_itable(c);
  }
  return c;
}

}  // namespace uvm::rt
