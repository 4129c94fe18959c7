{{- /* config/daemonset.alloy; a test compares them. */ -}}
{{- define "invar.config" -}}
// The recommended configuration of a DaemonSet: one agent on each node takes the logs and metrics of that node, and of nothing else.
// It is plain Alloy: Alloy runs it, too. deploy/kubernetes and deploy/helm run it as it stands.
//
// Everything that differs between clusters comes from the environment:
//
//   K8S_NODE_NAME                the node that the agent runs on (spec.nodeName); required
//   LOKI_URL, LOKI_URL_2         push URLs of two Loki, http://HOST:3100/loki/api/v1/push; each gets everything, and one that is down
//                                does not hold up the other; required
//   LOKI_TENANT, LOKI_TENANT_2   X-Scope-OrgID for them; none by default
//   METRICS_URL                  remote write URL of Mimir or Prometheus; required
//   METRICS_TENANT               X-Scope-OrgID for it; none by default
//   CLUSTER                      label of everything that is sent; "kubernetes" by default
//   AUDIT_LOG                    the API server's audit log; /var/log/kube-audit/audit.log by default
//   JOURNAL_PATH                 folder of the journal; /var/log/journal by default
//   HOST_PROC, HOST_SYS,         where the host's are mounted; /host/proc, /host/sys and
//   HOST_ROOT                    /host/root by default
//   KUBELET_SKIP_VERIFY          "true" where kubelets have certificates that the cluster's CA did not sign (kubeadm's default)
//   API_SERVER_PORT              6443 by default
//   ETCD_SCHEME, ETCD_PORT       http and 2381 by default; https and 2379 with the overlay etcd-ca, which sets the next three, too
//   ETCD_CA, ETCD_CERT,          files to reach etcd over TLS; none by default
//   ETCD_KEY
//
// `invar rbac config/daemonset.alloy` prints the rights that it needs.

// ---- What runs on this node --------------------------------------------------------------------------------------------------

// The API server sends the pods of this node alone: without the selector each agent would hold every pod of the cluster. (Invar asks
// for the same by itself where a rule keeps one node; written out it helps Alloy, too.)
discovery.kubernetes "pods" {
	role = "pod"

	selectors {
		role  = "pod"
		field = "spec.nodeName=" + sys.env("K8S_NODE_NAME")
	}
}

discovery.kubernetes "node" {
	role = "node"

	selectors {
		role  = "node"
		field = "metadata.name=" + sys.env("K8S_NODE_NAME")
	}
}

// ---- Logs of pods: the files that the kubelet keeps, not the API --------------------------------------------------------------

discovery.relabel "pod_logs" {
	targets = discovery.kubernetes.pods.targets

	// No container has started yet.
	rule {
		source_labels = ["__meta_kubernetes_pod_phase"]
		regex         = "Pending"
		action        = "drop"
	}

	rule {
		source_labels = ["__meta_kubernetes_namespace"]
		target_label  = "namespace"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_name"]
		target_label  = "pod"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_container_name"]
		target_label  = "container"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_node_name"]
		target_label  = "node"
	}

	// A Deployment's pods belong to a ReplicaSet, whose name ends in a hash.
	rule {
		source_labels = ["__meta_kubernetes_pod_controller_name"]
		regex         = "(.+?)(-[0-9a-f]{8,10})?"
		target_label  = "controller"
	}

	// The first of these that there is.
	rule {
		source_labels = [
			"__meta_kubernetes_pod_label_app_kubernetes_io_name",
			"__meta_kubernetes_pod_label_app",
			"controller",
			"container",
		]
		regex        = ";*([^;]+).*"
		target_label = "app"
	}

	// The folder of a static pod (etcd, the API server) is named after the hash of its manifest, that of any other after its UID.
	rule {
		source_labels = ["__meta_kubernetes_pod_annotation_kubernetes_io_config_hash", "__meta_kubernetes_pod_uid"]
		regex         = ";?([^;]+).*"
		target_label  = "__tmp_folder"
	}

	rule {
		source_labels = ["namespace", "pod", "__tmp_folder", "container"]
		regex         = "(.+);(.+);(.+);(.+)"
		replacement   = "/var/log/pods/${1}_${2}_${3}/${4}/*.log"
		target_label  = "__path__"
	}
}

