import type { Spec } from "./cluster.ts";
import { told } from "./told.ts";

const rule = { apiGroups: ["apps"], apiVersions: ["v1"], resources: ["scales"] };
const matched = { resourceRules: [{ ...rule, operations: ["CREATE"] }] };
const hook = {
  name: "hook.example.org",
  clientConfig: { service: { namespace: "shop", name: "hook" } },
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
  // Of objects that nobody makes here.
  rules: [{ ...rule, operations: ["CREATE"] }],
};
const parameters = { apiVersion: "v1", kind: "ConfigMap" };
const bound = {
  policyName: "policy.example.org",
  paramRef: { name: "settings", namespace: "shop", parameterNotFoundAction: "Allow" },
};

/** Who may do what, and how much of it. */
export const policies: Readonly<Record<string, readonly Spec[]>> = {
  "networking.k8s.io/v1/networkpolicies": [
    { metadata: told("shut"), spec: { podSelector: {}, ingress: [{}], egress: [{}] } },
  ],
  "v1/resourcequotas": [
    {
      metadata: told("limits"),
      spec: { hard: { pods: "9" } },
      status: { hard: { pods: "9" }, used: { pods: "8" } },
    },
  ],
  "v1/limitranges": [
    { metadata: told("limits"), spec: { limits: [{ type: "Container", default: { cpu: "1" } }] } },
  ],
  "v1/serviceaccounts": [{ metadata: told("reader") }],
  "rbac.authorization.k8s.io/v1/clusterroles": [{ metadata: told("reader"), rules: [] }],
  "rbac.authorization.k8s.io/v1/clusterrolebindings": [
    { metadata: told("readers"), roleRef: { kind: "ClusterRole", name: "reader" } },
  ],
  "rbac.authorization.k8s.io/v1/roles": [{ metadata: told("reader"), rules: [] }],
  "rbac.authorization.k8s.io/v1/rolebindings": [
    { metadata: told("readers"), roleRef: { kind: "Role", name: "reader" } },
  ],
  "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": [
    { metadata: told("hook"), webhooks: [hook] },
  ],
  "admissionregistration.k8s.io/v1/validatingwebhookconfigurations": [
    { metadata: told("hook"), webhooks: [hook] },
  ],
  "admissionregistration.k8s.io/v1/validatingadmissionpolicies": [
    {
      metadata: told("policy.example.org"),
      spec: {
        paramKind: parameters,
        matchConstraints: matched,
        validations: [{ expression: "true" }],
      },
    },
  ],
  "admissionregistration.k8s.io/v1/validatingadmissionpolicybindings": [
    { metadata: told("bound"), spec: { ...bound, validationActions: ["Deny"] } },
  ],
  "admissionregistration.k8s.io/v1/mutatingadmissionpolicies": [
    {
      metadata: told("policy.example.org"),
      spec: {
        paramKind: parameters,
        matchConstraints: matched,
        reinvocationPolicy: "Never",
        mutations: [
          {
            patchType: "ApplyConfiguration",
            applyConfiguration: { expression: "Object{}" },
          },
        ],
      },
    },
  ],
  "admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings": [
    { metadata: told("bound"), spec: bound },
  ],
};
