/** What leads on a host and its GPUs. */
import { type Cause, cause, onHost, onTarget, onDevice } from "./cause.ts";

const onDisk = [...onDevice, "mountpoint"];
const onGpu = [...onTarget, "gpu"];

export const hosts: readonly Cause[] = [
  cause(
    onHost,
    "HostSwapThrashing HostMemoryExhausted",
    "HostMemoryLow HostMemoryRunsOutIn4h HostMemoryPressure HostMajorPageFaults HostSwapFilling HostIoPressure HostLoadSaturated HostCpuIowaitHigh HostProcsBlocked",
  ),
  cause(onHost, "HostCpuCritical", "HostLoadSaturated HostCpuPressure HostSoftnetDrops"),
  cause(onHost, "HostCpuSoftirqHigh", "HostSoftnetDrops"),
  cause(onHost, "HostTemperatureCritical HostTemperatureHigh", "HostCpuThrottled"),
  cause(onHost, "HostRebootLoop", "HostRebooted"),
  cause(onHost, "HostClockSkew", "HostClockNotSynchronised"),
  cause(
    onHost,
    "HostDiskIoSaturated",
    "HostIoPressure HostCpuIowaitHigh HostUnwrittenDataHigh HostProcsBlocked",
  ),
  cause(onDevice, "HostDiskIoSaturated", "HostDiskBusy HostDiskReadLatency HostDiskWriteLatency"),
  cause(onDisk, "HostDiskSpaceCritical", "HostDiskFillsIn4h HostDiskFillsIn24h HostDiskFillsIn7d"),
  cause(onDisk, "HostDiskSpaceLow", "HostDiskFillsIn24h HostDiskFillsIn7d"),
  cause(onDisk, "HostInodesCritical", "HostInodesFillIn4h HostInodesFillIn24h"),
  cause(onDisk, "HostInodesLow", "HostInodesFillIn24h"),
  cause(onDevice, "HostRaidDiskFailed", "HostRaidDegraded"),
  cause(
    [...onTarget, "disk"],
    "HostSmartUnhealthy",
    "HostDiskSectorsReallocated HostDiskSectorsPending",
  ),
  cause(onDevice, "HostNetReceiveSaturated", "HostNetReceiveDrops"),
  cause(onDevice, "HostNetTransmitSaturated", "HostNetTransmitDrops"),
  cause(
    [...onTarget, "volume"],
    "WindowsDiskSpaceCritical WindowsDiskSpaceLow",
    "WindowsDiskFillsIn24h",
  ),
  cause(
    onHost,
    "WindowsMemoryExhausted",
    "WindowsCommitNearLimit WindowsPagingHigh WindowsPageFileNearLimit",
  ),
  cause(onHost, "WindowsCpuCritical", "WindowsProcessorQueueLong"),
  cause(onHost, "WindowsClockSkew", "WindowsTimeSourceLost"),
  cause(
    [...onTarget, "id"],
    "ContainerOomKilled",
    "ContainerMemoryNearLimit ContainerMemoryLimitHit",
  ),
  cause([...onTarget, "id"], "ContainerMemoryLimitHit", "ContainerMemoryNearLimit"),
  cause(onTarget, "GpuMetricsMissing", "GpuLost"),
  cause(onGpu, "GpuXidFatal", "GpuXidError GpuXidStorm GpuHealthFailed GpuHealthDegraded"),
  cause(onGpu, "GpuEccUncorrectable GpuRowRemapFailed", "GpuRowsRemapped GpuPagesPending"),
  cause(onGpu, "GpuTemperatureCritical GpuTemperatureHigh", "GpuThermalThrottled"),
];
