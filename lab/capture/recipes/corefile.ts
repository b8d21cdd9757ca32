/** Where each part of it listens; nobody does at `nobody`. */
export const parts = [
  "main",
  "metrics",
  "health",
  "upstream",
  "six",
  "siit",
  "grpc",
  "https",
  "nobody",
] as const;

/** A port for each part. */
export type Ports = Readonly<Record<(typeof parts)[number], number>>;

/** Names that are asked for, beside many; what becomes of each stands in the Corefile. */
export const names = [
  "blocked.test",
  "broken.test",
  "dropped.test",
  "filtered.test",
  "grpc.test",
  "hosts.test",
  "localhost.test",
  "mapped.test",
  "one.default.service.nomad",
  "one.test",
  "template.test",
  "wrong.test",
];

/** A server that passes questions on, first to nobody, and those that it or others ask. */
export const corefile = (ports: Ports, hosts: string): string => `
(common) {
  bind 127.0.0.1
  prometheus 127.0.0.1:${ports.metrics}
}
.:${ports.main} {
  import common
  health 127.0.0.1:${ports.health}
  reload 2s 1s
  local
  cache {
    success 1024 1 1
    prefetch 1 1h 90%
    serve_stale 1h immediate
  }
  acl blocked.test {
    block
  }
  acl dropped.test {
    drop
  }
  acl filtered.test {
    filter
  }
  acl {
    allow
  }
  hosts ${hosts} {
    fallthrough
  }
  template IN A template.test {
    answer "{{ .Name }} 1 IN A 192.0.2.1"
  }
  template IN A broken.test {
    answer "{{ index .Match 5 }}"
  }
  template IN A wrong.test {
    answer "no record"
  }
  kubernetes cluster.test {
    endpoint http://127.0.0.1:${ports.nobody}
  }
  forward . 127.0.0.1:${ports.nobody} 127.0.0.1:${ports.upstream} {
    policy sequential
    health_check 100ms
    max_concurrent 100
  }
}
service.nomad:${ports.main} {
  import common
  nomad {
    address http://127.0.0.1:${ports.nobody}
  }
}
grpc.test:${ports.main} {
  import common
  grpc . 127.0.0.1:${ports.grpc}
}
.:${ports.upstream} {
  import common
  template IN A {
    answer "{{ .Name }} 1 IN A 192.0.2.1"
  }
  template IN AAAA mapped.test {
    answer "{{ .Name }} 1 IN AAAA 64:ff9b::c000:201"
  }
  template IN AAAA {
    rcode NOERROR
  }
}
.:${ports.six} {
  import common
  dns64 {
    allow_ipv4
  }
  forward . 127.0.0.1:${ports.upstream}
}
.:${ports.siit} {
  import common
  siit
  template IN AAAA {
    answer "{{ .Name }} 1 IN AAAA 64:ff9b::c000:201"
  }
  template IN A {
    rcode NOERROR
  }
}
grpc://.:${ports.grpc} {
  import common
  whoami
}
https://.:${ports.https} {
  import common
  whoami
}
`;