local.file_match "pod_logs" {
	path_targets = discovery.relabel.pod_logs.output
}

loki.source.file "pod_logs" {
	targets    = local.file_match.pod_logs.targets
	forward_to = [loki.process.pod_logs.receiver]
}

loki.process "pod_logs" {
	// Takes off what the container runtime writes before each line, and joins the parts of long ones.
	stage.cri { }

	stage.match {
		selector = `{container=~".+"} |~ "^\\s*\\{"`

		stage.json {
			expressions = {level = "level || severity", trace_id = "trace_id"}
		}
	}

	stage.match {
		selector = `{container=~".+"} !~ "^\\s*\\{"`

		stage.logfmt {
			mapping = {level = "", trace_id = ""}
		}
	}

	stage.drop {
		source              = "level"
		expression          = "(?i)^(debug|trace)$"
		drop_counter_reason = "debug"
	}

	// Few values: worth a label. Many: structured metadata, which costs no stream.
	stage.labels {
		values = {level = ""}
	}

	stage.structured_metadata {
		values = {trace_id = ""}
	}

	// It repeats what namespace, pod and container say, with a number that changes at each restart.
	stage.label_drop {
		values = ["filename"]
	}

	forward_to = [loki.write.logs.receiver]
}

// ---- Audit log of the API server: there is one on control plane nodes only ----------------------------------------------------

local.file_match "audit" {
	path_targets = [{
		__path__ = coalesce(sys.env("AUDIT_LOG"), "/var/log/kube-audit/audit.log"),
		job      = "kube-audit",
		node     = sys.env("K8S_NODE_NAME"),
	}]
}

loki.source.file "audit" {
	targets    = local.file_match.audit.targets
	forward_to = [loki.process.audit.receiver]
}

loki.process "audit" {
	stage.json {
		expressions = {
			verb        = "verb",
			user        = "user.username",
			resource    = "objectRef.resource",
			audit_ns    = "objectRef.namespace",
			status_code = "responseStatus.code",
			audit_level = "level",
		}
	}

	// What clients ask about themselves, the heartbeats of leaders, and operators that look at their own definitions: most of the
	// log, and nothing that one would look for.
	stage.drop {
		source              = "resource"
		expression          = "^(selfsubjectaccessreviews|selfsubjectrulesreviews|leases|customresourcedefinitions)$"
		drop_counter_reason = "audit_noise"
	}

	stage.labels {
		values = {verb = "", resource = "", audit_level = ""}
	}

	stage.structured_metadata {
		values = {user = "", audit_ns = "", status_code = ""}
	}

	stage.label_drop {
		values = ["filename"]
	}

	forward_to = [loki.write.logs.receiver]
}

// ---- Journal of the node ------------------------------------------------------------------------------------------------------

loki.relabel "journal" {
	forward_to = []

	rule {
		source_labels = ["__journal__systemd_unit"]
		regex         = "(kubelet|containerd|crio|docker)\\.service"
		action        = "keep"
	}

	rule {
		source_labels = ["__journal__systemd_unit"]
		target_label  = "unit"
	}

	rule {
		source_labels = ["__journal_priority_keyword"]
		target_label  = "level"
	}
}

loki.source.journal "node" {
	path          = coalesce(sys.env("JOURNAL_PATH"), "/var/log/journal")
	relabel_rules = loki.relabel.journal.rules
	labels        = {job = "node-journal", node = sys.env("K8S_NODE_NAME")}
	forward_to    = [loki.write.logs.receiver]
}

// ---- Where logs go ------------------------------------------------------------------------------------------------------------

loki.write "logs" {
	endpoint {
		name      = "first"
		url       = sys.env("LOKI_URL")
		tenant_id = sys.env("LOKI_TENANT")
	}

	endpoint {
		name      = "second"
		url       = sys.env("LOKI_URL_2")
		tenant_id = sys.env("LOKI_TENANT_2")
	}

	external_labels = {cluster = coalesce(sys.env("CLUSTER"), "kubernetes")}
}

// ---- Metrics of the kubelet and of its containers (cAdvisor) ------------------------------------------------------------------

discovery.relabel "kubelet" {
	targets = discovery.kubernetes.node.targets

	rule {
		source_labels = ["__meta_kubernetes_node_name"]
		target_label  = "node"
	}
}

