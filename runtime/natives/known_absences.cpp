// The natives of OpenJDK 17 that this uvm lacks on purpose. tests/natives/ fails if an entry stands for no
// native of OpenJDK, or for one that is implemented, so the entry of a native that gets implemented must go.
#include "runtime/natives/missing_natives.h"

namespace uvm::rt {
namespace {

constexpr std::string_view kSockets = "sockets and selectors are not supported";
constexpr std::string_view kDesktop = "graphics, sound and printing are not supported";
constexpr std::string_view kWatch = "file systems are not watched";
constexpr std::string_view kArchive = "there is no class data sharing: base images replace it";
constexpr std::string_view kForeign = "foreign code is not called: its state would not survive";
constexpr std::string_view kDebugger = "HotSpot's serviceability agent looks into HotSpot";
constexpr std::string_view kOtherSystem = "OpenJDK has it on other systems only";
constexpr std::string_view kMonitoring = "not offered by this VM's management beans, so never called";
constexpr std::string_view kPull =
    "for debugging the class library, or for VMs that link call sites otherwise";
constexpr std::string_view kContainer = "called only where CgroupMetrics.isUseContainerSupport says yes";

constexpr KnownAbsence kAbsences[] = {
    // java.base
    {"java/lang/invoke/LambdaProxyClassArchive", "", kArchive},
    {"jdk/internal/misc/CDS", "dumpClassList dumpDynamicArchive", kArchive},
    {"java/lang/invoke/MethodHandleNatives",
     "getMembers getMemberVMInfo copyOutBootstrapArguments getNamedCon", kPull},
    {"java/net/AbstractPlainDatagramSocketImpl", "", kSockets},
    {"java/net/AbstractPlainSocketImpl", "", kSockets},
    {"java/net/Inet4AddressImpl", "isReachable0", kSockets},
    {"java/net/Inet6AddressImpl", "isReachable0", kSockets},
    {"java/net/PlainDatagramSocketImpl", "", kSockets},
    {"java/net/PlainSocketImpl", "", kSockets},
    {"java/net/Socket*", "", kSockets},
    {"sun/net/PortConfig", "", kSockets},
    {"sun/net/dns/ResolverConfigurationImpl", "", kSockets},
    {"sun/net/sdp/SdpSupport", "", kSockets},
    {"sun/net/spi/DefaultProxySelector", "getSystemProxies", "there are no proxies of a desktop"},
    {"sun/nio/ch/Datagram*", "", kSockets},
    {"sun/nio/ch/EPoll", "", kSockets},
    {"sun/nio/ch/EventFD", "", kSockets},
    {"sun/nio/ch/InheritedChannel", "", kSockets},
    {"sun/nio/ch/NativeSocketAddress", "", kSockets},
    {"sun/nio/ch/Net", "", kSockets},
    {"sun/nio/ch/PollSelectorImpl", "", kSockets},
    {"sun/nio/ch/SocketDispatcher", "", kSockets},
    {"sun/nio/ch/UnixAsynchronousSocketChannelImpl", "", kSockets},
    {"sun/nio/ch/UnixDomainSockets", "", kSockets},
    {"sun/nio/fs/LinuxWatchService", "", kWatch},
    {"jdk/internal/invoke/NativeEntryPoint", "", kForeign},
    {"jdk/internal/platform/CgroupMetrics", "getTotalMemorySize0 getTotalSwapSize0", kContainer},
    // java.management, jdk.management
    {"sun/management/HotspotThread", "", kMonitoring},
    {"sun/management/MemoryPoolImpl",
     "setUsageThreshold0 setCollectionThreshold0 setPoolUsageSensor setPoolCollectionSensor", kMonitoring},
    {"sun/management/ThreadImpl",
     "getThreadAllocatedMemory0 getThreadAllocatedMemory1 getTotalThreadAllocatedMemory "
     "setThreadAllocatedMemoryEnabled0 setThreadContentionMonitoringEnabled0 resetContentionTimes0",
     kMonitoring},
    {"com/sun/management/internal/Flag", "setLongValue setDoubleValue setBooleanValue setStringValue",
     kMonitoring},
    {"com/sun/management/internal/OperatingSystemImpl", "getHostTotalCpuTicks0", kContainer},
    // Other modules
    {"sun/instrument/*", "", "agents are not supported"},
    {"sun/tools/attach/*", "", "VMs are not attached to"},
    {"sun/rmi/transport/GC", "", kSockets},
    {"jdk/internal/agent/FileSystemImpl", "", kSockets},
    {"jdk/net/LinuxSocketOptions", "", kSockets},
    {"sun/nio/ch/sctp/*", "", kSockets},
    {"sun/security/jgss/wrapper/*", "", kForeign},
    {"sun/security/smartcardio/*", "", kForeign},
    {"sun/security/pkcs11/*", "", kForeign},
    {"jdk/internal/foreign/*", "", kForeign},
    {"sun/security/krb5/*", "", kOtherSystem},
    {"com/sun/security/auth/module/NTSystem", "", kOtherSystem},
    {"sun/jvm/hotspot/*", "", kDebugger},
    {"jdk/vm/ci/*", "", "compilers in Java compile for HotSpot"},
    {"jdk/jfr/*", "", "there is no flight recorder"},
    // java.desktop
    {"com/sun/imageio/*", "", kDesktop},
    {"com/sun/java/swing/*", "", kDesktop},
    {"com/sun/media/sound/*", "", kDesktop},
    {"java/awt/*", "", kDesktop},
    {"sun/awt/*", "", kDesktop},
    {"sun/font/*", "", kDesktop},
    {"sun/java2d/*", "", kDesktop},
    {"sun/print/*", "", kDesktop},
};

}  // namespace

std::span<const KnownAbsence> known_absences() { return kAbsences; }

}  // namespace uvm::rt
