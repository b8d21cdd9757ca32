/** What the groups about containers share. */
import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";
import type { Matchers } from "../lib/signal.ts";

/**
 * Containers of Docker and Podman by their control group, which every cAdvisor knows; names are there
 * only where it may ask the engine. By systemd they are scopes in slices, whichever parent they were
 * given; an engine that makes groups itself puts each right below one. Pods of Kubernetes lie deeper.
 */
export const containers: Matchers = {
  // Slashes stand in brackets, since a regular expression of JavaScript would escape them. Classes of what
  // is allowed: Prometheus compiles `[^/]` again at each evaluation, for milliseconds.
  id: /(?:[/][\w.@-]+[.](?:slice|service))+[/](?:docker|libpod)-[0-9a-f]+[.]scope|[/]docker[/][0-9a-f]+|[/][\w.-]+[/][0-9a-f]{64}/,
};

/** Id of a container in fixtures. */
export const id = "/system.slice/docker-4f2a.scope";
/** A control group that is not a container. */
export const foreign = "/system.slice/cron.service";

export const containerOwner = (topic: string): Owner => ({
  name: `container-${topic}`,
  service: "container",
  team: "devops",
  scope: "container",
  layer: "basic",
  board: hostBoard,
  target: { job: "cadvisor", instance: "a:8080", host: "a" },
});
