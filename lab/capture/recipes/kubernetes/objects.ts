import type { Spec } from "./cluster.ts";
import { condition, told } from "./told.ts";

const size = { storage: "1Gi" };
const port = { name: "http", port: 80, protocol: "TCP" };
const amounts = { cpu: "4", memory: "8Gi", pods: "110", "ephemeral-storage": "9Gi" };
/** Objects that others need: the namespace, and what a pod names. */
export const grounds: Readonly<Record<string, readonly Spec[]>> = {
  "v1/namespaces": [
    {
      metadata: told("shop"),
      status: { conditions: [condition("NamespaceContentRemaining", "False")] },
    },
  ],
  "v1/serviceaccounts": [
    {
      metadata: told("default"),
      automountServiceAccountToken: false,
      secrets: [{ name: "secret" }],
      imagePullSecrets: [{ name: "secret" }],
    },
  ],
  "scheduling.k8s.io/v1/priorityclasses": [{ metadata: told("urgent"), value: 1 }],
  "node.k8s.io/v1/runtimeclasses": [
    {
      metadata: told("sandbox"),
      handler: "runc",
      overhead: { podFixed: { cpu: "10m", memory: "16Mi" } },
    },
  ],
};

/** Objects of the cluster and around pods, by where they are written. */
export const objects: Readonly<Record<string, readonly Spec[]>> = {
  "v1/nodes": [
    {
      metadata: told("node-1", { labels: { "node-role.kubernetes.io/worker": "" } }),
      spec: {
        podCIDR: "10.1.0.0/24",
        podCIDRs: ["10.1.0.0/24"],
        providerID: "capture://node-1",
        unschedulable: true,
        taints: [{ key: "gpu", value: "a", effect: "NoSchedule" }],
      },
      status: {
        addresses: [{ type: "InternalIP", address: "192.0.2.2" }],
        allocatable: amounts,
        capacity: amounts,
        conditions: ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"].map((type) =>
          condition(type, "False"),
        ),
      },
    },
  ],
  "v1/persistentvolumes": [
    {
      metadata: told("volume"),
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: size,
        claimRef: { namespace: "shop", name: "data" },
        csi: { driver: "disk.example.org", volumeHandle: "1", volumeAttributes: { tier: "a" } },
        storageClassName: "fast",
      },
      status: { phase: "Failed" },
    },
  ],
  "v1/persistentvolumeclaims": [
    {
      metadata: told("data"),
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: size },
        storageClassName: "fast",
        volumeName: "volume",
      },
      status: { phase: "Lost", conditions: [condition("Resizing", "True")] },
    },
  ],
  "storage.k8s.io/v1/storageclasses": [{ metadata: told("fast"), provisioner: "disk.example.org" }],
  "storage.k8s.io/v1/volumeattachments": [
    {
      metadata: told("attached"),
      spec: {
        attacher: "disk.example.org",
        nodeName: "node-1",
        source: { persistentVolumeName: "volume" },
      },
      status: { attached: true, attachmentMetadata: { path: "a" } },
    },
  ],
  "v1/configmaps": [{ metadata: told("settings") }],
  "v1/secrets": [
    {
      metadata: told("secret", {
        ownerReferences: [{ apiVersion: "v1", kind: "App", name: "shop", uid: "1" }],
      }),
    },
  ],
  "v1/services": [
    {
      metadata: told("web"),
      spec: { type: "LoadBalancer", ports: [port], externalIPs: ["192.0.2.3"] },
      status: { loadBalancer: { ingress: [{ ip: "192.0.2.4", hostname: "web.example.org" }] } },
    },
  ],
  "v1/endpoints": [
    { metadata: told("web"), subsets: [{ addresses: [{ ip: "10.1.0.2" }], ports: [port] }] },
  ],
  "discovery.k8s.io/v1/endpointslices": [
    {
      metadata: told("web"),
      addressType: "IPv4",
      ports: [port],
      endpoints: [
        {
          addresses: ["10.1.0.2"],
          conditions: { ready: true, serving: true, terminating: false },
          hints: { forZones: [{ name: "a" }] },
          hostname: "web",
          nodeName: "node-1",
          targetRef: { kind: "Pod", namespace: "shop", name: "runs" },
          zone: "a",
        },
      ],
    },
  ],
  "networking.k8s.io/v1/ingresses": [
    {
      metadata: told("web"),
      spec: {
        ingressClassName: "edge",
        tls: [{ hosts: ["example.org"], secretName: "secret" }],
        rules: [
          {
            host: "example.org",
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: "web", port: { number: 80 } } },
                },
                {
                  path: "/files",
                  pathType: "Prefix",
                  backend: { resource: { apiGroup: "example.org", kind: "Bucket", name: "files" } },
                },
              ],
            },
          },
        ],
      },
    },
  ],
  "networking.k8s.io/v1/ingressclasses": [
    { metadata: told("edge"), spec: { controller: "example.org/edge" } },
  ],
  "coordination.k8s.io/v1/leases": [
    {
      metadata: told("node-1", {
        ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "node-1", uid: "1" }],
      }),
      spec: { holderIdentity: "node-1", renewTime: "2026-01-01T00:00:00.000000Z" },
    },
  ],
};
