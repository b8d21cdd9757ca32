/** Where engines put their containers, by the control group that cAdvisor tells of. */
import { type Situation, tryAll } from "./situation.ts";

/** A group of processes that is near its limit. */
const near = (id: string, alerts: number): Situation => ({
  alert: "ContainerMemoryNearLimit",
  target: { job: "cadvisor", instance: "c:8080", host: "c", id },
  series: {
    container_memory_working_set_bytes: "95x60",
    container_spec_memory_limit_bytes: "100x60",
  },
  firing: { "40m": alerts },
});

const id = "4f2ac01d77aa".padEnd(64, "0123456789abcdef");
const user = "/user.slice/user-1000.slice/user@1000.service/user.slice";

tryAll({
  "an engine that runs as a user": near(`${user}/libpod-${id}.scope`, 1),
  "a container of Podman": near(`/machine.slice/libpod-${id}.scope`, 1),
  "what runs below a container of Podman": near(`/machine.slice/libpod-${id}.scope/container`, 0),
  "a parent of its own, by systemd": near(`/apps.slice/apps-shop.slice/docker-${id}.scope`, 1),
  "a parent of its own, by the engine": near(`/apps/${id}`, 1),
  "a task of ECS": near(`/ecstasks.slice/ecstasks-0a1b.slice/docker-${id}.scope`, 1),
  "a container inside a container": near(
    `/system.slice/docker-${id}.scope/system.slice/docker-${id}.scope`,
    0,
  ),
  "a pod of Kubernetes, which has alerts of its own": near(
    `/kubepods/burstable/pod0a1b2c3d-0000-4000-8000-000000000000/${id}`,
    0,
  ),
  "a pod of Kubernetes, by systemd": near(
    `/kubepods.slice/kubepods-burstable.slice/cri-containerd-${id}.scope`,
    0,
  ),
  "a slice of containers, which is none": near("/apps.slice/apps-shop.slice", 0),
  "a service of the host": near("/system.slice/cron.service", 0),
});
