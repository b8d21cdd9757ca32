// The collectors of cAdvisor behind an address. Its own program is a module apart that the Go proxy
// does not have at this version; what it exposes for Prometheus is all in the library used here.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/google/cadvisor/cache/memory"
	"github.com/google/cadvisor/container"
	_ "github.com/google/cadvisor/container/docker/install"
	_ "github.com/google/cadvisor/container/systemd/install"
	_ "github.com/google/cadvisor/fs/overlay/install"
	_ "github.com/google/cadvisor/fs/tmpfs/install"
	_ "github.com/google/cadvisor/fs/vfs/install"
	v2 "github.com/google/cadvisor/info/v2"
	"github.com/google/cadvisor/manager"
	"github.com/google/cadvisor/metrics"
	_ "github.com/google/cadvisor/resctrl/intel/install"
	"github.com/google/cadvisor/utils/sysfs"
	"github.com/google/cadvisor/version"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/utils/clock"
)

// Flags have the names they have in cAdvisor's own program.
func main() {
	disabled := container.MetricSet{}
	flag.Var(&disabled, "disable_metrics", "groups of metrics to leave out")
	ip := flag.String("listen_ip", "127.0.0.1", "address to listen on")
	port := flag.Int("port", 8080, "port to listen on")
	named := flag.Bool("store_container_labels", true, "labels and variables of containers as labels")
	printVersion := flag.Bool("version", false, "print the version and end")
	flag.Parse()
	if *printVersion {
		fmt.Println("cAdvisor version", version.Version)
		return
	}

	included := container.AllMetrics.Difference(disabled)
	watch, err := manager.New(memory.New(time.Minute, nil), sysfs.NewRealSysFs(),
		manager.HousekeepingConfigFlags, included, http.DefaultClient, []string{""}, []string{""}, "", 0)
	if err != nil {
		log.Fatal(err)
	}
	if err := watch.Start(); err != nil {
		log.Fatal(err)
	}
	labels := metrics.DefaultContainerLabels
	if !*named {
		labels = metrics.BaseContainerLabels(nil)
	}
	seen := prometheus.NewRegistry()
	seen.MustRegister(
		metrics.NewPrometheusCollector(watch, labels, included, clock.RealClock{},
			v2.RequestOptions{IdType: v2.TypeName, Count: 1, Recursive: true}),
		metrics.NewPrometheusMachineCollector(watch, included),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	http.Handle("/metrics", promhttp.HandlerFor(seen, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	log.Fatal(http.ListenAndServe(fmt.Sprintf("%s:%d", *ip, *port), nil))
}
