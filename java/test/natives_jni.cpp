// The natives of java/'s classes as a JNI library, for testing those classes on an ordinary JVM
// (UvmLauncherDriver). The contracts are in java/README.md. One program per process.
#include <jni.h>

#include <optional>
#include <string>
#include <utility>

#include "runtime/bundle/mapped_file.h"

namespace {

using uvm::rt::bundle::BundleFile;
using uvm::rt::bundle::kNone;
using uvm::rt::bundle::OriginKind;

std::optional<BundleFile> bundle;
std::string class_path;
jobjectArray arguments;

std::string text(JNIEnv* env, jstring string) {
  const char* bytes = env->GetStringUTFChars(string, nullptr);
  std::string copy(bytes);
  env->ReleaseStringUTFChars(string, bytes);
  return copy;
}

jint number(std::uint32_t entry) { return entry == kNone ? -1 : static_cast<jint>(entry); }

jbyteArray array(JNIEnv* env, std::span<const std::byte> bytes) {
  jbyteArray result = env->NewByteArray(static_cast<jsize>(bytes.size()));
  env->SetByteArrayRegion(result, 0, static_cast<jsize>(bytes.size()),
                          reinterpret_cast<const jbyte*>(bytes.data()));
  return result;
}

jstring string(JNIEnv* env, std::string_view text) { return env->NewStringUTF(std::string(text).c_str()); }

}  // namespace

extern "C" {

JNIEXPORT void Java_jdk_internal_misc_UvmLauncherDriver_setUp(JNIEnv* env, jclass, jstring path,
                                                              jobjectArray args) {
  auto opened = BundleFile::open(text(env, path));
  if (!opened) env->FatalError(opened.error().message.c_str());
  bundle.emplace(std::move(*opened));
  for (std::uint32_t i = 0; i < bundle->view().origin_count(); i++) {
    if (!bundle->view().origin_is_named(i)) continue;
    if (!class_path.empty()) class_path += ':';
    class_path += bundle->view().origin_path(i);
  }
  arguments = static_cast<jobjectArray>(env->NewGlobalRef(args));
}

JNIEXPORT jobjectArray Java_jdk_internal_misc_UvmLauncher_programProperties(JNIEnv* env, jclass) {
  const std::string pairs[] = {"java.class.path", class_path, "from.native", "yes"};
  jobjectArray result = env->NewObjectArray(4, env->FindClass("java/lang/String"), nullptr);
  for (int i = 0; i < 4; i++) env->SetObjectArrayElement(result, i, string(env, pairs[i]));
  return result;
}

JNIEXPORT jobjectArray Java_jdk_internal_misc_UvmLauncher_moduleProperties(JNIEnv* env, jclass) {
  return env->NewObjectArray(0, env->FindClass("java/lang/String"), nullptr);
}

JNIEXPORT jobjectArray Java_jdk_internal_misc_UvmLauncher_programArguments(JNIEnv*, jclass) {
  return arguments;
}

JNIEXPORT jstring Java_jdk_internal_misc_UvmLauncher_mainClassName(JNIEnv* env, jclass) {
  return string(env, bundle->view().main_class());
}

JNIEXPORT jint Java_jdk_internal_loader_BundleLoader_find(JNIEnv* env, jclass, jstring name) {
  return number(bundle->view().find(text(env, name)));
}

JNIEXPORT jint Java_jdk_internal_loader_BundleLoader_next(JNIEnv*, jclass, jint entry) {
  return number(bundle->view().next(static_cast<std::uint32_t>(entry)));
}

JNIEXPORT jint Java_jdk_internal_loader_BundleLoader_origin(JNIEnv*, jclass, jint entry) {
  return static_cast<jint>(bundle->view().origin(static_cast<std::uint32_t>(entry)));
}

JNIEXPORT jlong Java_jdk_internal_loader_BundleLoader_size(JNIEnv*, jclass, jint entry) {
  return static_cast<jlong>(bundle->view().size(static_cast<std::uint32_t>(entry)));
}

JNIEXPORT jlong Java_jdk_internal_loader_BundleLoader_modified(JNIEnv*, jclass, jint entry) {
  return bundle->view().modified(static_cast<std::uint32_t>(entry)) / 1'000'000;
}

JNIEXPORT jint Java_jdk_internal_loader_BundleLoader_originCount(JNIEnv*, jclass) {
  return static_cast<jint>(bundle->view().origin_count());
}

JNIEXPORT jbyteArray Java_jdk_internal_loader_BundleLoader_read(JNIEnv* env, jclass, jint entry) {
  return array(env, bundle->view().content(static_cast<std::uint32_t>(entry)).value());
}

JNIEXPORT jstring Java_jdk_internal_loader_BundleLoader_originPath(JNIEnv* env, jclass, jint origin) {
  return string(env, bundle->view().origin_path(static_cast<std::uint32_t>(origin)));
}

JNIEXPORT jboolean Java_jdk_internal_loader_BundleLoader_originIsJar(JNIEnv*, jclass, jint origin) {
  return bundle->view().origin_kind(static_cast<std::uint32_t>(origin)) == OriginKind::kJar ? JNI_TRUE
                                                                                            : JNI_FALSE;
}

JNIEXPORT jbyteArray Java_jdk_internal_loader_BundleLoader_manifest(JNIEnv* env, jclass, jint origin) {
  if (static_cast<std::uint32_t>(origin) >= bundle->view().origin_count()) return nullptr;
  const auto entry = bundle->view().manifest(static_cast<std::uint32_t>(origin));
  return entry != kNone ? array(env, bundle->view().content(entry).value()) : nullptr;
}

}  // extern "C"