prometheus.scrape "kubelet" {
	targets           = discovery.relabel.kubelet.output
	forward_to        = [prometheus.remote_write.metrics.receiver]
	job_name          = "kubelet"
	scrape_interval   = "30s"
	scheme            = "https"
	bearer_token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token"

	tls_config {
		ca_file              = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
		insecure_skip_verify = sys.env("KUBELET_SKIP_VERIFY") == "true"
	}
}

prometheus.scrape "cadvisor" {
	targets           = discovery.relabel.kubelet.output
	forward_to        = [prometheus.remote_write.metrics.receiver]
	job_name          = "cadvisor"
	scrape_interval   = "30s"
	metrics_path      = "/metrics/cadvisor"
	scheme            = "https"
	bearer_token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token"

	tls_config {
		ca_file              = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
		insecure_skip_verify = sys.env("KUBELET_SKIP_VERIFY") == "true"
	}
}

// ---- Metrics of the control plane: its pods on this node, where it has any ----------------------------------------------------

discovery.relabel "apiserver" {
	targets = discovery.kubernetes.pods.targets

	rule {
		source_labels = ["__meta_kubernetes_namespace", "__meta_kubernetes_pod_label_component"]
		regex         = "kube-system;kube-apiserver"
		action        = "keep"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_ip"]
		regex         = "(.+)"
		replacement   = "${1}:" + coalesce(sys.env("API_SERVER_PORT"), "6443")
		target_label  = "__address__"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_node_name"]
		target_label  = "node"
	}
}

prometheus.scrape "apiserver" {
	targets           = discovery.relabel.apiserver.output
	forward_to        = [prometheus.remote_write.metrics.receiver]
	job_name          = "apiserver"
	scrape_interval   = "30s"
	scheme            = "https"
	bearer_token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token"

	tls_config {
		ca_file = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
	}
}

// kubeadm's etcd shows its metrics without TLS on 127.0.0.1:2381 only: either start it with --listen-metrics-urls=http://0.0.0.0:2381, or
// use the overlay etcd-ca, which brings the certificates that its port 2379 asks for.
discovery.relabel "etcd" {
	targets = discovery.kubernetes.pods.targets

	rule {
		source_labels = ["__meta_kubernetes_namespace", "__meta_kubernetes_pod_label_component"]
		regex         = "kube-system;etcd"
		action        = "keep"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_ip"]
		regex         = "(.+)"
		replacement   = "${1}:" + coalesce(sys.env("ETCD_PORT"), "2381")
		target_label  = "__address__"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_node_name"]
		target_label  = "node"
	}
}

prometheus.scrape "etcd" {
	targets         = discovery.relabel.etcd.output
	forward_to      = [prometheus.remote_write.metrics.receiver]
	job_name        = "etcd"
	scrape_interval = "30s"
	scheme          = coalesce(sys.env("ETCD_SCHEME"), "http")

	tls_config {
		ca_file   = sys.env("ETCD_CA")
		cert_file = sys.env("ETCD_CERT")
		key_file  = sys.env("ETCD_KEY")
	}
}

discovery.relabel "coredns" {
	targets = discovery.kubernetes.pods.targets

	rule {
		source_labels = ["__meta_kubernetes_namespace", "__meta_kubernetes_pod_container_name"]
		regex         = "kube-system;coredns"
		action        = "keep"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_ip"]
		regex         = "(.+)"
		replacement   = "${1}:9153"
		target_label  = "__address__"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_name"]
		target_label  = "pod"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_node_name"]
		target_label  = "node"
	}
}

prometheus.scrape "coredns" {
	targets         = discovery.relabel.coredns.output
	forward_to      = [prometheus.remote_write.metrics.receiver]
	job_name        = "coredns"
	scrape_interval = "30s"
}

// ---- Metrics of workloads -----------------------------------------------------------------------------------------------------

// PostgreSQL clusters of the CloudNativePG operator.
discovery.relabel "cnpg" {
	targets = discovery.kubernetes.pods.targets

	rule {
		source_labels = ["__meta_kubernetes_pod_label_cnpg_io_cluster"]
		regex         = ".+"
		action        = "keep"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_ip"]
		regex         = "(.+)"
		replacement   = "${1}:9187"
		target_label  = "__address__"
	}

	rule {
		source_labels = ["__meta_kubernetes_namespace"]
		target_label  = "namespace"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_name"]
		target_label  = "pod"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_label_cnpg_io_cluster"]
		target_label  = "cluster_name"
	}
}

prometheus.scrape "cnpg" {
	targets         = discovery.relabel.cnpg.output
	forward_to      = [prometheus.remote_write.metrics.receiver]
	job_name        = "cnpg"
	scrape_interval = "30s"
}

// Pods that ask for it: prometheus.io/scrape: "true", and where it is not the default prometheus.io/port, prometheus.io/path and
// prometheus.io/scheme.
discovery.relabel "annotated_pods" {
	targets = discovery.kubernetes.pods.targets

	rule {
		source_labels = ["__meta_kubernetes_pod_annotation_prometheus_io_scrape"]
		regex         = "true"
		action        = "keep"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_phase"]
		regex         = "Running"
		action        = "keep"
	}

	// Init containers have ended when the pod runs.
	rule {
		source_labels = ["__meta_kubernetes_pod_container_init"]
		regex         = "true"
		action        = "drop"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_annotation_prometheus_io_scheme"]
		regex         = "(https?)"
		target_label  = "__scheme__"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_annotation_prometheus_io_path"]
		regex         = "(.+)"
		target_label  = "__metrics_path__"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_annotation_prometheus_io_port", "__meta_kubernetes_pod_ip"]
		regex         = "(\\d+);([0-9.]+)"
		replacement   = "${2}:${1}"
		target_label  = "__address__"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_annotation_prometheus_io_port", "__meta_kubernetes_pod_ip"]
		regex         = "(\\d+);([0-9a-fA-F]*:[0-9a-fA-F:.]+)"
		replacement   = "[${2}]:${1}"
		target_label  = "__address__"
	}

	rule {
		source_labels = ["__meta_kubernetes_namespace"]
		target_label  = "namespace"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_name"]
		target_label  = "pod"
	}

	rule {
		source_labels = ["__meta_kubernetes_pod_node_name"]
		target_label  = "node"
	}
}

prometheus.scrape "annotated_pods" {
	targets         = discovery.relabel.annotated_pods.output
	forward_to      = [prometheus.remote_write.metrics.receiver]
	job_name        = "annotated-pods"
	scrape_interval = "30s"
	honor_labels    = true
}

// ---- Metrics of the node itself -----------------------------------------------------------------------------------------------

// netdev and netstat see the network of the agent's own pod, unless it runs with hostNetwork (overlay host-network).
prometheus.exporter.unix "node" {
	procfs_path = coalesce(sys.env("HOST_PROC"), "/host/proc")
	sysfs_path  = coalesce(sys.env("HOST_SYS"), "/host/sys")
	rootfs_path = coalesce(sys.env("HOST_ROOT"), "/host/root")

	set_collectors = [
		"cpu", "diskstats", "filesystem", "loadavg", "meminfo", "netdev",
		"netstat", "pressure", "stat", "time", "uname", "vmstat",
	]

	filesystem {
		fs_types_exclude     = "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|mqueue|nsfs|overlay|proc|pstore|rpc_pipefs|securityfs|squashfs|sysfs|tmpfs|tracefs)$"
		mount_points_exclude = "^/(dev|proc|sys|run|var/lib/(kubelet|containerd|docker)/.+)($|/)"
	}
}

discovery.relabel "node_metrics" {
	targets = prometheus.exporter.unix.node.targets

	rule {
		target_label = "instance"
		replacement  = sys.env("K8S_NODE_NAME")
	}
}

prometheus.scrape "node_metrics" {
	targets         = discovery.relabel.node_metrics.output
	forward_to      = [prometheus.remote_write.metrics.receiver]
	scrape_interval = "30s"
}

// ---- Where metrics go ---------------------------------------------------------------------------------------------------------

prometheus.remote_write "metrics" {
	endpoint {
		url     = sys.env("METRICS_URL")
		headers = {"X-Scope-OrgID" = sys.env("METRICS_TENANT")}
	}

	external_labels = {cluster = coalesce(sys.env("CLUSTER"), "kubernetes")}
}
{{- end -}}
